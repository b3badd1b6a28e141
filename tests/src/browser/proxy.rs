//! The proxy between a browser and all that it asks: a small forwarding server, which works alike
//! for every engine where their own debugging protocols differ.
//!
//! It reaches this machine only, so that no test depends on, or tells anything to, anybody else.
//! `NAME.test` is this machine too, for tests that need a site of its own name.

use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A head of a request or an answer that is longer than this many bytes is cut off.
const LONGEST_HEAD: usize = 64 * 1024;

/// Bytes of a page in which its `<head>` is looked for.
const LONGEST_START: usize = 4 * 1024;

/// What happens to requests on their way.
#[derive(Default)]
pub struct Rules {
    /// Scripts that every page gets before its own.
    pub prepared: Vec<String>,
    /// Requests whose address matches one of these get no answer; `*` stands for anything.
    pub blocked: Vec<String>,
    /// How many requests got no answer since the patterns were set.
    pub blocked_count: usize,
    /// What is answered in the place of a server.
    pub answered: Option<Instead>,
    /// How many requests were.
    pub answered_count: usize,
    /// How long every request is held back.
    pub delay: Duration,
    /// Whether answers say that they may not be kept.
    pub no_store: bool,
}

/// An answer in the place of the server's.
pub struct Instead {
    /// To requests of this method.
    pub method: String,
    /// To addresses like this, in which `*` stands for anything.
    pub url: String,
    /// The whole answer, with its head.
    pub answer: String,
}

/// A proxy on a free port, until its runtime ends.
pub struct Proxy {
    /// `127.0.0.1:PORT`.
    pub address: String,
    rules: Arc<Mutex<Rules>>,
}

impl Proxy {
    /// Starts with no rule.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let rules: Arc<Mutex<Rules>> = Arc::default();
        let of_all = Arc::clone(&rules);
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                // A request that cannot be forwarded ends as on a network that is broken: without
                // an answer.
                tokio::spawn(forward(browser, Arc::clone(&of_all)));
            }
        });
        Ok(Proxy { address, rules })
    }

    /// The rules, which count from the next request on.
    pub fn rules(&self) -> MutexGuard<'_, Rules> {
        lock(&self.rules)
    }
}

fn lock(rules: &Mutex<Rules>) -> MutexGuard<'_, Rules> {
    rules.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forwards one request and its answer. Each has a connection of its own.
async fn forward(mut browser: TcpStream, rules: Arc<Mutex<Rules>>) -> Result<()> {
    let (head, mut body) = read_head(&mut browser).await?;
    if let Some(address) = tunnel(&head) {
        let mut server = TcpStream::connect(address).await?;
        browser.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
        return copy_bidirectional(&mut browser, &mut server).await.map(drop);
    }
    let request = Request::parse(&head).ok_or(ErrorKind::InvalidData)?;
    // Whole, before anything else: a browser that could not send all of it may send it again.
    while body.len() < request.body_length() && browser.read_buf(&mut body).await? > 0 {}
    let (delay, blocked, answer, change) = {
        let mut rules = lock(&rules);
        let is_page = request.header("accept").is_some_and(|accept| accept.contains("text/html"));
        let script = (is_page && !rules.prepared.is_empty()).then(|| rules.prepared.join(";\n"));
        let blocked = rules.blocked.iter().any(|pattern| matches(pattern, request.url));
        rules.blocked_count += usize::from(blocked);
        let instead = rules.answered.as_ref();
        let instead = instead.filter(|it| it.method == request.method && matches(&it.url, request.url));
        let answer = instead.map(|it| it.answer.clone());
        rules.answered_count += usize::from(answer.is_some());
        (rules.delay, blocked, answer, Change { script, no_store: rules.no_store })
    };
    tokio::time::sleep(delay).await;
    if blocked {
        return Err(ErrorKind::ConnectionAborted.into());
    }
    if let Some(answer) = answer {
        return browser.write_all(answer.as_bytes()).await;
    }
    let mut server = TcpStream::connect(request.server().ok_or(ErrorKind::AddrNotAvailable)?).await?;
    server.write_all(request.forwarded(change.script.is_some()).as_bytes()).await?;
    server.write_all(&body).await?;
    if change.script.is_some() || change.no_store {
        let start = change.start(&mut server).await?;
        browser.write_all(&start).await?;
    }
    copy_bidirectional(&mut browser, &mut server).await.map(drop)
}

/// Where a tunnel leads, which a browser asks for to open a WebSocket.
fn tunnel(head: &str) -> Option<(&'static str, u16)> {
    address(head.strip_prefix("CONNECT ")?.split(' ').next()?)
}

/// Where the server of a name and a port listens, if it is one of this machine.
fn address(place: &str) -> Option<(&'static str, u16)> {
    let (name, port) = place.rsplit_once(':')?;
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_here =
        ["127.0.0.1", "localhost"].contains(&name) || name.ends_with(".localhost") || name.ends_with(".test");
    is_here.then_some(())?;
    Some(("127.0.0.1", port.parse().ok()?))
}

