//! The address of Redis on the command line.

use redis::{ConnectionInfo, IntoConnectionInfo};

/// The most nodes of a cluster in an address; the cluster names the others.
const NODES_MAX: usize = 100;

/// One Redis, or some nodes of a cluster.
#[derive(Clone, Debug)]
pub enum Address {
    /// `redis://HOST[:PORT][/DB]`, or `rediss://…` with TLS.
    One(Box<ConnectionInfo>),
    /// `redis+cluster://HOST[:PORT],…`, or `rediss+cluster://…` with TLS.
    Cluster(Vec<ConnectionInfo>),
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be redis://HOST:PORT, rediss://HOST:PORT or redis+cluster://HOST:PORT,HOST:PORT: {0}")]
pub struct AddressError(String);

impl Address {
    /// Reads an address. Name and password come before the first host, as
    /// `NAME:PASSWORD@`, and are used for every node.
    ///
    /// # Errors
    /// [`AddressError`], which never has the password.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| refused("it has no ://"))?;
        match scheme {
            "redis" | "rediss" => node(scheme, rest).map(|info| Address::One(Box::new(info))),
            "redis+cluster" | "rediss+cluster" => {
                let scheme = scheme.trim_end_matches("+cluster");
                let (account, hosts) =
                    rest.rsplit_once('@').map_or(("", rest), |(name, hosts)| (name, hosts));
                let at = if account.is_empty() { "" } else { "@" };
                let nodes: Result<Vec<_>, _> =
                    hosts.split(',').map(|host| node(scheme, &format!("{account}{at}{host}"))).collect();
                let nodes = nodes?;
                if nodes.len() > NODES_MAX {
                    return Err(refused(&format!("it names more than {NODES_MAX} nodes")));
                }
                Ok(Address::Cluster(nodes))
            }
            _ => Err(refused("its scheme is unknown")),
        }
    }
}

fn node(scheme: &str, rest: &str) -> Result<ConnectionInfo, AddressError> {
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if host.is_empty() || host.starts_with(['/', ':']) {
        return Err(refused("it names no host"));
    }
    let info = format!("{scheme}://{rest}");
    info.into_connection_info().map_err(|error| refused(error.category()))
}

fn refused(why: &str) -> AddressError {
    AddressError(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_redis_or_the_nodes_of_a_cluster_are_named() {
        assert!(matches!(Address::parse("redis://127.0.0.1:7000/2"), Ok(Address::One(_))));
        assert!(matches!(Address::parse("rediss://constat:secret@redis.example"), Ok(Address::One(_))));
        assert!(matches!(Address::parse("rediss://:secret@redis.example:6380"), Ok(Address::One(_))));
        let cluster = Address::parse("redis+cluster://a:b@one.example:7000,two.example").unwrap();
        let Address::Cluster(nodes) = cluster else { panic!("{cluster:?}") };
        let addresses: Vec<_> = nodes.iter().map(|node| node.addr().to_string()).collect();
        assert_eq!(addresses, ["one.example:7000", "two.example:6379"]);
        assert!(nodes.iter().all(|node| node.redis_settings().password() == Some("b")));
    }

    #[test]
    fn any_other_address_is_refused_without_its_password() {
        for bad in [
            "",
            "sqlite:x",
            "redis://",
            "http://u:secret@host",
            "redis://u:secret@host:x",
            "redis+cluster://",
        ] {
            let words = Address::parse(bad).unwrap_err().to_string();
            assert!(words.contains("redis+cluster://HOST") && !words.contains("secret"), "{words}");
        }
    }
}
