//! A server with one site, and a client that asks it.

use crate::consent::secret_of;
use crate::server::Server;
use crate::sites::Sites;
use constat_shared::{Hash, Jwk, LogId, Record, SignedCheckpoint, TreeHead};
use constat_testkit::sample_site::with_shipped_vendors;
use reqwest::header::{HeaderMap, ORIGIN};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Weak};
use tokio::sync::Mutex;

/// The site that [`Api::start`] serves.
pub const SITE: &str = "polaire";
/// Where that site's pages are.
pub const SITE_ORIGIN: &str = "https://www.polaire.example";

/// A running server, its folders, and a client.
pub struct Api {
    /// First, so that it has ended when its folders are removed.
    pub server: Server,
    /// Its site files.
    pub sites: Sites,
    /// Its data folder.
    pub data: tempfile::TempDir,
    /// See [`client`].
    pub client: Client,
}

/// An answer, read to its end.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came, perhaps compressed.
    pub body: Vec<u8>,
}

impl Api {
    /// Serves the sample site as [`SITE`].
    pub fn start() -> Api {
        Api::serve(Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN)))
    }

    /// As [`Api::start`], for tests that only read and post: they share one server.
    pub async fn shared() -> Arc<Api> {
        static API: Shared<Api> = Shared::new();
        API.get(async || Api::start()).await
    }

    /// Serves a folder of sites.
    ///
    /// # Panics
    /// When there is no room for a temporary folder, or the server does not start.
    pub fn serve(sites: Sites) -> Api {
        let data = tempfile::tempdir().expect("there is room for a temporary folder");
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        Api { server, sites, data, client: client() }
    }

    /// Stops the server, and starts another on the same folders.
    ///
    /// # Panics
    /// When it does not stop well or does not start again.
    pub fn restart(self) -> Api {
        let Api { server, sites, data, client } = self;
        assert!(server.stop(), "the server stops well");
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        Api { server, sites, data, client }
    }

    /// A request to a path of the server.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.server.url))
    }

    /// GETs a path.
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// The hash of the notice that [`SITE`] shows.
    pub async fn notice_hash(&self) -> String {
        notice_hash(&self.server).await
    }

    /// An answer of a visitor of [`SITE`], ready to be sent.
    pub async fn consent(&self, action: &str) -> Value {
        crate::consent::request(&self.notice_hash().await, action)
    }

    /// POSTs an answer to [`SITE`], from one of its pages, with the secret of its consent id.
    pub async fn post(&self, consent: &Value) -> Answer {
        self.post_with(consent, Some(&secret_of(consent))).await
    }

    /// POSTs an answer to [`SITE`], from one of its pages, with another bearer token or none.
    pub async fn post_with(&self, consent: &Value, token: Option<&str>) -> Answer {
        let request = self.request(Method::POST, &site_path("consents")).header(ORIGIN, SITE_ORIGIN);
        let request = token.into_iter().fold(request, RequestBuilder::bearer_auth);
        answer(request.body(consent.to_string())).await
    }

    /// POSTs a body to a site, from a page of [`SITE_ORIGIN`].
    pub async fn post_to(&self, site: &str, body: impl Into<reqwest::Body>) -> Answer {
        let path = format!("/v1/sites/{site}/consents");
        answer(self.request(Method::POST, &path).header(ORIGIN, SITE_ORIGIN).body(body)).await
    }

    /// Posts an answer of a new visitor; returns its record and its receipt.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn record(&self, action: &str) -> (Record, String) {
        let reply = self.post(&self.consent(action).await).await.json();
        let record = serde_json::from_value(reply["record"].clone()).expect("a record was made");
        (record, reply["receipt"].as_str().expect("a receipt is text").to_owned())
    }

    /// Asks for the records of a consent id of [`SITE`], or to erase them, with a receipt.
    pub async fn history(&self, method: Method, consent_id: &str, receipt: &str) -> Answer {
        let path = format!("/v1/sites/{SITE}/consents/{consent_id}");
        answer(self.request(method, &path).bearer_auth(receipt)).await
    }

    /// The public keys, oldest first.
    ///
    /// # Panics
    /// When they are not published.
    pub async fn keys(&self) -> Vec<Jwk> {
        let set = self.get("/.well-known/jwks.json").await.json();
        serde_json::from_value(set["keys"].clone()).expect("the keys are published")
    }

    /// The head of a log of [`SITE`], signed by the newest key.
    ///
    /// # Panics
    /// When there is no such log or the signature is another one.
    pub async fn checkpoint(&self, log: &LogId) -> TreeHead {
        let answer = self.get(&format!("/v1/sites/{SITE}/log/{}/checkpoint", log.name())).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let key = self.keys().await.last().and_then(Jwk::key).expect("the server has a key");
        SignedCheckpoint::from(answer.text()).open(log, &key).expect("the newest key signs the head")
    }

    /// The hashes of a proof of a log of [`SITE`]: `proof/1?size=7`, `consistency?from=2&to=7`.
    ///
    /// # Panics
    /// When there is no such proof.
    pub async fn proof(&self, log: &LogId, what: &str) -> Vec<Hash> {
        let answer = self.get(&format!("/v1/sites/{SITE}/log/{}/{what}", log.name())).await.json();
        serde_json::from_value(answer["proof"].clone()).expect("a proof is a list of hashes")
    }

    /// How many records are stored.
    pub fn record_count(&self) -> i64 {
        record_count(self.data.path())
    }
}

