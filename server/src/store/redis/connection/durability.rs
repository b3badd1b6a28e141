//! Checks the settings of Redis: whether it keeps what it has confirmed.

use super::link::Link;
use crate::store::StoreError;
use crate::store::error::unreadable;
use redis::Value;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use std::collections::HashMap;

/// The required value of each setting.
///
/// With `appendfsync everysec` Redis may confirm a change up to two seconds before
/// it is on disk. A replica does not help: it copies a primary that restarted
/// without the change. With `no-appendfsync-on-rewrite yes` the same happens while
/// Redis rewrites its file.
const DEMANDED: [(&str, &str); 4] = [
    ("appendonly", "yes"),
    ("appendfsync", "always"),
    ("no-appendfsync-on-rewrite", "no"),
    ("maxmemory-policy", "noeviction"),
];
/// The most replicas that are checked.
const REPLICAS_MAX: usize = 100;

/// Checks every primary, and every replica that is connected now, because a replica
/// becomes the primary at a failover. When `min_replicas` is 0, no change waits for
/// a replica: one that cannot be checked then only causes a warning.
///
/// # Errors
/// [`StoreError::WouldLose`], which names the setting and the remedy.
pub fn check(link: &Link, min_replicas: u32) -> Result<(), StoreError> {
    if link.is_cluster() && min_replicas == 0 {
        let words = "a failover of the cluster forgets what no replica has yet: give --min-replicas 1";
        return Err(StoreError::WouldLose(words.to_owned()));
    }
    check_settings(link, None)?;
    let replicas = if link.is_cluster() { replicas_of_cluster(link)? } else { replicas_of_one(link)? };
    for (host, port) in replicas {
        let name = format!("the replica {host}:{port}");
        match check_settings(&link.link_to(&host, port)?, Some(&name)) {
            Err(Refused::Unread(words)) if min_replicas == 0 => {
                tracing::warn!("{words}; it becomes the primary at a failover");
            }
            result => result?,
        }
    }
    Ok(())
}

/// Why a node is refused.
enum Refused {
    Unread(String),
    Set(String),
}

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> StoreError {
        let (Refused::Unread(words) | Refused::Set(words)) = refused;
        StoreError::WouldLose(words)
    }
}

/// Checks the primaries of a cluster, or one Redis. `name` is for the message.
fn check_settings(link: &Link, name: Option<&str>) -> Result<(), Refused> {
    let mut cmd = redis::cmd("CONFIG");
    cmd.arg("GET").arg(DEMANDED.map(|(setting, _)| setting).as_slice());
    let unread = |node: &str, error: &dyn std::fmt::Display| {
        let words =
            format!("the settings of {node} cannot be read ({error}): let this account use CONFIG GET there");
        Refused::Unread(words)
    };
    let answers = link.call().ask_each(&cmd, &MultipleNodeRoutingInfo::AllMasters);
    for (node, value) in answers.map_err(|error| unread(name.unwrap_or("Redis"), &error))? {
        let node = name.unwrap_or(&node);
        let settings: HashMap<String, String> =
            redis::from_redis_value(value).map_err(|error| unread(node, &error))?;
        for (setting, wanted) in DEMANDED {
            let is = settings.get(setting).ok_or_else(|| unread(node, &format!("{setting} is missing")))?;
            if is != wanted {
                return Err(Refused::Set(format!("{node} has {setting} {is}: set it to {wanted}")));
            }
        }
    }
    Ok(())
}

/// The addresses of the replicas of one Redis, from its `INFO`.
fn replicas_of_one(link: &Link) -> Result<Vec<(String, u16)>, StoreError> {
    let info: String = link.call().ask(redis::cmd("INFO").arg("replication"))?;
    Ok(info.lines().filter_map(replica).take(REPLICAS_MAX).collect())
}

/// The addresses of the replicas of a cluster. The cluster client knows only
/// replicas that have copied something since the cluster was made.
fn replicas_of_cluster(link: &Link) -> Result<Vec<(String, u16)>, StoreError> {
    let shards: Vec<HashMap<String, Value>> = link.call().ask(redis::cmd("CLUSTER").arg("SHARDS"))?;
    let mut replicas = Vec::new();
    for nodes in shards.into_iter().filter_map(|mut shard| shard.remove("nodes")) {
        let nodes: Vec<HashMap<String, Value>> = redis::from_redis_value(nodes).map_err(unreadable)?;
        for node in nodes {
            let text = |name: &str| {
                node.get(name).and_then(|value| redis::from_redis_value_ref::<String>(value).ok())
            };
            let failed = text("health").is_some_and(|health| health.starts_with("fail"));
            if text("role").as_deref() != Some("replica") || failed {
                continue;
            }
            // A node without a configured name has none, or a question mark.
            let host =
                text("endpoint").filter(|host| !matches!(host.as_str(), "" | "?")).or_else(|| text("ip"));
            let port = if link.has_tls() { "tls-port" } else { "port" };
            let port = text(port).and_then(|port| port.parse().ok());
            replicas.push(host.zip(port).ok_or_else(|| unreadable("a node of the cluster has no address"))?);
        }
    }
    replicas.truncate(REPLICAS_MAX);
    Ok(replicas)
}

/// Reads a line such as `slave0:ip=192.0.2.7,port=6379,state=online,offset=5,lag=0`.
fn replica(line: &str) -> Option<(String, u16)> {
    let (name, fields) = line.split_once(':')?;
    name.strip_prefix("slave")?.parse::<u32>().ok()?;
    let field = |name: &str| fields.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    Some((field("ip")?.to_owned(), field("port")?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn replicas_are_found_by_number_and_address() {
        let line = "slave12:ip=2001:db8::7,port=6379,state=online,offset=5,lag=0\r";
        assert_eq!(super::replica(line), Some(("2001:db8::7".to_owned(), 6379)));
        for other in ["role:master", "connected_slaves:1", "slave_priority:100", "slave0:ip=,state=x"] {
            assert_eq!(super::replica(other), None, "{other}");
        }
    }
}
