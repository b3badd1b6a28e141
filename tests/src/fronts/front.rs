//! A front between the tests and the server.

use super::kinds::Kind;
use super::process::Process;
use super::wire::{self, Wire};
use reqwest::header::HOST;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// The name by which visitors reach the site.
pub const SITE_HOST: &str = "www.polaire.example";

/// Another site on that host than the tests' own. Its id has every kind of character that one may have.
pub const OTHER_SITE: &str = "3-polaire_shop";

/// A running front.
pub struct Front {
    /// What it is.
    pub name: &'static str,
    /// Below what it forwards.
    pub prefix: &'static str,
    /// The program.
    pub process: Process,
    /// What it asks the server.
    pub wire: Wire,
    /// From where the tests ask it: each front has visitors of its own, whom the rate limit counts apart.
    pub visitor: Ipv4Addr,
}

impl Front {
    /// Starts one before a server.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(kind: &'static Kind, number: u8, server: u16) -> Front {
        let (wire, site) = (Wire::to(server), wire::nothing());
        let process = Process::start(kind.name, |folder, port| kind.command(folder, port, wire.port, site));
        let visitor = Ipv4Addr::new(127, 0, 2, number);
        Front { name: kind.name, prefix: kind.prefix, process, wire, visitor }
    }

    /// A request to a public path of the server, as a browser sends it to the site's host.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_by(self.visitor, method, path)
    }

    /// The same by another visitor.
    ///
    /// # Panics
    /// When the path does not begin with a slash.
    pub fn request_by(&self, visitor: Ipv4Addr, method: Method, path: &str) -> RequestBuilder {
        let path = path.strip_prefix('/').expect("a path begins with a slash");
        self.request_of(visitor, method, &format!("{}{path}", self.prefix))
    }

    /// A request to a path of the site's host, whatever the prefix is.
    pub fn request_at_root(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_of(self.visitor, method, path)
    }

    fn request_of(&self, visitor: Ipv4Addr, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://127.0.0.1:{}{path}", self.process.port);
        let client = Client::builder().no_proxy().redirect(Policy::none()).pool_max_idle_per_host(0);
        let client = client.local_address(IpAddr::V4(visitor)).build().expect("a client can be made");
        client.request(method, url).header(HOST, SITE_HOST)
    }

    /// Sends these bytes and reads the answer to its end; returns it, and its status, or 0 without one.
    ///
    /// # Panics
    /// When the front does not end the connection.
    pub async fn raw(&self, bytes: &str) -> (u16, String) {
        let socket = TcpSocket::new_v4().expect("there is a socket");
        socket.bind((self.visitor, 0).into()).expect("the machine has many addresses");
        let stream = socket.connect((Ipv4Addr::LOCALHOST, self.process.port).into()).await;
        let mut stream = stream.expect("the front listens");
        let mut answer = Vec::new();
        // A front may end the connection before it has read everything.
        let _ = stream.write_all(bytes.as_bytes()).await;
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{}: no end after {bytes:?}", self.name);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_default(), answer)
    }
}
