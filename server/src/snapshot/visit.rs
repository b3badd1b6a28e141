//! A visit to the page in each language and window: the banner as it comes up,
//! then the configuration layer as a press on "Configure" opens it.

use super::chromium::Pipe;
use super::devtools::DevtoolsError;
use super::host::Host;
use crate::failure::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use constat_shared::log::entry::Image;
use constat_shared::{Hash, Language, Layer};
use serde_json::{Value, json};
use std::time::Duration;

/// The windows, in CSS pixels, one of which is one pixel of the picture: a
/// phone's and a desktop's.
const WINDOWS: [(u32, u32); 2] = [(360, 740), (1280, 800)];

/// Narrower windows are a phone's.
const PHONE_WIDTH_MAX: u32 = 600;

/// How long one picture may take, also on a busy machine.
const PICTURE_MAX: Duration = Duration::from_secs(30);

/// How often the page is asked whether it has come up.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Whether the first layer is there and its takeover by the widget is over.
const BANNER_IS_UP: &str = "(() => {
  const root = document.querySelector('constat-consent')?.shadowRoot.firstElementChild;
  const layer = root?.querySelector('.banner');
  return location.pathname === '/LANG' && document.readyState === 'complete'
    && document.fonts.status === 'loaded' && root?.constat === 1
    && layer?.lang === 'LANG' && layer.checkVisibility();
})()";

/// Whether the configuration layer is open.
const CONFIGURATION_IS_UP: &str = "(() => {
  const root = document.querySelector('constat-consent')?.shadowRoot.firstElementChild;
  const layer = root?.querySelector('dialog[open].configuration');
  return document.fonts.status === 'loaded' && layer?.lang === 'LANG' && layer.checkVisibility();
})()";

/// Two frames later, what is there is painted.
const PAINTED: &str =
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";

/// Where the middle of the button "Configure" is, brought into the window if it is not.
const CONFIGURE: &str = "(() => {
  const shadow = document.querySelector('constat-consent').shadowRoot;
  const button = shadow.querySelector('.banner [data-action=configure]');
  button.scrollIntoView({ block: 'nearest' });
  const box = button.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
})()";

/// A picture and its PNG file.
pub type Picture = (Image, Vec<u8>);

/// What is being photographed.
#[derive(Clone, Copy)]
struct View {
    language: Language,
    layer: Layer,
    width: u32,
    height: u32,
}

/// A page in a tab of its own.
struct Page<'a> {
    pipe: &'a mut Pipe,
    /// Its cookies and its storage, which no other page sees.
    context: String,
    session: String,
}

/// The browser's name and version: "Chromium 140.0.7339.127".
///
/// # Errors
/// A sentence, when it does not answer.
pub async fn browser(pipe: &mut Pipe) -> Result<String, Failure> {
    let version = within("Chromium has not started", async {
        pipe.call(None, "Browser.getVersion", json!({}))
            .await
            .map_err(|error| Failure::new(error.to_string()))
    });
    // "HeadlessChrome/140.0.7339.127", or "Chrome/…" since there is only one of them.
    let version = version.await?;
    let (_, number) =
        version["product"].as_str().and_then(|product| product.split_once('/')).unwrap_or(("", ""));
    Ok(format!("Chromium {number}"))
}

/// Takes every picture of a notice: each language, window and layer.
///
/// # Errors
/// A sentence that names the picture and what went wrong.
pub async fn pictures(pipe: &mut Pipe, host: &Host, languages: &[Language]) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for language in languages {
        for (width, height) in WINDOWS {
            let view = View { language: *language, layer: Layer::Banner, width, height };
            let banner = async {
                let mut page = Page::open(pipe, host, view).await?;
                let picture = page.photograph(view, BANNER_IS_UP).await?;
                Ok((page, picture))
            };
            let (mut page, banner) = view.within("did not come up", banner).await?;
            let view = View { layer: Layer::Configuration, ..view };
            let configuration = async {
                page.press(CONFIGURE).await?;
                let picture = page.photograph(view, CONFIGURATION_IS_UP).await?;
                page.close().await?;
                Ok(picture)
            };
            let configuration = view.within("did not open", configuration).await?;
            pictures.extend([banner, configuration]);
        }
    }
    Ok(pictures)
}

