//! The browser engines that the tests run on.

/// A browser engine, with the browser that the tests drive it in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// Blink, in Chromium.
    Chromium,
    /// Gecko, in Firefox ESR.
    Firefox,
    /// WebKit, in WebKitGTK's MiniBrowser.
    WebKit,
}

impl Engine {
    /// The engine that `CONSTAT_ENGINE` names; Chromium when it is not set.
    ///
    /// # Panics
    /// When it names something else.
    pub fn chosen() -> Engine {
        match std::env::var("CONSTAT_ENGINE").as_deref() {
            Err(_) | Ok("chromium") => Engine::Chromium,
            Ok("firefox") => Engine::Firefox,
            Ok("webkit") => Engine::WebKit,
            Ok(other) => panic!("CONSTAT_ENGINE is chromium, firefox or webkit, not {other}"),
        }
    }
}
