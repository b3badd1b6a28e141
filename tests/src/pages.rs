//! Host pages, and third parties: a small web server that remembers what it was asked.

use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

/// Pages served from a free port until the process ends.
pub struct Pages {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    pages: Mutex<BTreeMap<String, String>>,
    asked: Mutex<Vec<String>>,
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

    /// Serves a text at a path; `.js` paths as a script, all others as HTML.
    pub fn put(&self, path: &str, text: impl Into<String>) {
        self.state.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), text.into());
    }

    /// The paths asked for so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let path = request.path().to_owned();
    let page = state.pages.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
    let script = path.ends_with(".js");
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    match page {
        Some(text) if script => HttpResponse::Ok().content_type("text/javascript").body(text),
        Some(text) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text),
        None => HttpResponse::NoContent().finish(),
    }
}
