//! Which pages may speak for a site, by the `Origin` that browsers send.

use super::app::App;
use super::problem::ApiError;
use super::public::lookup::find_site;
use crate::cli::PublicHost;
use crate::clock;
use crate::telemetry;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use constat_shared::Code;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Origin, Url};

/// The origins of the server's own pages. The `Host` header of a request does not count: it has any
/// name that somebody lets point to this machine (DNS rebinding).
#[derive(Clone, Debug)]
pub struct OwnOrigins(Vec<Origin>);

impl OwnOrigins {
    /// The hosts that the operator named, and with the demo the names that every machine has for
    /// itself, at the server's port.
    pub fn new(named: &[PublicHost], demo_port: Option<u16>) -> OwnOrigins {
        let named = named.iter().flat_map(|host| host.origins.clone());
        let of_demo = demo_port.into_iter().flat_map(|port| {
            let hosts = [Host::Domain("localhost".to_owned()), Host::Ipv4(Ipv4Addr::LOCALHOST)];
            let hosts = hosts.into_iter().chain([Host::Ipv6(Ipv6Addr::LOCALHOST)]);
            hosts.map(move |host| Origin::Tuple("http".to_owned(), host, port))
        });
        OwnOrigins(named.chain(of_demo).collect())
    }

    fn contains(&self, origin: &str) -> bool {
        parse(origin).is_some_and(|origin| self.0.contains(&origin))
    }
}

/// An origin over http or https, in the one form in which browsers write it (RFC 6454, section 6.2).
fn parse(text: &str) -> Option<Origin> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin()).filter(|origin| origin.ascii_serialization() == text)
}

/// What the `Origin` of a request says.
enum Asking<'a> {
    /// It is not there: no page of another origin asks.
    Nobody,
    /// A page of this origin.
    Page(&'a str),
    /// Nothing that a browser writes.
    Unreadable,
}

impl Asking<'_> {
    fn of(headers: &HeaderMap) -> Asking<'_> {
        let mut origins = headers.get_all(header::ORIGIN);
        match (origins.next().map(|origin| origin.to_str()), origins.next()) {
            (None, _) => Asking::Nobody,
            (Some(Ok(origin)), None) => Asking::Page(origin),
            _ => Asking::Unreadable,
        }
    }
}

/// Compares the page's origin with those of the site in the address. Browsers name it with every POST and
/// DELETE, and with the GET of a page of another origin.
///
/// # Errors
/// A problem, when it is neither an origin of the site nor one of the server's own, when a POST has none,
/// and when the site does not exist.
pub fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    let internal = || ApiError::new(Code::Internal, "Ask again later.");
    let app = request.app_data::<Data<App>>().ok_or_else(internal)?;
    let own = request.app_data::<Data<OwnOrigins>>().ok_or_else(internal)?;
    let site = &find_site(app, request.match_info().query("site"))?.site;
    let origin = match Asking::of(request.headers()) {
        Asking::Page(origin) if site.allows_origin(origin) || own.contains(origin) => return Ok(()),
        Asking::Page(origin) => Some(origin),
        Asking::Nobody if *request.method() != Method::POST => return Ok(()),
        Asking::Nobody | Asking::Unreadable => None,
    };
    // What is no origin may be a whole address, which is a visitor's: it is not written.
    if let Some(origin) = origin.filter(|origin| *origin == "null" || parse(origin).is_some()) {
        telemetry::count_unlisted(&site.notice.site, origin, clock::now());
    }
    Err(ApiError::new(
        Code::OriginNotAllowed,
        "Name the page's origin in `origins` of the site file, or the server's own host with --public-host.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_own_pages_are_those_of_the_hosts_that_were_named() {
        let named = ["consent.example", "other.example:8443"];
        let named = named.map(|host| PublicHost::parse(host).expect("it is a host"));
        let own = OwnOrigins::new(&named, Some(8080));
        for good in [
            "https://consent.example",
            "http://consent.example",
            "https://other.example:8443",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(own.contains(good), "{good}");
        }
        for bad in [
            "https://consent.example:8443",
            "https://other.example",
            "https://consent.example.",
            "https://consent.example/",
            "https://consent.example:443",
            "HTTPS://consent.example",
            "https://consent.example https://evil.example",
            "ftp://consent.example",
            "javascript://consent.example",
            "consent.example",
            "https://localhost:8080",
            "http://localhost:8081",
            "http://localhost",
            "http://127.0.0.2:8080",
            "http://rebound.example:8080",
            "null",
            "",
        ] {
            assert!(!own.contains(bad), "{bad}");
        }
        assert!(!OwnOrigins::new(&[], None).contains("http://localhost:8080"));
    }
}
