//! The logs' trees in Redis. The leaves are the log: strings that only grow,
//! by the script that appends. What stands above them is worked out from them
//! by whoever needs it first, and kept: it cannot say anything else.

use super::key_names::Tag;
use crate::store::StoreError;
use crate::store::common::{STEP, fold};
use crate::store::error::unreadable;
use crate::store::redis::connection::Call;
use crate::store::redis::scripts::KEEP;
use constat_shared::log::merkle::{self, Subtrees};
use constat_shared::{Hash, LogEntry, LogId, TreeHead};

/// The bytes of a hash.
const HASH: usize = 32;
/// How many hashes are in one string; as in `scripts/common.lua`. No 256 that
/// belong together are ever in two.
pub const CHUNK: u64 = 65_536;
/// The levels that are kept. No log has 2^32 leaves.
pub const LEVELS: [u32; 4] = [0, STEP, 2 * STEP, 3 * STEP];

/// A log as large as it was at one moment.
pub struct Log<'a> {
    call: &'a Call<'a>,
    tag: Tag,
    id: &'a LogId,
    /// The number of leaves.
    pub size: u64,
}

impl<'a> Log<'a> {
    /// A log that has leaves.
    pub fn find(call: &'a Call<'a>, id: &'a LogId) -> Result<Option<Log<'a>>, StoreError> {
        let cmd = redis::Cmd::hget(Tag::of(id).logs(), id.month.to_string());
        let size: Option<u64> = call.ask(&cmd)?;
        Ok(size.map(|size| Log::of(call, id, size)))
    }

    /// A log that is known to have so many leaves.
    pub fn of(call: &'a Call<'a>, id: &'a LogId, size: u64) -> Log<'a> {
        Log { call, tag: Tag::of(id), id, size }
    }

    /// The head over the first `size` leaves.
    pub fn head(&mut self, size: u64) -> Result<TreeHead, StoreError> {
        Ok(TreeHead { size, root: merkle::root(size, self)? })
    }

    /// The proof of a leaf.
    pub fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        merkle::inclusion_proof(index, size, self)
    }

    /// The proof of a beginning.
    pub fn consistency(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, StoreError> {
        merkle::consistency_proof(from, to, self)
    }

    /// The hashes of a level from `first` on, which end where the string does; `count` of one chunk.
    pub fn hashes(&self, level: u32, first: u64, count: u64) -> Result<Vec<Option<Hash>>, StoreError> {
        let (chunk, from) = (first / CHUNK, (first % CHUNK) as usize * HASH);
        let key = self.tag.tree(self.id.month, level, chunk);
        let end = from + count as usize * HASH - 1;
        let bytes: Vec<u8> = self.call.ask(&redis::Cmd::getrange(key, from as isize, end as isize))?;
        // A hash that was kept before the one in front of it leaves zeros there.
        let kept = |hash: [u8; HASH]| (hash != [0; HASH]).then_some(Hash::from_bytes(hash));
        Ok(bytes.as_chunks::<HASH>().0.iter().map(|hash| kept(*hash)).collect())
    }

    /// Works out the kept hashes that the leaves from `from` up to `to` complete.
    pub fn complete(&self, from: u64, to: u64) -> Result<(), StoreError> {
        for level in LEVELS.into_iter().skip(1) {
            for index in from >> level..to >> level {
                self.work_out(level, index)?;
            }
        }
        Ok(())
    }

    /// Works out a kept hash from those below it, and keeps it.
    fn work_out(&self, level: u32, index: u64) -> Result<Hash, StoreError> {
        let hash = fold(self.level(level - STEP, index << STEP, 1 << STEP)?);
        let keep = KEEP.on(self.tag.bytes()).arg(self.id.month.to_string());
        let keep = keep.arg(level).arg(index).arg(hash.as_bytes().as_slice());
        let _: u64 = self.call.run(&keep)?;
        Ok(hash)
    }

    /// All hashes of a kept level from `first` on; those that are missing are worked out.
    fn level(&self, level: u32, first: u64, count: u64) -> Result<Vec<Hash>, StoreError> {
        let kept = self.hashes(level, first, count)?;
        (0..count)
            .map(|at| match kept.get(at as usize).copied().flatten() {
                Some(hash) => Ok(hash),
                None if level > 0 => self.work_out(level, first + at),
                None => Err(unreadable(format!("the log {} lacks leaf {}", self.id.origin(), first + at))),
            })
            .collect()
    }

    /// The server's own entries, in their order.
    pub fn entries(&self) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        let key = self.tag.entries(self.id.month);
        let lines: Vec<String> = self.call.ask(&redis::Cmd::lrange(key, 0, -1))?;
        lines.iter().map(|line| read_entry(line)).collect()
    }
}

fn read_entry(line: &str) -> Result<(u64, LogEntry), StoreError> {
    let (leaf_index, json) = line.split_once(' ').ok_or_else(|| unreadable("an entry has no place"))?;
    Ok((leaf_index.parse().map_err(unreadable)?, serde_json::from_str(json).map_err(unreadable)?))
}

impl Subtrees for Log<'_> {
    type Error = StoreError;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, StoreError> {
        let below = level % STEP;
        Ok(fold(self.level(level - below, index << below, 1 << below)?))
    }
}
