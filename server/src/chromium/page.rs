//! A page in a tab: opened, asked, pressed, photographed.

use super::browser::Pipe;
use super::devtools::DevtoolsError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::Duration;

/// Narrower windows are a phone's, in CSS pixels.
const PHONE_WIDTH_MAX: u32 = 600;

/// How often the page is asked whether it has come up.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Two frames later, what is there is painted.
const PAINTED: &str =
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";

/// The browser's name and version: "Chromium 140.0.7339.127".
///
/// # Errors
/// When it does not answer.
pub async fn browser(pipe: &mut Pipe) -> Result<String, DevtoolsError> {
    // "HeadlessChrome/140.0.7339.127", or "Chrome/…" since there is only one of them.
    let version = pipe.call(None, "Browser.getVersion", json!({})).await?;
    let (_, number) =
        version["product"].as_str().and_then(|product| product.split_once('/')).unwrap_or(("", ""));
    Ok(format!("Chromium {number}"))
}

/// A page in a tab, in a window of one pixel for each CSS pixel.
pub struct Page<'a> {
    pipe: &'a mut Pipe,
    /// Its cookies and its storage, which no other page sees.
    context: String,
    session: String,
    width: u32,
    height: u32,
}

impl<'a> Page<'a> {
    /// Opens an address in a window of that size as a visitor who was never
    /// there, who prefers a light page without motion.
    ///
    /// # Errors
    /// When the browser refuses, or does not answer.
    pub async fn open(
        pipe: &'a mut Pipe,
        url: &str,
        (width, height): (u32, u32),
    ) -> Result<Page<'a>, DevtoolsError> {
        let context = pipe.call(None, "Target.createBrowserContext", json!({})).await?;
        let context = context["browserContextId"].as_str().unwrap_or_default().to_owned();
        let tab = json!({ "url": "about:blank", "browserContextId": context });
        let target = pipe.call(None, "Target.createTarget", tab).await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = pipe.call(None, "Target.attachToTarget", attach).await?;
        let session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        let mut page = Page { pipe, context, session, width, height };
        let mobile = width <= PHONE_WIDTH_MAX;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        page.call("Emulation.setDeviceMetricsOverride", metrics).await?;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": "light" },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        page.call("Emulation.setEmulatedMedia", features).await?;
        let opened = page.call("Page.navigate", json!({ "url": url })).await?;
        match opened["errorText"].as_str() {
            Some(message) => {
                Err(DevtoolsError::Refused { method: "Page.navigate", message: message.to_owned() })
            }
            None => Ok(page),
        }
    }

    /// Waits until an expression is true and what is there is painted, and
    /// photographs the window; returns the PNG file.
    ///
    /// # Errors
    /// When the browser refuses, does not answer, or gives a picture of another size.
    pub async fn photograph(&mut self, is_up: &str) -> Result<Vec<u8>, DevtoolsError> {
        loop {
            match self.evaluate(is_up).await {
                Ok(Value::Bool(true)) => break,
                // While the page is on its way, a script has nowhere to run.
                Ok(_) | Err(DevtoolsError::Refused { .. }) => tokio::time::sleep(POLL_INTERVAL).await,
                Err(error) => return Err(error),
            }
        }
        self.evaluate(PAINTED).await?;
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" })).await?;
        let png = STANDARD.decode(picture["data"].as_str().unwrap_or_default()).unwrap_or_default();
        if png_size(&png) != Some((self.width, self.height)) {
            return Err(DevtoolsError::Malformed);
        }
        Ok(png)
    }

    /// Presses a mouse button at the place that a script returns.
    ///
    /// # Errors
    /// When the browser refuses, or does not answer.
    pub async fn press(&mut self, place: &str) -> Result<(), DevtoolsError> {
        let place = self.evaluate(place).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": place["x"], "y": place["y"], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Closes the page and forgets the visitor.
    ///
    /// # Errors
    /// When the browser refuses, or does not answer.
    pub async fn close(&mut self) -> Result<(), DevtoolsError> {
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
