//! The console of a server under test: browsers that run no script, and people with an authenticator.

use crate::api::{Answer, answer, client};
use crate::server::{Server, run};
use crate::sites::Sites;
use constat_testkit::sample_site::with_shipped_vendors;
use reqwest::Client;
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Secret};

/// The site of which people have a role.
pub const OWN: &str = "polaire";
/// A site beside it.
pub const OTHER: &str = "boreale";
/// The first password of everybody.
pub const PASSWORD: &str = "correct horse battery";
/// Where a second factor is set, or replaced.
pub const SECOND_FACTOR: &str = "/console/account/second-factor";
/// Where new recovery codes are made.
pub const RECOVERY_CODES: &str = "/console/account/recovery-codes";
/// For how long a code is shown, in seconds.
const STEP_S: u64 = 30;

/// A server with two sites, and its console.
pub struct House {
    /// First, so that it has ended when its folders are removed.
    pub server: Server,
    /// Its site files.
    pub sites: Sites,
    /// Its data folder.
    pub data: tempfile::TempDir,
}

/// A browser: it keeps cookies, and sends forms.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    /// The address of the console, without a slash at its end.
    pub url: String,
    /// What it keeps.
    pub cookies: BTreeMap<String, String>,
    /// What it prefers.
    pub language: String,
    /// Headers that a proxy adds.
    pub forwarded: Option<String>,
}

/// A person who has been welcomed.
#[derive(Clone, Debug)]
pub struct Person {
    /// The e-mail address.
    pub email: String,
    /// What the authenticator keeps, in base32.
    pub secret: String,
    /// The recovery codes that are left.
    pub recovery_codes: Vec<String>,
    /// The 30 seconds whose code was used last.
    pub step: u64,
}

impl House {
    /// Serves the two sites.
    pub fn start() -> House {
        House::start_with(&[])
    }

    /// Serves the two sites, with further arguments.
    ///
    /// # Panics
    /// When there is no room for a temporary folder, or the server does not start.
    pub fn start_with(args: &[&str]) -> House {
        let sites = Sites::with(OWN, &with_shipped_vendors(OWN, crate::api::SITE_ORIGIN));
        sites.write(OTHER, &with_shipped_vendors(OTHER, "https://www.boreale.example"));
        let data = tempfile::tempdir().expect("there is room for a temporary folder");
        let server = Server::start(data.path(), &[&["--sites", sites.arg()], args].concat());
        House { server, sites, data }
    }

    /// A browser that knows nothing yet.
    pub fn visitor(&self) -> Visitor {
        Visitor::at(&self.server)
    }

    /// Adds a person; returns the link.
    pub async fn link(&self, email: &str, role: &str, site: &str) -> String {
        add(self.data.path(), &[], email, role, site).await
    }

    /// Adds a person and lets them in; their browser is signed in.
    pub async fn person(&self, email: &str, role: &str, site: &str) -> (Visitor, Person) {
        let link = self.link(email, role, site).await;
        let mut visitor = self.visitor();
        let person = visitor.welcome(email, &link).await;
        (visitor, person)
    }
}

/// Adds a person to a store; returns the link.
///
/// # Panics
/// When the command fails.
pub async fn add(data: &Path, args: &[&str], email: &str, role: &str, site: &str) -> String {
    let data = data.to_str().expect("temporary folders have plain names");
    let common = ["user", "add", email, "--role", role, "--site", site, "--data", data, "--json"];
    link_of(run([&common[..], args].concat()).await)
}

/// The link that a command printed.
///
/// # Panics
/// When it failed.
pub fn link_of(output: std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    said["link"].as_str().expect("there is a link").to_owned()
}

impl Visitor {
    /// A browser at the console of a server.
    ///
    /// # Panics
    /// When the server has no console.
    pub fn at(server: &Server) -> Visitor {
        let url = server.console.split("/console/").next().expect("there is a first part").to_owned();
        assert!(!url.is_empty(), "the server has a console");
        Visitor {
            client: client(),
            url,
            cookies: BTreeMap::new(),
            language: "en".to_owned(),
            forwarded: None,
        }
    }