impl View {
    async fn within<T>(
        self,
        what: &str,
        job: impl Future<Output = Result<T, DevtoolsError>>,
    ) -> Result<T, Failure> {
        let View { language, layer, width, height } = self;
        let name = format!("the {} in {language} at {width}x{height}", layer.as_str());
        let job = async { job.await.map_err(|error| Failure::new(format!("{name} {what}: {error}"))) };
        within(&format!("{name} {what}"), job).await
    }
}

async fn within<T>(what: &str, job: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Failure::new(format!("{what} within {} seconds", PICTURE_MAX.as_secs()));
    tokio::time::timeout(PICTURE_MAX, job).await.map_err(late)?
}

impl<'a> Page<'a> {
    /// Opens the host page as a visitor who has never answered, who prefers a
    /// light page without motion.
    async fn open(pipe: &'a mut Pipe, host: &Host, view: View) -> Result<Page<'a>, DevtoolsError> {
        let context = pipe.call(None, "Target.createBrowserContext", json!({})).await?;
        let context = context["browserContextId"].as_str().unwrap_or_default().to_owned();
        let tab = json!({ "url": "about:blank", "browserContextId": context });
        let target = pipe.call(None, "Target.createTarget", tab).await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = pipe.call(None, "Target.attachToTarget", attach).await?;
        let session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        let mut page = Page { pipe, context, session };
        let (width, height) = (view.width, view.height);
        let mobile = width <= PHONE_WIDTH_MAX;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        page.call("Emulation.setDeviceMetricsOverride", metrics).await?;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": "light" },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        page.call("Emulation.setEmulatedMedia", features).await?;
        let url = host.page(view.language);
        let opened = page.call("Page.navigate", json!({ "url": url })).await?;
        match opened["errorText"].as_str() {
            Some(message) => {
                Err(DevtoolsError::Refused { method: "Page.navigate", message: message.to_owned() })
            }
            None => Ok(page),
        }
    }

    /// Waits until the layer is there and painted, and photographs the window.
    async fn photograph(&mut self, view: View, is_up: &str) -> Result<Picture, DevtoolsError> {
        let View { language, layer, width, height } = view;
        let is_up = is_up.replace("LANG", language.as_str());
        loop {
            match self.evaluate(&is_up).await {
                Ok(Value::Bool(true)) => break,
                // While the page is on its way, a script has nowhere to run.
                Ok(_) | Err(DevtoolsError::Refused { .. }) => tokio::time::sleep(POLL_INTERVAL).await,
                Err(error) => return Err(error),
            }
        }
        self.evaluate(PAINTED).await?;
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" })).await?;
        let png = STANDARD.decode(picture["data"].as_str().unwrap_or_default()).unwrap_or_default();
        if png_size(&png) != Some((width, height)) {
            return Err(DevtoolsError::Malformed);
        }
        Ok((Image { language, layer, width, height, sha256: Hash::of(&png) }, png))
    }

    /// Presses a mouse button at a place that a script says.
    async fn press(&mut self, place: &str) -> Result<(), DevtoolsError> {
        let place = self.evaluate(place).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": place["x"], "y": place["y"], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Closes the page and forgets the visitor.
    async fn close(&mut self) -> Result<(), DevtoolsError> {
        let context = json!({ "browserContextId": self.context });
        self.pipe.call(None, "Target.disposeBrowserContext", context).await.map(drop)
    }

    /// The value of an expression, or of what it promises.
    async fn evaluate(&mut self, expression: &str) -> Result<Value, DevtoolsError> {
        let method = "Runtime.evaluate";
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call(method, params).await?;
        match answer["exceptionDetails"]["exception"]["description"].as_str() {
            Some(message) => Err(DevtoolsError::Refused { method, message: message.to_owned() }),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    async fn call(&mut self, method: &'static str, params: Value) -> Result<Value, DevtoolsError> {
        self.pipe.call(Some(&self.session), method, params).await
    }
}

/// The width and height of a PNG (RFC 2083, sections 3.1 and 4.1.1).
fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*rest.first_chunk()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_says_its_size_and_what_is_none_says_nothing() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x68\0\0\x02\xe4\x08\x02\0\0\0";
        assert_eq!(png_size(png), Some((360, 740)));
        assert_eq!(png_size(&png[..20]), None);
        assert_eq!(png_size(b"\xff\xd8\xff\xe0"), None);
    }
}
