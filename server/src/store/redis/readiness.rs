//! Whether records could be stored now; nothing is written to find out.

use super::connection::Link;
use super::data::cache::Cache;
use super::data::key_names::{self, Tag};
use super::scripts::READY;
use crate::store::StoreError;
use redis::Cmd;

/// How many sites of a cluster are tried. Their slots are spread by chance: of
/// ten primaries, one that has none of them is met once in a thousand times.
const SITES_MAX: usize = 64;
/// What is sent along, in bytes: a Redis without room for a few records is full.
const LOAD_BYTES: usize = 4096;

/// Tries where the records of the server's sites go.
///
/// # Errors
/// Why nothing could be stored, or not for every site.
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