    /// GETs a path.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(reqwest::Method::GET, path, None).await
    }

    /// POSTs a form as it is given.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(reqwest::Method::POST, path, Some(encoded(fields))).await
    }

    /// Opens a screen, and sends one of its forms to `path` with its CSRF token.
    pub async fn submit(&mut self, screen: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(screen).await;
        let csrf = csrf_of(page.text());
        self.post(path, &[&[("csrf", &*csrf)], fields].concat()).await
    }

    async fn send(&mut self, method: reqwest::Method, path: &str, body: Option<String>) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header(ACCEPT_LANGUAGE, &self.language);
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, cookies.collect::<Vec<_>>().join("; "));
        }
        if let Some(forwarded) = &self.forwarded {
            request = request.header("X-Forwarded-For", forwarded);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = answer(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("cookies are text");
            let (name, value) =
                cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Walks through a link: password, second factor, recovery codes.
    ///
    /// # Panics
    /// When a step is not as it has to be.
    pub async fn welcome(&mut self, email: &str, link: &str) -> Person {
        let path = path_of(link).to_owned();
        let chosen = self.submit(&path, &path, &[("password", PASSWORD)]).await;
        assert_eq!(chosen.status, 303, "{chosen:?}");
        let page = self.get(&path).await;
        let secret = between(page.text(), "id=\"totp-secret\">", "<").to_owned();
        let step = step_now();
        let csrf = csrf_of(page.text());
        let done = self.post(&path, &[("csrf", &csrf), ("code", &code(&secret, step))]).await;
        assert_eq!(done.status, 200, "{done:?}");
        let recovery_codes = recovery_codes_of(done.text());
        Person { email: email.to_owned(), secret, recovery_codes, step }
    }

    /// Walks through a link without a second factor.
    ///
    /// # Panics
    /// When a step is not as it has to be.
    pub async fn welcome_without(&mut self, link: &str) {
        let path = path_of(link).to_owned();
        for step in [("password", PASSWORD), ("skip", "1")] {
            let done = self.submit(&path, &path, &[step]).await;
            assert_eq!(done.status, 303, "{step:?} {done:?}");
        }
    }

    /// The secret of the second factor that a screen offers.
    ///
    /// # Panics
    /// When it offers none.
    pub async fn offered_secret(&mut self) -> String {
        let page = self.get(SECOND_FACTOR).await;
        between(page.text(), "id=\"totp-secret\">", "<").to_owned()
    }

    /// Where the screens of a person begin, as the list of people has it.
    ///
    /// # Panics
    /// When the list has no link about them.
    pub async fn screens_of(&mut self, email: &str) -> String {
        let page = self.get("/console/people").await;
        let row = page.text().split("<tr").find(|row| row.contains(&format!("<bdi>{email}</bdi></th>")));
        let row = row.unwrap_or_else(|| panic!("{email} is in {page:?}"));
        format!("/console/people/{}", between(row, "href=\"/console/people/", "/"))
    }

    /// Sends the form of the sign-in.
    pub async fn sign_in(&mut self, email: &str, password: &str, code: &str) -> Answer {
        let fields = [("email", email), ("password", password), ("code", code)];
        self.submit("/console/sign-in", "/console/sign-in", &fields).await
    }

    /// Whether its session opens the own account.
    pub async fn is_in(&mut self) -> bool {
        self.get("/console/account").await.status == 200
    }
}

impl Person {
    /// The code that is next in the authenticator. It works though it is early, once.
    pub fn next_code(&mut self) -> String {
        self.step = step_now().max(self.step + 1);
        code(&self.secret, self.step)
    }

    /// A recovery code.
    ///
    /// # Panics
    /// When none is left.
    pub fn recovery_code(&mut self) -> String {
        self.recovery_codes.pop().expect("one is left")
    }

    /// The code that was used last.
    pub fn last_code(&self) -> String {
        code(&self.secret, self.step)
    }
}

/// What an authenticator shows in a step of 30 seconds.
///
/// # Panics
/// When the secret is none.
pub fn code(secret: &str, step: u64) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret is base32");
    let totp = Builder::new().with_secret(secret).build().expect("it is long enough");
    totp.generate(step * STEP_S).to_string()
}

/// The 30 seconds of now, counted from 1970.
///
/// # Panics
/// Before 1970.
pub fn step_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs() / STEP_S
}

/// The path of an address.
///
/// # Panics
/// When it is none of the console.
pub fn path_of(link: &str) -> &str {
    &link[link.find("/console/").expect("it is an address of the console")..]
}

/// The CSRF token of a screen.
///
/// # Panics
/// When it has no form.
pub fn csrf_of(html: &str) -> String {
    between(html, "name=\"csrf\" value=\"", "\"").to_owned()
}

/// The recovery codes that a screen shows.
///
/// # Panics
/// When they are not ten.
pub fn recovery_codes_of(html: &str) -> Vec<String> {
    let codes = between(html, "id=\"recovery-codes\"", "</ul>").split("<code>").skip(1);
    let codes: Vec<_> = codes.map(|code| code.split('<').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{html}");
    codes
}

/// What is between two pieces of a text.
///
/// # Panics
/// When they are not there.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before:?} is in {text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("{after:?} is in {rest}")).0
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let text = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}
