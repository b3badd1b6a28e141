//! Which pages may speak for a site: CORS, and the `Origin` of what is posted.

use super::app::App;
use super::problem::ApiError;
use crate::cli::PublicHost;
use crate::site::Site;
use actix_cors::Cors;
use actix_web::HttpRequest;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use constat_shared::{Code, SiteId};
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Origin, Url};

/// Allows the origins of the site in the address and no others (Fetch, section 3.2).
pub fn cors(app: Data<App>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, request| {
            let site = request.uri.path().split('/').nth(3).and_then(|id| SiteId::parse(id).ok());
            let site = site.and_then(|id| app.sites.get(&id));
            site.is_some_and(|site| origin.to_str().is_ok_and(|origin| site.site.allows_origin(origin)))
        })
        .allowed_methods([Method::GET, Method::POST, Method::DELETE])
        .allowed_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .max_age(86_400)
}

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

/// Compares the page's origin, which browsers name with every POST; it is never kept.
///
/// # Errors
/// A problem, when it is neither an origin of the site nor one of the server's own.
pub fn check(request: &HttpRequest, site: &Site, own: &OwnOrigins) -> Result<(), ApiError> {
    let mut origins = request.headers().get_all(header::ORIGIN);
    if let (Some(origin), None) = (origins.next(), origins.next())
        && origin.to_str().is_ok_and(|origin| site.allows_origin(origin) || own.contains(origin))
    {
        return Ok(());
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
