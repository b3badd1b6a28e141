//! A console with two sites on a store of its own, and people of every role.

use crate::access::access::Access;
use crate::access::account::{self, Account, Grant, SecondFactor};
use crate::access::console_key::ConsoleKeys;
use crate::access::password;
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::session;
use crate::access::sign_in::SignIns;
use crate::access::site_scope::SiteScope;
use crate::access::token::{self, NewToken};
use crate::access::trail::Command;
use crate::cli::{KeyArgs, StoreArgs};
use crate::clock::{self, Clock};
use crate::consent::writer::{QUEUE_MAX, Writer};
use crate::http::app::App;
use crate::http::console::address::Address;
use crate::http::console::audits::Audits;
use crate::http::console::routes;
use crate::http::console::state::Console;
use crate::http::router::{self, Family, Row};
use crate::jobs::publish::publish;
use crate::proof::keys::Keys;
use crate::render::assets::Assets;
use crate::render::earlier::EarlierNotices;
use crate::site::{self, Catalogue};
use crate::store::sqlite::SqliteStore;
use crate::store::{DocumentKind, RecordStore, Store};
use actix_web::App as ActixApp;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use constat_shared::Timestamp;
use constat_testkit::sample_site::with_shipped_vendors;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The site of which people have a role.
pub const OWN: &str = "polaire";
/// A site of which they have none.
pub const OTHER: &str = "boreale";
const HOUR_MS: i64 = 3_600_000;
/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// The secret of everybody's second factor.
pub const SECRET: [u8; 20] = *b"the secret of a test";
/// Worked out once, because it takes long.
static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

/// A console.
pub struct House {
    pub console: Data<Console>,
    pub store: Arc<dyn Store>,
    pub notice: String,
    _data: tempfile::TempDir,
}

/// The rows that are for people.
pub fn screens() -> Vec<Row> {
    let is_screen = |row: &Row| matches!(row.family, Family::Screen | Family::Explorer);
    routes::table().into_iter().filter(is_screen).collect()
}

/// What a request carries.
#[derive(Default)]
pub struct Ask<'a> {
    pub session: Option<&'a str>,
    pub form_cookie: Option<&'a str>,
    /// The bearer token.
    pub token: Option<&'a str>,
    pub body: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Where it leads; empty when it leads nowhere.
    pub location: String,
    pub body: String,
}

