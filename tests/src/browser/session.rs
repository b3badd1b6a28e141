//! One browser: what a person does in it, and what a test asks of it.

use super::driver::{Driver, capabilities};
use super::engine::Engine;
use super::proxy::{Instead, Proxy};
use super::warm_start;
use crate::page_answer::Answer;
use serde_json::{Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use thirtyfour::WindowHandle;
use thirtyfour::common::command::Command;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

/// How long something may take to appear, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// A phone's window, in CSS pixels.
pub const PHONE: (u32, u32) = (360, 740);
/// A desktop's window, in CSS pixels.
pub const DESKTOP: (u32, u32) = (1280, 800);

/// The result of a step of a browser test.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A browser with one page.
#[derive(Clone)]
pub struct Browser {
    pub(super) engine: Engine,
    pub(super) driver: WebDriver,
    /// Of the driver.
    pub(super) address: String,
    proxy: Arc<Proxy>,
    folder: PathBuf,
    size: (u32, u32),
}

/// Runs a test in a new browser, which is ended also when the test fails.
///
/// # Panics
/// When the test fails, or no browser can be started.
pub fn browse<T, F>(size: (u32, u32), test: T)
where
    T: FnOnce(Browser) -> F,
    F: Future<Output = Outcome> + Send + 'static,
{
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let engine = Engine::chosen();
        let proxy = Arc::new(Proxy::start().await.expect("a port is free"));
        let server = Driver::start(engine);
        let profile = server.folder().join("profile");
        if engine == Engine::Firefox {
            warm_start::make_profile(&profile).await;
        }
        let asked_for = capabilities(engine, &proxy.address, &profile);
        let driver = WebDriver::new(&server.address, asked_for).await.expect("the browser starts");
        let (address, folder) = (server.address.clone(), server.folder().to_owned());
        let browser = Browser { engine, driver: driver.clone(), address, proxy, folder, size };
        browser.resize(size).await.expect("the window can be sized");
        // Spawned, so that a panic of the test is caught and the browser closed.
        let result = tokio::spawn(test(browser)).await;
        if engine == Engine::Firefox {
            // It is thrown away with all that it keeps: to close in good order takes it a second.
            drop(server);
            let _ = driver.leak();
        } else {
            let _ = driver.quit().await;
            drop(server);
        }
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => panic!("{error}"),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    });
}

