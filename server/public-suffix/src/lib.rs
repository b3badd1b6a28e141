//! Which domains are a site's own, by the Public Suffix List.
//!
//! A crate of its own, because the list is code that every crate which asks it compiles again: it would take a
//! sixth of a minute at each build of the server.

use std::net::Ipv4Addr;

/// The domain that the owner of a host has registered, such as `helvia.co.uk` for `www.helvia.co.uk`; none for
/// an address, and for a public suffix, below which others have their sites.
#[inline(never)]
pub fn registrable(host: &str) -> Option<&str> {
    if host.parse::<Ipv4Addr>().is_ok() { None } else { psl::domain_str(host) }
}

#[cfg(test)]
mod tests {
    use super::registrable;

    #[test]
    fn a_public_suffix_is_nobodys_own() {
        for (host, own) in [
            ("www.helvia.example", Some("helvia.example")),
            ("helvia.co.uk", Some("helvia.co.uk")),
            ("a.helvia.github.io", Some("helvia.github.io")),
            ("github.io", None),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
        ] {
            assert_eq!(registrable(host), own, "{host}");
        }
    }
}