/// A value that tests running at the same time share. It is dropped, and so
/// cleaned up, when the last of them ends.
pub struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    /// Nothing yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Shared<T> {
        Shared(Mutex::const_new(Weak::new()))
    }

    /// The value that others use now, or else a new one.
    pub async fn get(&self, make: impl AsyncFnOnce() -> T) -> Arc<T> {
        let mut shared = self.0.lock().await;
        if let Some(value) = shared.upgrade() {
            return value;
        }
        let value = Arc::new(make().await);
        *shared = Arc::downgrade(&value);
        value
    }
}

/// An address of [`SITE`].
pub fn site_path(rest: &str) -> String {
    format!("/v1/sites/{SITE}/{rest}")
}

/// GETs a path of a server.
pub async fn get(server: &Server, path: &str) -> Answer {
    answer(client().get(format!("{}{path}", server.url))).await
}

/// POSTs an answer to [`SITE`] of a server, from one of its pages, with the secret of its consent id.
pub async fn post(server: &Server, consent: &Value) -> Answer {
    let url = format!("{}/v1/sites/{SITE}/consents", server.url);
    let request = client().post(url).header(ORIGIN, SITE_ORIGIN).bearer_auth(secret_of(consent));
    answer(request.body(consent.to_string())).await
}

/// The hash of the notice that [`SITE`] of a server shows.
///
/// # Panics
/// When the server shows none.
pub async fn notice_hash(server: &Server) -> String {
    let notice = get(server, &format!("/v1/sites/{SITE}/notice/fr")).await.json();
    notice["notice_hash"].as_str().expect("a notice has a hash").to_owned()
}

/// A client that follows no redirects and decompresses nothing. Each request
/// opens a connection: a kept one would belong to one test's runtime.
///
/// # Panics
/// Never: it is made of constants.
pub fn client() -> Client {
    let never = reqwest::redirect::Policy::none();
    Client::builder()
        .no_proxy()
        .redirect(never)
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client can be made")
}

/// Sends a request and reads the answer.
///
/// # Panics
/// When the server does not answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.expect("the answer is whole").to_vec();
    Answer { status, headers, body }
}

/// How many records a data folder holds, also while a server writes there.
///
/// # Panics
/// When there is no store.
pub fn record_count(data: &Path) -> i64 {
    let only_read = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let store = rusqlite::Connection::open_with_flags(data.join("constat.db"), only_read).expect("a store");
    store.query_row("SELECT count(*) FROM records", [], |row| row.get(0)).expect("the store has records")
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:.2000}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

impl Answer {
    /// A header's value; empty when it is absent.
    ///
    /// # Panics
    /// When it is there twice.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().expect("headers are text"));
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// Checks that the answer is a complete problem document of this code,
    /// about this field (`""` for none).
    ///
    /// # Panics
    /// When it is not; the message begins with `what`.
    pub fn assert_problem(&self, what: &str, code: &str, field: &str) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{what}: {self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{what}");
        let problem = self.json();
        let found = (problem["code"].as_str(), problem["field"].as_str().unwrap_or_default());
        assert_eq!(found, (Some(code), field), "{what}: {problem}");
        assert_eq!(problem["status"], self.status, "{what}");
        assert_eq!(problem["type"], format!("urn:constat:problem:{code}"), "{what}");
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| text.len() > 5), "{what}: {problem}");
        }
    }
}
