//! A real Chromium, driven over WebDriver.

use serde_json::{Value, json};
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thirtyfour::WindowHandle;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

/// How long something may take to appear, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// A phone's window, in CSS pixels.
pub const PHONE: (u32, u32) = (360, 740);
/// A desktop's window, in CSS pixels.
pub const DESKTOP: (u32, u32) = (1280, 800);

/// Chromium without a profile and without the services of its maker.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr",
];

/// The result of a step of a browser test.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A browser with one page.
#[derive(Clone)]
pub struct Browser {
    driver: WebDriver,
    prepared: Arc<Mutex<Vec<String>>>,
}

struct Chromedriver {
    process: Child,
    /// Takes the profiles and sockets, which Chromium does not all remove itself.
    _folder: TempDir,
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a test in a new browser, which is closed also when the test fails.
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
        let (chromedriver, address) = start_chromedriver();
        let driver = WebDriver::new(&address, capabilities(size)).await.expect("Chromium starts");
        let browser = Browser { driver: driver.clone(), prepared: Arc::default() };
        browser.resize(size).await.expect("the window can be sized");
        // Spawned, so that a panic of the test is caught and the browser closed.
        let result = tokio::spawn(test(browser)).await;
        let _ = driver.quit().await;
        drop(chromedriver);
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => panic!("{error}"),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    });
}

/// Chromedriver takes a port that is free for IPv4 and exits when the same port
/// is in use for IPv6. Then it is started again.
fn start_chromedriver() -> (Chromedriver, String) {
    let started = (0..10).find_map(|_| try_chromedriver());
    started.expect("chromedriver starts")
}

fn try_chromedriver() -> Option<(Chromedriver, String)> {
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").env("TMPDIR", folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let process = command.spawn().expect("chromedriver is installed");
    let mut driver = Chromedriver { process, _folder: folder };
    let mut stdout = BufReader::new(driver.process.stdout.take().expect("stdout is piped"));
    let mut line = String::new();
    while stdout.read_line(&mut line).expect("chromedriver prints its port") > 0 {
        if let Some((_, port)) = line.trim_end().trim_end_matches('.').rsplit_once("successfully on port ") {
            let address = format!("http://127.0.0.1:{port}");
            std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
            return Some((driver, address));
        }
        line.clear();
    }
    None
}

fn capabilities((width, height): (u32, u32)) -> Capabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS {
        capabilities.add_arg(flag).expect("the flag is a string");
    }
    capabilities.add_arg(&format!("--window-size={width},{height}")).expect("the flag is a string");
    capabilities.into()
}

impl Browser {
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
        let place = inside(selector);
        self.until(&format!("({place}) && ({place}).checkVisibility()")).await?;
        Ok(self.driver.execute(format!("return {place}"), Vec::new()).await?.element()?)
    }

    /// Whether something of Constat's is visible now.
    pub async fn shows(&self, selector: &str) -> WebDriverResult<bool> {
        let place = inside(selector);
        Ok(self.run(&format!("return !!({place} && {place}.checkVisibility())")).await? == Value::Bool(true))
    }

    /// Presses a button of Constat's by its `data-action`, as a hand would.
    pub async fn press(&self, action: &str) -> Outcome {
        // Under an open dialog the banner's buttons are out of reach.
        let layer = if self.shows("dialog[open]").await? { "dialog" } else { ".banner" };
        let selector = format!("{layer} [data-action={action}]");
        loop {
            match self.find(&selector).await?.click().await {
                // The widget has just replaced the button by its own.
                Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {}
                clicked => return Ok(clicked?),
            }
        }
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

    /// Waits until the widget has taken the first layer over.
    pub async fn taken_over(&self) -> Outcome {
        self.until("document.querySelector('constat-consent')?.shadowRoot.firstElementChild.constat").await
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

    /// Removes the consent cookie, whatever its name is.
    pub async fn forget_choice(&self) -> WebDriverResult<()> {
        let remove = "for (const cookie of document.cookie.split('; ')) {
          if (/^constat[-=]/.test(cookie)) document.cookie = cookie.split('=')[0] + '=;max-age=0;path=/';
        }";
        self.run(remove).await.map(drop)
    }

    /// The tab that is driven.
    pub async fn window(&self) -> WebDriverResult<WindowHandle> {
        self.driver.window().await
    }

    /// Opens a page in another tab, which is driven from here on.
    pub async fn new_tab(&self, url: &str) -> WebDriverResult<()> {
        let tab = self.driver.new_tab().await?;
        self.switch_to(tab).await?;
        self.open(url).await
    }

    /// Drives another tab.
    pub async fn switch_to(&self, tab: WindowHandle) -> WebDriverResult<()> {
        self.driver.switch_to_window(tab).await
    }

    /// The addresses the page has fetched since it was loaded, its own included.
    pub async fn fetched(&self) -> WebDriverResult<Vec<String>> {
        let names =
            self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)").await?;
        let names = names.as_array().cloned().unwrap_or_default();
        Ok(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// Runs a script in every page before its own, from the next load on.
    pub async fn prepare(&self, script: &str) -> WebDriverResult<()> {
        let method = "Page.addScriptToEvaluateOnNewDocument";
        let answer = self.driver.cdp().send_raw(method, json!({ "source": script })).await?;
        let id = answer["identifier"].as_str().map(str::to_owned);
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).extend(id);
        Ok(())
    }

    /// Ends what [`Browser::prepare`] began, from the next load on.
    pub async fn forget_prepared(&self) -> WebDriverResult<()> {
        let ids = std::mem::take(&mut *self.prepared.lock().unwrap_or_else(PoisonError::into_inner));
        for id in ids {
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", json!({ "identifier": id })).await?;
        }
        Ok(())
    }

    /// Forgets every answer kept for later.
    pub async fn clear_cache(&self) -> WebDriverResult<()> {
        self.cdp("Network.clearBrowserCache", json!({})).await
    }

    /// Delays every request, in milliseconds; 0 ends it.
    pub async fn delay(&self, latency_ms: u32) -> WebDriverResult<()> {
        self.cdp("Network.enable", json!({})).await?;
        let conditions = json!({ "offline": false, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions).await
    }

    /// Lets no request to these addresses through.
    pub async fn block(&self, urls: &[&str]) -> WebDriverResult<()> {
        self.cdp("Network.enable", json!({})).await?;
        self.cdp("Network.setBlockedURLs", json!({ "urls": urls })).await
    }

    /// Keeps what the page lets the visitor download in a folder.
    pub async fn download_to(&self, folder: &Path) -> WebDriverResult<()> {
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        self.cdp("Browser.setDownloadBehavior", behaviour).await
    }

    /// Prefers light or dark.
    pub async fn prefer(&self, scheme: &str) -> WebDriverResult<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", features).await
    }

    /// Gives the page a size in CSS pixels, smaller than any window may be.
    pub async fn resize(&self, (width, height): (u32, u32)) -> WebDriverResult<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// What is on the screen, as PNG.
    pub async fn screenshot(&self) -> WebDriverResult<Vec<u8>> {
        self.driver.screenshot_as_png().await
    }

    async fn cdp(&self, method: &str, params: Value) -> WebDriverResult<()> {
        self.driver.cdp().send_raw(method, params).await.map(drop)
    }
}

/// Where something of Constat's is: in a shadow root of the page.
fn inside(selector: &str) -> String {
    let selector = json!(selector);
    format!("document.querySelector('constat-consent')?.shadowRoot.querySelector({selector})")
}
