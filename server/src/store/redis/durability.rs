//! Whether a Redis keeps what it has confirmed: its settings are read at the start.

use super::link::Link;
use crate::store::StoreError;
use redis::Value;
use redis::cluster_routing::MultipleNodeRoutingInfo;

/// Checks every primary; `min_replicas` are waited for at each change.
///
/// # Errors
/// [`StoreError::WouldLose`] in words that name the setting and the remedy.
pub fn check(link: &Link, min_replicas: u32) -> Result<(), StoreError> {
    if link.is_cluster() && min_replicas == 0 {
        let words = "a failover of the cluster forgets what no replica has yet: give --min-replicas 1";
        return Err(StoreError::WouldLose(words.to_owned()));
    }
    for (node, value) in setting(link, "appendonly")? {
        demand(value == "yes", &node, "appendonly", &value, "yes")?;
    }
    for (node, value) in setting(link, "appendfsync")? {
        // With everysec Redis may confirm up to two seconds before it writes. A replica has those
        // records, but copies a primary that was restarted without them, and then lacks them too.
        demand(value == "always", &node, "appendfsync", &value, "always")?;
    }
    for (node, value) in setting(link, "maxmemory-policy")? {
        demand(value == "noeviction", &node, "maxmemory-policy", &value, "noeviction")?;
    }
    Ok(())
}

/// A setting of each primary, with the name of the node.
fn setting(link: &Link, name: &str) -> Result<Vec<(String, String)>, StoreError> {
    let mut cmd = redis::cmd("CONFIG");
    cmd.arg("GET").arg(name);
    let answers = link.call().ask_each(&cmd, &MultipleNodeRoutingInfo::AllMasters).map_err(|error| {
        StoreError::WouldLose(format!("{name} of Redis cannot be read ({error}): allow CONFIG GET"))
    })?;
    answers.into_iter().map(|(node, value)| read(name, value).map(|value| (node, value))).collect()
}

fn read(name: &str, value: Value) -> Result<String, StoreError> {
    let pairs: Vec<(String, String)> =
        redis::from_redis_value(value).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let found = pairs.into_iter().find(|(setting, _)| setting == name);
    found.map(|(_, value)| value).ok_or_else(|| StoreError::WouldLose(format!("Redis has no setting {name}")))
}

fn demand(kept: bool, node: &str, setting: &str, is: &str, wanted: &str) -> Result<(), StoreError> {
    if kept {
        return Ok(());
    }
    Err(StoreError::WouldLose(format!("{node} has {setting} {is}: set it to {wanted}")))
}
