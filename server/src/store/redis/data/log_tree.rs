//! The logs' trees in Redis. The leaves are in strings to which scripts append.
//! The hashes above them follow from the leaves: the first server that needs one
//! computes and keeps it.

use super::key_names::Tag;
use crate::store::StoreError;
use crate::store::common::{STEP, fold};
use crate::store::error::unreadable;
use crate::store::redis::connection::Call;
use crate::store::redis::scripts::KEEP;
use constat_shared::log::merkle::{self, Subtrees};
use constat_shared::{Hash, LogId, TreeHead};

/// The length of a hash in bytes.
const HASH: usize = 32;
/// The most hashes in one string, as in `scripts/common.lua`. It is a multiple of
/// 256, so the hashes below one kept hash are always in one string.
pub const CHUNK: u64 = 65_536;
/// The levels that are kept. No log has 2^32 leaves.
pub const LEVELS: [u32; 4] = [0, STEP, 2 * STEP, 3 * STEP];

/// A log with the size that it had at one moment.
pub struct Log<'a> {
    call: &'a Call<'a>,
    tag: Tag,
    id: &'a LogId,
    /// The number of leaves.
    pub size: u64,
}

impl<'a> Log<'a> {
    /// Finds a log; `None` when it has no leaf.
    pub fn find(call: &'a Call<'a>, id: &'a LogId) -> Result<Option<Log<'a>>, StoreError> {
        let cmd = redis::Cmd::hget(Tag::of(id).logs(), id.month.to_string());
        let size: Option<u64> = call.ask(&cmd)?;
        Ok(size.map(|size| Log::of(call, id, size)))
    }

    /// A log with a known number of leaves.
    pub fn of(call: &'a Call<'a>, id: &'a LogId, size: u64) -> Log<'a> {
        Log { call, tag: Tag::of(id), id, size }
    }

    /// The head over the first `size` leaves.
    pub fn head(&mut self, size: u64) -> Result<TreeHead, StoreError> {
        Ok(TreeHead { size, root: merkle::root(size, self)? })
    }

    /// The inclusion proof of a leaf.
    pub fn inclusion(&mut self, leaf_index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        merkle::inclusion_proof(leaf_index, size, self)
    }

    /// The consistency proof between two sizes.
    pub fn consistency(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, StoreError> {
        merkle::consistency_proof(from, to, self)
    }

    /// The kept hashes of a level from `first` on: up to `count` of one chunk, fewer
    /// at the end of the string.
    pub fn hashes(&self, level: u32, first: u64, count: u64) -> Result<Vec<Option<Hash>>, StoreError> {
        let (chunk, from) = (first / CHUNK, (first % CHUNK) as usize * HASH);
        let key = self.tag.tree(self.id.month, level, chunk);
        let end = from + count as usize * HASH - 1;
        let bytes: Vec<u8> = self.call.ask(&redis::Cmd::getrange(key, from as isize, end as isize))?;
        // Hashes may be kept in any order. Until one is kept, it is zeros.
        let kept = |hash: [u8; HASH]| (hash != [0; HASH]).then_some(Hash::from_bytes(hash));
        Ok(bytes.as_chunks::<HASH>().0.iter().map(|hash| kept(*hash)).collect())
    }

    /// Computes and keeps the hashes that the leaves from `from` up to `to` complete.
    pub fn complete(&self, from: u64, to: u64) -> Result<(), StoreError> {
        for level in LEVELS.into_iter().skip(1) {
            for index in from >> level..to >> level {
                self.compute(level, index)?;
            }
        }
        Ok(())
    }

    /// Computes a hash of a kept level from those below it, and keeps it.
    fn compute(&self, level: u32, index: u64) -> Result<Hash, StoreError> {
        let hash = fold(self.level(level - STEP, index << STEP, 1 << STEP)?);
        let keep = KEEP.on(self.tag.bytes()).arg(self.id.month.to_string());
        let keep = keep.arg(level).arg(index).arg(hash.as_bytes().as_slice());
        let _: u64 = self.call.run(&keep)?;
        Ok(hash)
    }

    /// `count` hashes of a kept level from `first` on; computes those that are missing.
    fn level(&self, level: u32, first: u64, count: u64) -> Result<Vec<Hash>, StoreError> {
        let kept = self.hashes(level, first, count)?;
        (0..count)
            .map(|at| match kept.get(at as usize).copied().flatten() {
                Some(hash) => Ok(hash),
                None if level > 0 => self.compute(level, first + at),
                None => Err(unreadable(format!("the log {} lacks leaf {}", self.id.origin(), first + at))),
            })
            .collect()
    }
}

impl Subtrees for Log<'_> {
    type Error = StoreError;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, StoreError> {
        let below = level % STEP;
        Ok(fold(self.level(level - below, index << below, 1 << below)?))
    }
}
