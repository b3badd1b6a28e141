//! Where the console is reached, and what follows from that: how its cookies are kept, and whether anybody
//! may sign in.

use std::net::SocketAddr;
use url::{Host, Url};

/// The console's own address.
#[derive(Clone, Debug)]
pub struct Address {
    url: String,
    host: String,
    is_secure: bool,
    lets_in: bool,
}

impl Address {
    /// The address of a listener, or what `--public-url` says of it.
    pub fn new(listening: SocketAddr, public_url: Option<&Url>) -> Address {
        let own = format!("http://{listening}");
        let url = public_url.map_or(own, |url| url.as_str().trim_end_matches('/').to_owned());
        let is_secure = public_url.is_some_and(|url| url.scheme() == "https");
        let is_near = public_url.is_none_or(is_loopback) && listening.ip().to_canonical().is_loopback();
        let host = url.split_once("://").map_or(&*url, |(_, host)| host).to_owned();
        Address { host, url, is_secure, lets_in: is_secure || is_near }
    }

    /// The address for links, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host, with its port unless it is the scheme's.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers reach it over https, however the proxy connects.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Whether anybody may sign in: over plain http only on this machine, because passwords and cookies
    /// would be read on the way.
    pub fn lets_in(&self) -> bool {
        self.lets_in
    }

    /// The address of a one-time link.
    pub fn welcome(&self, secret: &str) -> String {
        welcome_link(&self.url, secret)
    }
}

/// The address of a one-time link of the console at `url`.
pub fn welcome_link(url: &str, secret: &str) -> String {
    format!("{}/console/welcome/{secret}", url.trim_end_matches('/'))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lets_in(listening: &str, public_url: Option<&str>) -> (bool, bool) {
        let url = public_url.map(|url| Url::parse(url).unwrap());
        let address = Address::new(listening.parse().unwrap(), url.as_ref());
        (address.lets_in(), address.is_secure())
    }

    #[test]
    fn plain_http_lets_people_in_on_this_machine_alone() {
        assert_eq!(lets_in("127.0.0.1:8090", None), (true, false));
        assert_eq!(lets_in("[::1]:8090", Some("http://localhost:8090")), (true, false));
        assert_eq!(lets_in("0.0.0.0:8090", None), (false, false));
        assert_eq!(lets_in("0.0.0.0:8090", Some("http://localhost:8090")), (false, false));
        assert_eq!(lets_in("127.0.0.1:8090", Some("http://console.helvia.example")), (false, false));
        assert_eq!(lets_in("0.0.0.0:8090", Some("https://console.helvia.example")), (true, true));
    }

    #[test]
    fn links_are_at_the_public_url() {
        let url = Url::parse("https://console.helvia.example/").unwrap();
        let address = Address::new("127.0.0.1:8090".parse().unwrap(), Some(&url));
        assert_eq!(address.welcome("x"), "https://console.helvia.example/console/welcome/x");
        assert_eq!(address.host(), "console.helvia.example");
    }
}
