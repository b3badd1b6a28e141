//! Whose request it is, for the rate limit. Only a proxy that the operator has named is believed.

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The header in which proxies append the address of who asked them.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses that the public network does not carry (RFC 6598, section 7): the peer is more likely a proxy
/// than a visitor. The standard library knows the others.
const SHARED: [u8; 2] = [100, 64];

/// Who asks.
#[derive(Debug, PartialEq, Eq)]
pub enum Client {
    /// One who has this address.
    At(IpAddr),
    /// Somebody behind this trusted proxy, which does not name them.
    Unforwarded(IpAddr),
    /// Perhaps all visitors together, behind a proxy that the operator has not named.
    Unlimited,
}

/// Whose request came from this peer with these headers.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
    let peer = peer.to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if trusted.is_empty() && is_private(peer) {
        return Client::Unlimited;
    }
    if !is_trusted(&peer) {
        return Client::At(peer);
    }
    let named: Option<Vec<&str>> =
        headers.get_all(X_FORWARDED_FOR).map(|value| value.to_str().ok()).collect();
    let named = named.unwrap_or_default();
    // Each proxy appends to the end; what stands before the first one that is not trusted, anybody may have made up.
    let mut elements = named.iter().rev().flat_map(|value| value.rsplit(',')).map(parse);
    let client = elements.find(|address| address.is_none_or(|address| !is_trusted(&address)));
    client.flatten().map_or(Client::Unforwarded(peer), Client::At)
}

/// One element of the header; some proxies add the port.
fn parse(element: &str) -> Option<IpAddr> {
    let element = element.trim();
    let with_port = || element.parse().ok().map(|address: SocketAddr| address.ip());
    element.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == SHARED[0] && second & 0xc0 == SHARED[1];
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line::trusted_proxy;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn asked(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_str(value).expect("it is a value");
            headers.append(HeaderName::from_static(X_FORWARDED_FOR), value);
        }
        let trusted: Vec<_> =
            trusted.iter().map(|text| trusted_proxy(text).expect("it is a network")).collect();
        client(peer.parse().expect("it is an address"), &headers, &trusted)
    }

    fn at(address: &str) -> Client {
        Client::At(address.parse().expect("it is an address"))
    }

    #[test]
    fn without_a_named_proxy_nobody_is_believed_and_private_peers_are_not_limited() {
        assert_eq!(asked("192.0.2.1", &["198.51.100.7"], &[]), at("192.0.2.1"));
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.1.2.3",
        ] {
            assert_eq!(asked(private, &["198.51.100.7"], &[]), Client::Unlimited, "{private}");
        }
        for public in ["100.63.0.1", "100.128.0.1", "172.32.0.1", "2001:db8::1"] {
            assert_eq!(asked(public, &[], &[]), at(public));
        }
    }

    #[test]
    fn the_last_address_that_no_named_proxy_has_is_the_client() {
        let trusted = ["127.0.0.1", "10.0.0.0/8"];
        let of = |forwarded: &[&str]| asked("127.0.0.1", forwarded, &trusted);
        assert_eq!(of(&["192.0.2.1"]), at("192.0.2.1"));
        assert_eq!(of(&["203.0.113.9, 192.0.2.1"]), at("192.0.2.1"));
        assert_eq!(of(&["203.0.113.9", "192.0.2.1, 10.0.0.7"]), at("192.0.2.1"));
        assert_eq!(of(&["nonsense, 192.0.2.1"]), at("192.0.2.1"));
        assert_eq!(of(&["192.0.2.1:4711"]), at("192.0.2.1"));
        assert_eq!(of(&["[2001:db8::1]:4711"]), at("2001:db8::1"));
        assert_eq!(of(&["::ffff:192.0.2.1"]), at("192.0.2.1"));
        assert_eq!(asked("::ffff:127.0.0.1", &["192.0.2.1"], &trusted), at("192.0.2.1"));
    }

    #[test]
    fn where_a_named_proxy_forwards_nothing_that_can_be_read_it_counts_itself() {
        let proxy = Client::Unforwarded("127.0.0.1".parse().expect("it is an address"));
        for forwarded in [&[][..], &[""], &["nonsense"], &["192.0.2.1, nonsense"], &["127.0.0.1"]] {
            assert_eq!(asked("127.0.0.1", forwarded, &["127.0.0.1"]), proxy, "{forwarded:?}");
        }
    }

    #[test]
    fn a_peer_that_is_not_named_is_limited_itself_when_another_one_is() {
        assert_eq!(asked("127.0.0.2", &["192.0.2.1"], &["127.0.0.1"]), at("127.0.0.2"));
    }
}
