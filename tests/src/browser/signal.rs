//! The signals by which a browser refuses for its user.

use super::engine::Engine;
use super::session::{Browser, Outcome};
use serde_json::json;

impl Browser {
    /// Has the browser send Global Privacy Control, from the next page on: by WebDriver's own command for it
    /// (<https://www.w3.org/TR/gpc/>), and in WebKit, whose driver has none, by a script before those
    /// of the page, as an extension does.
    pub async fn send_gpc(&self) -> Outcome {
        if self.engine == Engine::WebKit {
            let script = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })";
            return Ok(self.prepare(script).await?);
        }
        let url = format!("{}/session/{}/privacy", self.address, self.driver.session_id());
        let reply = reqwest::Client::new().post(url).json(&json!({ "gpc": true })).send().await?;
        reply.error_for_status()?;
        Ok(())
    }

    /// Has the browser send Do Not Track, from the next page on, by a script before those of the page: engines no
    /// longer have a way to switch it on for tests.
    pub async fn send_dnt(&self) -> Outcome {
        Ok(self.prepare("Object.defineProperty(navigator, 'doNotTrack', { value: '1' })").await?)
    }
}
