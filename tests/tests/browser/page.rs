//! What the modules of this test share: the demo, and a host page made for the test.

use constat_shared::{ConsentCookie, Hash, Notice, Record};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, Outcome};
use constat_tests::pages::Pages;
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use rustix::process::Signal;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The demo insurer, its third parties, and the store behind it.
#[derive(Clone)]
pub struct Demo {
    pub server: Arc<Server>,
    pub data: Arc<TempDir>,
}

impl Demo {
    pub fn start() -> Demo {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--demo"]);
        Demo { server: Arc::new(server), data: Arc::new(data) }
    }

    pub fn page(&self, path: &str) -> String {
        format!("{}/demo/{path}", self.server.url)
    }

    /// How often each address of the third parties was asked.
    pub async fn counts(&self) -> Value {
        let url = format!("{}/counts", self.server.third_parties.as_ref().unwrap());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// The records of the consent id in the browser's cookie, oldest first.
    pub async fn records(&self, browser: &Browser) -> Vec<Record> {
        records(self.data.path(), "boreale", browser).await
    }
}

/// A host page of the sample site, and stand-ins for third parties.
#[derive(Clone)]
pub struct Host {
    pub pages: Arc<Pages>,
    pub third: Arc<Pages>,
    pub sites: Arc<Sites>,
    pub server: Arc<Server>,
    pub data: Arc<TempDir>,
}

impl Host {
    /// Serves a page with this in its head and body, at `/`.
    pub fn start(head: &str, body: &str) -> Host {
        Host::start_with(|text| text, head, body)
    }

    /// The same with another site file, made from the sample's.
    pub fn start_with(file: impl FnOnce(String) -> String, head: &str, body: &str) -> Host {
        let (pages, third) = (Pages::start(), Pages::start());
        let sites = Sites::with("polaire", &file(with_shipped_vendors("polaire", &pages.origin())));
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        let (pages, third, sites) = (Arc::new(pages), Arc::new(third), Arc::new(sites));
        let host = Host { pages, third, sites, server: Arc::new(server), data: Arc::new(data) };
        host.put("/", head, body);
        host
    }

    /// Serves another page of the site.
    pub fn put(&self, path: &str, head: &str, body: &str) {
        self.pages.put(path, self.html(head, body));
    }

    /// A page of the site; `THIRD` is where the third parties are.
    pub fn html(&self, head: &str, body: &str) -> String {
        let page = format!(
            r#"<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Polaire</title>
            <link rel="icon" href="data:,"><script async src="{}/v1/sites/polaire/consent.js"></script>{head}</head><body>{body}</body></html>"#,
            self.server.url,
        );
        page.replace("THIRD", &self.third.other_origin())
    }

    /// Serves another site file from the running server, and waits until it does.
    pub async fn change(&self, text: &str) -> Outcome {
        let url = format!("{}/v1/sites/polaire/notice/fr", self.server.url);
        let hash = async || {
            Ok::<_, reqwest::Error>(reqwest::get(&url).await?.json::<Value>().await?["notice_hash"].clone())
        };
        let before = hash().await?;
        self.sites.write("polaire", text);
        self.server.signal(Signal::HUP);
        for _ in 0..200 {
            if hash().await? != before {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err("the server did not take the site file".into())
    }

    /// Waits until a path of the third party was asked for that often.
    pub async fn until_asked(&self, path: &str, count: usize) -> Outcome {
        for _ in 0..400 {
            if self.third.count(path) == count {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(format!("{path} was asked for {} times, not {count}", self.third.count(path)).into())
    }

    /// Waits until each of these paths of the third party was asked for.
    pub async fn until_each_asked(&self, paths: &[&str]) -> Outcome {
        let missing = || paths.iter().filter(|path| self.third.count(path) == 0).collect::<Vec<_>>();
        for _ in 0..400 {
            if missing().is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(format!("never asked for: {:?}", missing()).into())
    }

    pub fn url(&self) -> String {
        format!("{}/", self.pages.origin())
    }

    pub async fn records(&self, browser: &Browser) -> Vec<Record> {
        records(self.data.path(), "polaire", browser).await
    }
}

/// Asks `constat records`, as a DPO would, until the record is there: the page never waits for it.
async fn records(data: &Path, site: &str, browser: &Browser) -> Vec<Record> {
    let Some(cookie) = browser.consent_cookie().await.unwrap() else { return Vec::new() };
    let consent_id = ConsentCookie::decode(&cookie).unwrap().consent_id.to_string();
    for _ in 0..200 {
        let mut command = Command::new(binary());
        command.args(["records", "--json", "--site", site, "--consent-id", &consent_id, "--data"]).arg(data);
        let output = command.output().unwrap();
        let records: Vec<Record> = serde_json::from_slice(&output.stdout).unwrap();
        if !records.is_empty() {
            return records;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Vec::new()
}

/// The shadow root in which Constat shows what it shows.
pub const ROOT: &str = "document.querySelector('constat-consent').shadowRoot";

/// Waits until the browser has nothing left to deliver.
pub async fn delivered(browser: &Browser, site: &str) -> Outcome {
    browser.until(&format!("localStorage.getItem('constat.queue.{site}') === '[]'")).await
}

/// The notice of a hash, from the server.
pub async fn notice(server: &Server, hash: Hash) -> Notice {
    let url = format!("{}/v1/notices/{hash}", server.url);
    reqwest::get(url).await.unwrap().json().await.unwrap()
}