impl Browser {
    /// Where the browser keeps its profile and its temporary files; removed with the browser.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) -> WebDriverResult<()> {
        self.driver.goto(url).await
    }

    /// Loads the page again.
    pub async fn reload(&self) -> WebDriverResult<()> {
        self.driver.refresh().await
    }

    /// Runs a script's body and returns what it returns.
    pub async fn run(&self, script: &str) -> WebDriverResult<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, expression: &str) -> Outcome {
        let start = Instant::now();
        loop {
            // While a page is being left, a script has nowhere to run.
            if let Ok(Value::Bool(true)) = self.run(&format!("return !!({expression})")).await {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let seen = self.run(&format!("return {expression}")).await;
                return Err(format!("it never came to be: {expression} (now {seen:?})").into());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits for something of Constat's to be visible, and returns it.
    pub async fn find(&self, selector: &str) -> Result<WebElement, Box<dyn std::error::Error + Send + Sync>> {
        self.find_at(&inside(selector)).await
    }

    async fn find_at(&self, place: &str) -> Result<WebElement, Box<dyn std::error::Error + Send + Sync>> {
        loop {
            self.until(&format!("({place}) && ({place}).checkVisibility()")).await?;
            let found = self.driver.execute(format!("return {place}"), Vec::new()).await?;
            // It may have gone between the two, as when the page is loaded again.
            if !found.json().is_null() {
                return Ok(found.element()?);
            }
        }
    }

    /// Whether something of Constat's is visible now.
    pub async fn shows(&self, selector: &str) -> WebDriverResult<bool> {
        let place = inside(selector);
        Ok(self.run(&format!("return !!({place} && {place}.checkVisibility())")).await? == Value::Bool(true))
    }

    /// Presses a button of Constat's by its `data-action`, as a hand would.
    pub async fn press(&self, action: &str) -> Outcome {
        let within = |layer: &str| inside(&format!("{layer} [data-action={action}]"));
        // Under an open dialog the banner's buttons are out of reach.
        let (dialog, banner) = (within("dialog[open]"), within(".banner"));
        let place = format!("({} ? {dialog} : {banner})", inside("dialog[open]"));
        loop {
            match self.press_once(&place).await {
                // The banner was painted again, as in another language, between finding and pressing.
                Err(error) if is_stale(&*error) => {}
                pressed => return pressed,
            }
        }
    }

    async fn press_once(&self, place: &str) -> Outcome {
        Ok(self.find_at(place).await?.click().await?)
    }

    /// Clicks an element of the host page.
    pub async fn click(&self, selector: &str) -> Outcome {
        Ok(self.driver.query(By::Css(selector)).first().await?.click().await?)
    }

    /// Chooses files in a file control, as its dialog would.
    pub async fn choose(&self, selector: &str, files: &[&Path]) -> Outcome {
        let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        Ok(self.driver.find(By::Css(selector)).await?.send_keys(names.join("\n")).await?)
    }

    /// Types a text into a field of the host page.
    pub async fn write(&self, selector: &str, text: &str) -> Outcome {
        Ok(self.driver.query(By::Css(selector)).first().await?.send_keys(text).await?)
    }

    /// Types a text wherever the focus is.
    pub async fn type_in(&self, text: &str) -> Outcome {
        Ok(self.driver.active_element().await?.send_keys(text).await?)
    }

    /// Switches the scripts of pages off; those of the test go on. Chromium only.
    pub async fn without_scripts(&self) -> WebDriverResult<()> {
        self.only(&[Engine::Chromium], "scripts switched off")?;
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await
    }

    /// Makes the processor of pages that many times slower. Chromium only.
    pub async fn slow_down(&self, times: u32) -> WebDriverResult<()> {
        self.only(&[Engine::Chromium], "a slower processor")?;
        self.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub async fn keys(&self, keys: &[Key]) -> WebDriverResult<()> {
        let mut chain = self.driver.action_chain();
        for key in keys {
            chain = chain.key_down(key.clone()).key_up(key.clone());
        }
        chain.perform().await
    }

    /// The value of the consent cookie of the one site on the page's host, as the page reads it.
    pub async fn consent_cookie(&self) -> WebDriverResult<Option<String>> {
        let value =
            self.run("return (/(?:^|; )constat(?:-[^=;]*)?=([^;]*)/.exec(document.cookie) || [])[1]").await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// When the browser forgets a cookie of the page, in seconds since 1970; none when it has none of that name,
    /// or forgets it at its own end. Also of one that the page cannot read.
    pub async fn cookie_end(&self, name: &str) -> WebDriverResult<Option<i64>> {
        let cookies = self.driver.get_all_cookies().await?;
        Ok(cookies.into_iter().find(|cookie| cookie.name == name).and_then(|cookie| cookie.expiry))
    }

    /// Whether the browser has a cookie for the page, also one that the page cannot read.
    pub async fn has_cookie(&self, name: &str) -> WebDriverResult<bool> {
        Ok(self.driver.get_all_cookies().await?.iter().any(|cookie| cookie.name == name))
    }

    /// Removes the consent cookie, whatever its name is.
    pub async fn forget_choice(&self) -> WebDriverResult<()> {
        let remove = "for (const cookie of document.cookie.split('; ')) {
          if (/^constat[-=]/.test(cookie)) document.cookie = cookie.split('=')[0] + '=;max-age=0;path=/';
        }";
        self.run(remove).await.map(drop)
    }

    /// Goes back by one page.
    pub async fn back(&self) -> WebDriverResult<()> {
        self.driver.back().await
    }

    /// Goes forward by one page.
    pub async fn forward(&self) -> WebDriverResult<()> {
        self.driver.forward().await
    }

    /// Presses the mouse at a place of the window, in CSS pixels.
    pub async fn press_at(&self, x: i64, y: i64) -> WebDriverResult<()> {
        self.driver.action_chain().move_to(x, y).click().perform().await
    }

    /// Moves the mouse to a place of the window, in CSS pixels.
    pub async fn move_to(&self, x: i64, y: i64) -> WebDriverResult<()> {
        self.driver.action_chain().move_to(x, y).perform().await
    }

    /// Presses the mouse button at a place of the window and holds it, until [`Browser::release`].
    pub async fn hold_at(&self, x: i64, y: i64) -> WebDriverResult<()> {
        self.driver.action_chain().move_to(x, y).click_and_hold().perform().await
    }

    /// Releases the mouse button.
    pub async fn release(&self) -> WebDriverResult<()> {
        self.driver.action_chain().release().perform().await
    }

    /// Turns the mouse wheel at a place of the window, by CSS pixels downwards.
    pub async fn wheel_at(&self, x: i64, y: i64, down: i64) -> WebDriverResult<()> {
        let scroll = json!({ "type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": down, "duration": 100, "origin": "viewport" });
        let actions = json!([{ "type": "wheel", "id": "wheel", "actions": [scroll] }]);
        self.driver.cmd(Command::PerformActions(actions.into())).await.map(drop)
    }

    /// Drives a frame of the page from here on.
    pub async fn enter_frame(&self, selector: &str) -> Outcome {
        Ok(self.driver.query(By::Css(selector)).first().await?.enter_frame().await?)
    }

    /// Drives the page again.
    pub async fn leave_frames(&self) -> WebDriverResult<()> {
        self.driver.enter_default_frame().await
    }

    /// What the browser's console has shown since it was last asked for. Chromium only.
    pub async fn console(&self) -> WebDriverResult<Vec<String>> {
        self.only(&[Engine::Chromium], "the console")?;
        Ok(self.driver.browser_log().await?.into_iter().map(|entry| entry.message).collect())
    }

    /// The tab that is driven.
    pub async fn window(&self) -> WebDriverResult<WindowHandle> {
        self.driver.window().await
    }

    /// Opens a page in another tab, which is driven from here on. In WebKit it is a window: a tab
    /// of MiniBrowser that is not in front takes no presses.
    pub async fn new_tab(&self, url: &str) -> WebDriverResult<()> {
        let tab = match self.engine {
            Engine::WebKit => self.driver.new_window().await?,
            Engine::Chromium | Engine::Firefox => self.driver.new_tab().await?,
        };
        self.switch_to(tab).await?;
        self.resize(self.size).await?;
        self.open(url).await
    }

    /// Drives another tab.
    pub async fn switch_to(&self, tab: WindowHandle) -> WebDriverResult<()> {
        self.driver.switch_to_window(tab).await
    }

    /// The addresses the page has fetched since it was loaded, its own included.
    pub async fn fetched(&self) -> WebDriverResult<Vec<String>> {
        let names =
            self.run("return performance.getEntriesByType('resource').filter((entry) => entry.initiatorType !== 'iframe').map((entry) => entry.name)").await?;
        let names = names.as_array().cloned().unwrap_or_default();
        Ok(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// Runs a script in every page before its own, from the next load on. It stands first in the
    /// page's head, with the nonce of its Content-Security-Policy, and is not run in `srcdoc` frames.
    pub async fn prepare(&self, script: &str) -> WebDriverResult<()> {
        self.proxy.rules().prepared.push(script.to_owned());
        Ok(())
    }

    /// Ends what [`Browser::prepare`] began, from the next load on.
    pub async fn forget_prepared(&self) -> WebDriverResult<()> {
        self.proxy.rules().prepared.clear();
        Ok(())
    }

    /// Delays every request, in milliseconds; 0 ends it.
    pub async fn delay(&self, delay_ms: u32) -> WebDriverResult<()> {
        self.proxy.rules().delay = Duration::from_millis(delay_ms.into());
        Ok(())
    }

    /// Lets no request to these addresses through, in which `*` stands for anything.
    pub async fn block(&self, urls: &[&str]) -> WebDriverResult<()> {
        let mut rules = self.proxy.rules();
        rules.blocked = urls.iter().map(|url| (*url).to_owned()).collect();
        rules.blocked_count = 0;
        Ok(())
    }

    /// How many requests were not let through since [`Browser::block`].
    pub fn blocked_count(&self) -> usize {
        self.proxy.rules().blocked_count
    }

    /// Waits until so many requests were not let through. What a page asks for in answer to a press may
    /// come after what it writes down.
    pub async fn until_blocked(&self, count: usize) -> Outcome {
        let start = Instant::now();
        while self.blocked_count() < count {
            if start.elapsed() > PATIENCE {
                let blocked = self.blocked_count();
                return Err(format!("{blocked} requests were blocked, not {count}").into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Answers requests of a method to these addresses in the place of the server, as a firewall or
    /// a hotel's network does; pages of every origin may read it.
    pub async fn answer_instead(&self, method: &str, url: &str, answer: &Answer) -> WebDriverResult<()> {
        let Answer { status, headers, body, .. } = answer;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let answer = format!(
            "HTTP/1.1 {status} Instead\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{body}",
            body.len()
        );
        let mut rules = self.proxy.rules();
        rules.answered = Some(Instead { method: method.to_owned(), url: url.to_owned(), answer });
        rules.answered_count = 0;
        Ok(())
    }

    /// Ends what [`Browser::answer_instead`] began, once a request has met it.
    pub async fn server_answers_again(&self) -> Outcome {
        let start = Instant::now();
        while self.proxy.rules().answered_count == 0 {
            if start.elapsed() > PATIENCE {
                return Err("no request was answered".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.proxy.rules().answered = None;
        Ok(())
    }

    /// Makes the browser forget what the page has fetched: it is fetched again, and may not be kept.
    pub async fn clear_cache(&self) -> Outcome {
        self.proxy.rules().no_store = true;
        let again = "return Promise.allSettled(performance.getEntriesByType('resource').filter((entry) => entry.initiatorType !== 'iframe').map((entry) => fetch(entry.name, { cache: 'reload', mode: 'no-cors', credentials: 'include' }).then((reply) => reply.blob()))).then(() => true)";
        let done = self.run(again).await;
        self.proxy.rules().no_store = false;
        Ok(done.map(drop)?)
    }

    /// Keeps what the page lets the visitor download in a folder. Not in WebKit.
    pub async fn download_to(&self, folder: &Path) -> WebDriverResult<()> {
        self.only(&[Engine::Chromium, Engine::Firefox], "the folder of downloads")?;
        if self.engine == Engine::Firefox {
            let folder = json!(folder);
            return self.run_in_firefox(&format!("Services.prefs.setIntPref('browser.download.folderList', 2); Services.prefs.setStringPref('browser.download.dir', {folder})")).await;
        }
        self.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder })).await
    }

    /// Prefers light or dark. Not in WebKit.
    pub async fn prefer(&self, scheme: &str) -> WebDriverResult<()> {
        self.only(&[Engine::Chromium, Engine::Firefox], "the preferred colours")?;
        if self.engine == Engine::Firefox {
            let value = if scheme == "dark" { 0 } else { 1 };
            let name = "layout.css.prefers-color-scheme.content-override";
            return self.run_in_firefox(&format!("Services.prefs.setIntPref('{name}', {value})")).await;
        }
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", features).await
    }

    /// Gives the page a size in CSS pixels, also one smaller than any window may be.
    pub async fn resize(&self, (width, height): (u32, u32)) -> WebDriverResult<()> {
        match self.engine {
            Engine::Chromium => {
                let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
                self.cdp("Emulation.setDeviceMetricsOverride", metrics).await
            }
            // What BiDi's `browsingContext.setViewport` does.
            Engine::Firefox => {
                self.driver.set_window_rect(0, 0, width.max(600), height + 200).await?;
                self.run_in_firefox(&format!("const style = gBrowser.selectedBrowser.style; for (const bound of ['', 'min-', 'max-']) {{ style.setProperty(bound + 'width', '{width}px'); style.setProperty(bound + 'height', '{height}px') }}")).await?;
                self.until_sized(width, height).await
            }
            // The window has a tool bar.
            Engine::WebKit => {
                let bar = self.run("return outerHeight - innerHeight").await?.as_u64().unwrap_or_default();
                let bar = u32::try_from(bar).unwrap_or_default();
                self.driver.set_window_rect(0, 0, width, height + bar).await?;
                self.until_sized(width, height).await
            }
        }
    }

    /// Firefox and WebKit size the page in their own time, and lay it out after that.
    async fn until_sized(&self, width: u32, height: u32) -> WebDriverResult<()> {
        let sized = format!(
            "return innerWidth === {width} && innerHeight === {height} && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
        );
        let start = Instant::now();
        while self.run(&sized).await? != Value::Bool(true) && start.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }

    /// What is on the screen, as PNG.
    pub async fn screenshot(&self) -> WebDriverResult<Vec<u8>> {
        self.driver.screenshot_as_png().await
    }

    async fn cdp(&self, method: &str, params: Value) -> WebDriverResult<()> {
        self.driver.cdp().send_raw(method, params).await.map(drop)
    }

    /// Runs a script in Firefox itself, not in the page.
    async fn run_in_firefox(&self, script: &str) -> WebDriverResult<()> {
        self.firefox_context("chrome").await?;
        let result = self.run(script).await;
        self.firefox_context("content").await?;
        result.map(drop)
    }

    async fn firefox_context(&self, context: &str) -> WebDriverResult<()> {
        let url = format!("{}/session/{}/moz/context", self.address, self.driver.session_id());
        let reply = reqwest::Client::new().post(url).json(&json!({ "context": context })).send().await;
        reply.and_then(reqwest::Response::error_for_status).map(drop).map_err(|error| {
            WebDriverError::from_inner(WebDriverErrorInner::RequestFailed(error.to_string()))
        })
    }

    /// Fails where a test asks an engine for what it cannot do. `xtask/src/commands/engines.rs`
    /// leaves such a test out.
    fn only(&self, engines: &[Engine], what: &str) -> WebDriverResult<()> {
        if engines.contains(&self.engine) {
            return Ok(());
        }
        let message = format!("{:?} does not let tests change {what}", self.engine);
        Err(WebDriverError::from_inner(WebDriverErrorInner::RequestFailed(message)))
    }
}

/// Where something of Constat's is: in a shadow root of the page.
pub(super) fn inside(selector: &str) -> String {
    let selector = json!(selector);
    format!("document.querySelector('constat-consent')?.shadowRoot.querySelector({selector})")
}

/// Whether an element has left the page between being found and being used.
fn is_stale(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let error = error.downcast_ref::<WebDriverError>();
    error.is_some_and(|error| matches!(**error, WebDriverErrorInner::StaleElementReference(_)))
}
