//! What a visitor fetches, as it travels: after brotli.

use std::io;
use std::net::SocketAddr;

/// The bytes of each answer's body.
pub struct Fetched {
    /// Loader, settings, and the first layer in the site's main language.
    pub consent_js: usize,
    /// The first layer in another language.
    pub banner: usize,
    /// The whole notice in one language.
    pub notice: usize,
    /// The JavaScript around the widget.
    pub glue: usize,
    /// The widget.
    pub wasm: usize,
}

impl Fetched {
    /// Asks a server of the demo.
    pub fn from(address: SocketAddr) -> io::Result<Fetched> {
        let site = format!("http://{address}/v1/sites/boreale");
        let loader = block_on(async { reqwest::get(format!("{site}/consent.js")).await?.text().await })?;
        let missing = |what: &str| io::Error::other(format!("{what} is named nowhere"));
        let asset = |name: &str| format!("http://{address}/assets/{name}");
        let glue = asset(quoted(&loader, "js").ok_or_else(|| missing("the widget"))?);
        let script = block_on(async { reqwest::get(&glue).await?.text().await })?;
        let module = asset(module(&script).ok_or_else(|| missing("the widget's module"))?);
        Ok(Fetched {
            consent_js: weigh(format!("{site}/consent.js"))?,
            banner: weigh(format!("{site}/banner/nl"))?,
            notice: weigh(format!("{site}/notice/fr"))?,
            glue: weigh(glue)?,
            wasm: weigh(module)?,
        })
    }

    /// All that a first visit fetches before anybody has clicked, in the main language.
    pub fn first_visit(&self) -> usize {
        self.consent_js + self.notice + self.glue + self.wasm
    }
}

/// A setting of the loader, which writes them as JSON.
fn quoted<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split_once(&format!("\"{name}\":\""))?.1.split('"').next()
}

/// The module that the widget's script loads from beside itself.
fn module(script: &str) -> Option<&str> {
    script.match_indices("widget-").find_map(|(start, _)| {
        let name = script[start..].split(['\'', '"', '`']).next()?;
        name.ends_with(".wasm").then_some(name)
    })
}

fn weigh(url: String) -> io::Result<usize> {
    let (brotli, bytes) = block_on(async {
        let request = reqwest::Client::new().get(&url).header("accept-encoding", "br");
        let answer = request.send().await?.error_for_status()?;
        let brotli = answer.headers().get("content-encoding").is_some_and(|encoding| encoding == "br");
        Ok((brotli, answer.bytes().await?.len()))
    })?;
    if brotli { Ok(bytes) } else { Err(io::Error::other(format!("{url} is not compressed"))) }
}

/// Waits for an answer: the few requests that nothing is measured by.
pub fn block_on<T>(asking: impl Future<Output = reqwest::Result<T>>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(asking).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_by_its_name() {
        let loader = r#"({"css":":host{}","js":"widget-1.js"})"#;
        assert_eq!(quoted(loader, "js"), Some("widget-1.js"));
        assert_eq!(quoted(loader, "wasm"), None);
    }

    #[test]
    fn a_script_names_its_module() {
        assert_eq!(module("T.wasm;import('./widget-x');new URL('widget-2.wasm',x)"), Some("widget-2.wasm"));
        assert_eq!(module("start()"), None);
    }
}
