//! Checks, without writing, whether records could be stored now.

use super::connection::Link;
use super::data::cache::Cache;
use super::data::key_names::{self, Tag};
use super::scripts::READY;
use crate::store::StoreError;
use redis::Cmd;

/// The most shards that are tried on a cluster. Their slots are as good as random:
/// of ten primaries, the probability that one has none of 64 slots is 1 in 1000.
const SITES_MAX: usize = 64;
/// The length of the argument of the script, in bytes. A Redis that has no room
/// for a few records then counts as full.
const LOAD_BYTES: usize = 4096;

/// Runs a script that changes nothing in the slots of the server's sites.
///
/// # Errors
/// When records cannot be stored, on any site or on some.
pub fn check(link: &Link, cache: &Cache) -> Result<(), StoreError> {
    let call = link.call();
    if !call.ask::<bool>(&Cmd::exists(key_names::VERSION))? {
        let words =
            "Redis has lost everything: stop every server, put a backup back or empty it, and start them";
        return Err(StoreError::Engine(words.to_owned()));
    }
    let sites = cache.some_tags(if link.is_cluster() { SITES_MAX } else { 1 });
    let ready = |tag: &Tag| READY.on(tag.bytes()).arg([0; LOAD_BYTES].as_slice());
    let answers = call.run_all(&sites.iter().map(ready).collect::<Vec<_>>());
    answers.into_iter().try_for_each(|answer| answer.map(drop))
}