/// Reads until the empty line; returns the head, and what came behind it.
async fn read_head(stream: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), body));
        }
        if bytes.len() > LONGEST_HEAD || stream.read_buf(&mut bytes).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window.eq_ignore_ascii_case(part))
}

/// What becomes another in an answer.
struct Change {
    script: Option<String>,
    no_store: bool,
}

impl Change {
    /// The beginning of an answer, changed; the rest follows as it is.
    async fn start(&self, server: &mut TcpStream) -> Result<Vec<u8>> {
        let (head, mut body) = read_head(server).await?;
        let lower = head.to_ascii_lowercase();
        let mut left_out = vec!["etag", "last-modified"];
        if let Some(script) = self.script.as_ref().filter(|_| lower.contains("\r\ncontent-type: text/html")) {
            while find(&body, b"<head>").is_none()
                && body.len() < LONGEST_START
                && server.read_buf(&mut body).await? > 0
            {}
            prepend(&mut body, &head, script);
            left_out.push("content-length");
        }
        if self.no_store {
            left_out.push("cache-control");
        }
        let kept = head.trim_end().split("\r\n").filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            !left_out.iter().any(|header| name.eq_ignore_ascii_case(header))
        });
        let added = if self.no_store { "\r\nCache-Control: no-store\r\n\r\n" } else { "\r\n\r\n" };
        Ok([kept.collect::<Vec<_>>().join("\r\n").as_bytes(), added.as_bytes(), &body].concat())
    }
}

/// Puts a script first in a page, with the nonce of the page's policy.
fn prepend(page: &mut Vec<u8>, head: &str, script: &str) {
    let nonce = head.split_once("'nonce-").and_then(|(_, rest)| rest.split('\'').next());
    let nonce = nonce.map(|nonce| format!(" nonce=\"{nonce}\"")).unwrap_or_default();
    // A page without a head gets one by the script, behind its doctype.
    let place = find(page, b"<head>").map(|at| at + 6);
    let place = place.or_else(|| find(page, b"<!doctype html>").map(|at| at + 15)).unwrap_or(0);
    page.splice(place..place, format!("<script{nonce}>{script}</script>").into_bytes());
}

/// The head of a request to a proxy.
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Request<'a> {
    /// Nothing for what is no request of plain HTTP: a tunnel for TLS, or nonsense.
    fn parse(head: &'a str) -> Option<Request<'a>> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, url) = (words.next()?, words.next()?);
        url.starts_with("http://").then_some(())?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        Some(Request { method, url, headers: headers.map(|(name, value)| (name, value.trim())).collect() })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// In bytes.
    fn body_length(&self) -> usize {
        self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default()
    }

    /// Server and path.
    fn parts(&self) -> (&'a str, &'a str) {
        let rest = self.url.trim_start_matches("http://");
        rest.split_at(rest.find('/').unwrap_or(rest.len()))
    }

    /// Where the server listens, if the address is one of this machine.
    fn server(&self) -> Option<(&'static str, u16)> {
        address(self.parts().0)
    }

    /// The head as the server gets it. The answer ends with the connection. For a page that is to be
    /// changed it must also be whole and not compressed, and in one piece: as HTTP/1.0 has it.
    fn forwarded(&self, changed: bool) -> String {
        let version = if changed { "HTTP/1.0" } else { "HTTP/1.1" };
        let (method, path) = (self.method, self.parts().1);
        let mut head = format!("{method} {path} {version}\r\n");
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            let hop = lower == "connection" || lower == "keep-alive" || lower.starts_with("proxy-");
            let whole = lower == "accept-encoding" || lower == "range" || lower.starts_with("if-");
            let left_out = hop || (changed && whole);
            if !left_out {
                head += &format!("{name}: {value}\r\n");
            }
        }
        head + "Connection: close\r\n\r\n"
    }
}

/// Whether a text is as a pattern says, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let url = "http://127.0.0.1:80/assets/record-1.js";
        assert!(["*/assets/*", "*", "*.js", "http://*record*", url].iter().all(|it| matches(it, url)));
        assert!(!["*.wasm", "/assets/*", "*.j", ""].iter().any(|it| matches(it, url)));
    }

    #[test]
    fn requests_reach_this_machine_alone() {
        let server = |url: &str| {
            let head = format!("GET {url} HTTP/1.1\r\n\r\n");
            Request::parse(&head).and_then(|request| request.server())
        };
        for here in ["127.0.0.1:8080", "localhost:8080", "a.localhost:8080", "www.boreale.test:8080"] {
            assert_eq!(server(&format!("http://{here}/a")), Some(("127.0.0.1", 8080)), "{here}");
        }
        for elsewhere in ["http://example.org:8080/", "http://10.0.0.1:80/", "https://localhost:1/", "/"] {
            assert_eq!(server(elsewhere), None, "{elsewhere}");
        }
    }
}
