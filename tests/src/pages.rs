//! Host pages, and third parties: a small web server that remembers what it was asked.

use crate::page_answer::Answer;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pages served from a free port until the process ends.
pub struct Pages {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    answers: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<Asked>>,
    forwarded: Mutex<Option<Forwarded>>,
    limited: Mutex<Option<Limited>>,
}

/// Where the policies of pages come from, and the header in which each page has its own.
#[derive(Clone)]
struct Limited {
    address: String,
    header: String,
}

/// Paths that another server answers, as a reverse proxy has it.
#[derive(Clone)]
struct Forwarded {
    prefix: String,
    server: String,
}

/// A request that came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Such as `GET`.
    pub method: String,
    /// Without the query.
    pub path: String,
}

impl Pages {
    /// Starts with no page at all: every path answers 204.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> Pages {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let state = Arc::new(State::default());
        let data = Data::from(Arc::clone(&state));
        std::thread::spawn(move || {
            let app = move || App::new().app_data(data.clone()).default_service(web::to(answer));
            let server = HttpServer::new(app).workers(1).disable_signals().listen(listener);
            actix_web::rt::System::new().block_on(server.expect("the listener is good").run())
        });
        Pages { port, state }
    }

    /// The address as a host page's.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same server under another name: to a browser, another site.
    pub fn other_origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The same server under a name of the test's own, such as `www.polaire.test`, which the proxy
    /// of [`crate::browser`] knows. To a browser it is no secure context.
    pub fn origin_of(&self, name: &str) -> String {
        format!("http://{name}:{}", self.port)
    }

    /// Serves a text at a path; `.js` paths as a script, all others as HTML.
    pub fn put(&self, path: &str, text: impl Into<String>) {
        self.put_answer(path, Answer::of(text));
    }

    /// Serves an answer at a path.
    pub fn put_answer(&self, path: &str, answer: Answer) {
        lock(&self.state.answers).insert(path.to_owned(), answer);
    }

    /// Has the server at an address answer what is below a prefix, such as `/constat`, as the proxy of a site in
    /// first-party mode does: with the host that the browser named, and with no cookie but Constat's own.
    pub fn forward(&self, prefix: &str, server: &str) {
        *lock(&self.state.forwarded) =
            Some(Forwarded { prefix: prefix.to_owned(), server: server.to_owned() });
    }

    /// Has every page come with the policy that an address of Constat has for the request's cookies, in this header,
    /// as the server of a site does that uses it (docs/csp.md).
    pub fn limit(&self, address: &str, header: &str) {
        *lock(&self.state.limited) = Some(Limited { address: address.to_owned(), header: header.to_owned() });
    }

    /// The requests so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state.asked).clone()
    }

    /// How often a path was asked for so far, by whatever method.
    pub fn count(&self, path: &str) -> usize {
        lock(&self.state.asked).iter().filter(|asked| asked.path == path).count()
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the other server answers.
async fn forwarded(
    request: &HttpRequest,
    body: Bytes,
    to: Forwarded,
) -> Result<HttpResponse, reqwest::Error> {
    let address = format!("{}{}", to.server, request.uri().to_string().trim_start_matches(&to.prefix));
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap_or_default();
    let mut asked = reqwest::Client::builder().no_proxy().build()?.request(method, address).body(body);
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap_or_default();
        match name.as_str() {
            "connection" | "content-length" => {}
            "cookie" => {
                let own = value.split("; ").filter(|pair| pair.starts_with("constat-")).collect::<Vec<_>>();
                asked = asked.header("cookie", own.join("; "));
            }
            name => asked = asked.header(name, value),
        }
    }
    let answer = asked.send().await?;
    let mut response =
        HttpResponse::build(StatusCode::from_u16(answer.status().as_u16()).unwrap_or_default());
    let of_the_connection = ["connection", "content-length", "transfer-encoding"];
    for (name, value) in answer.headers() {
        if !of_the_connection.contains(&name.as_str()) {
            response.append_header((name.as_str(), value.as_bytes()));
        }
    }
    Ok(response.body(answer.bytes().await?))
}

async fn answer(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let path = request.path().to_owned();
    let other =
        lock(&state.forwarded).clone().filter(|other| path.starts_with(&format!("{}/", other.prefix)));
    if let Some(other) = other {
        lock(&state.asked).push(Asked { method: request.method().to_string(), path });
        let answer = forwarded(&request, body, other).await;
        return answer.unwrap_or_else(|_| HttpResponse::BadGateway().finish());
    }
    let answer = lock(&state.answers).get(&path).cloned();
    let by_name = if path.ends_with(".js") { "text/javascript" } else { "text/html; charset=utf-8" };
    lock(&state.asked).push(Asked { method: request.method().to_string(), path });
    let Some(Answer { status, headers, body, delay }) = answer else {
        return HttpResponse::NoContent().finish();
    };
    actix_web::rt::time::sleep(delay).await;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or_default());
    response.content_type(by_name);
    for header in headers {
        // A `Content-Type` takes the place of the one above; `Set-Cookie` may come twice.
        if header.0.eq_ignore_ascii_case("content-type") {
            response.insert_header(header);
        } else {
            response.append_header(header);
        }
    }
    let limited = lock(&state.limited).clone();
    if let Some(limited) = limited {
        add_policy(&request, &limited, &mut response).await.expect("Constat answers with a policy");
    }
    response.body(body)
}

async fn add_policy(
    request: &HttpRequest,
    limited: &Limited,
    response: &mut HttpResponseBuilder,
) -> Result<(), reqwest::Error> {
    let mut asked = reqwest::Client::builder().no_proxy().build()?.get(&limited.address);
    if let Some(cookie) = request.headers().get("cookie") {
        asked = asked.header("cookie", cookie.as_bytes());
    }
    let answer = asked.send().await?.error_for_status()?;
    let value = |name: &str| answer.headers().get(name).map(|value| value.as_bytes().to_vec());
    let headers = [(limited.header.as_str(), "content-security-policy"), ("server-timing", "server-timing")];
    for (name, from) in headers {
        response.append_header((name, value(from).unwrap_or_default()));
    }
    response.append_header(("vary", "cookie"));
    Ok(())
}