impl House {
    pub fn new() -> House {
        let data = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data.path()).unwrap());
        let records: Arc<dyn RecordStore> = store.clone();
        let args = KeyArgs { data: StoreArgs::in_folder(data.path().to_owned()), key_file: None };
        let keys = Arc::new(Keys::open(&args, &*store).unwrap());
        let app = Data::new(App {
            sites: Arc::default(),
            earlier: Arc::new(EarlierNotices::new()),
            store: Arc::clone(&store),
            writer: Writer::start(records, QUEUE_MAX),
            clock: Arc::new(Clock::of(&store.times().unwrap())),
            keys: Arc::clone(&keys),
            deadline: Duration::from_secs(30),
            assets: Arc::new(Assets::embedded().unwrap()),
        });
        let access = Access::new(Arc::clone(&store), keys);
        let console_keys =
            ConsoleKeys::open(data.path(), None, &access, Command::Serve, clock::now()).unwrap();
        let catalogue = Catalogue::embedded().unwrap();
        let site = |id: &str| {
            let text = with_shipped_vendors(id, "https://www.polaire.example");
            site::parse(&format!("{id}.toml"), &text, &catalogue).unwrap()
        };
        publish(&access, &app.sites, &app.assets, &app.clock, vec![site(OWN), site(OTHER)], None).unwrap();
        let notices = store.notices().unwrap();
        let notice = notices.iter().find(|(site, _)| site.as_str() == OWN).unwrap().1.to_string();
        let console = Data::new(Console {
            app,
            access,
            keys: console_keys,
            sign_ins: SignIns::default(),
            address: Address::new("127.0.0.1:8090".parse().unwrap(), None),
            public_url: "http://127.0.0.1:8080".to_owned(),
            description: "{}".into(),
            snapshots: data.path().join("snapshots"),
            audits: Audits::default(),
            demo_site: None,
            trusted: Vec::new(),
        });
        House { console, store, notice, _data: data }
    }

    /// Somebody with these roles, who has a second factor.
    pub fn person(&self, email: &str, grants: &[(Role, &str)]) -> Account {
        let now = clock::now();
        let grants = grants.iter().map(|(role, site)| Grant {
            role: *role,
            site: SiteScope::parse(site).unwrap(),
            given_at: now,
            given_by: "test".to_owned(),
        });
        let mut account = Account::new(email.to_owned(), grants.collect(), "test", now).unwrap();
        account.password = Some(HASH.clone());
        let secret = self.console.keys.seal(&SECRET, &account.id).unwrap();
        account.second_factor = Some(SecondFactor { secret, last_step: 0 });
        account.welcomed_at = Some(now);
        account::insert(&*self.store, &account, now).unwrap();
        account
    }

    /// A new session of theirs.
    pub fn session(&self, account: &Account) -> String {
        session::begin(&self.console.access, account, clock::now()).unwrap()
    }

    /// A token with these permissions on a site.
    pub fn token(&self, scope: &[Permission], site: &str) -> String {
        let now = clock::now();
        let new = NewToken {
            name: "program".to_owned(),
            scope: scope.to_vec(),
            sites: vec![SiteScope::parse(site).unwrap()],
            expires_at: Timestamp::from_unix_ms(now.unix_ms() + HOUR_MS),
        };
        let by = Principal::command(Command::TokenAdd);
        token::make(&self.console.access, &self.console.keys, &by, new, now).unwrap().token
    }

    /// All that the console keeps, but when a session was used last, and the length of the trail.
    pub fn kept(&self) -> (Vec<String>, usize) {
        let kinds = [
            DocumentKind::Account,
            DocumentKind::Session,
            DocumentKind::Link,
            DocumentKind::Token,
            DocumentKind::Acknowledgement,
            DocumentKind::Request,
            DocumentKind::Setting,
        ];
        let documents = kinds.iter().flat_map(|kind| self.store.documents(*kind).unwrap());
        let shown = documents.map(|document| match document.kind {
            DocumentKind::Session => document.id,
            _ => format!("{document:?}"),
        });
        let documents = shown.collect();
        (documents, self.store.trail(0, 10_000).unwrap().len())
    }

    /// Asks the routes as the server has them.
    pub async fn ask(&self, method: Method, path: &str, ask: Ask<'_>) -> Answer {
        let app = ActixApp::new()
            .app_data(self.console.clone())
            .wrap(router::headers_of_the_console())
            .configure(routes::configure);
        let service = init_service(app).await;
        let mut request = TestRequest::with_uri(path).method(method);
        let cookies = [("constat-session", ask.session), ("constat-form", ask.form_cookie)];
        let cookies = cookies.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?)));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        if !cookies.is_empty() {
            request = request.insert_header(("Cookie", cookies));
        }
        if let Some(token) = ask.token {
            request = request.insert_header(("Authorization", format!("Bearer {token}")));
        }
        if let Some(body) = ask.body {
            request = request
                .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
                .set_payload(body);
        }
        let response = call_service(&service, request.to_request()).await;
        closed(path, &response);
        let status = response.status().as_u16();
        let location = response.headers().get("location").map_or("", |at| at.to_str().unwrap()).to_owned();
        let body = String::from_utf8_lossy(&read_body(response).await).into_owned();
        Answer { status, location, body }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.console.app.writer.stop();
    }
}

/// Every answer is for nobody but who asked, and in no other page.
fn closed(path: &str, response: &ServiceResponse<impl MessageBody>) {
    let header = |name: &str| {
        let values: Vec<_> = response.headers().get_all(name).map(|value| value.to_str().unwrap()).collect();
        assert_eq!(values.len(), 1, "{path}: {name} {values:?}");
        values[0].to_owned()
    };
    assert_eq!(header("cache-control"), "no-store", "{path}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    let policy = header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{path}: {policy}"
    );
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
}
