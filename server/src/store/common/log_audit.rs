//! Which levels of a log's tree the engines keep, and the audit of a whole log.

use crate::store::{Audit, LogDifference};
use constat_shared::log::merkle::node_hash;
use constat_shared::{Hash, TreeHead};

/// The distance between two kept levels: 2^8 = 256 hashes make one of the next.
/// A proof then computes a few hundred hashes, which takes well under a
/// millisecond, and an append writes 1.004 hashes on average.
pub const STEP: u32 = 8;

/// The root over neighbouring hashes; their number is a power of two.
pub fn fold(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    hashes[0]
}

/// The leaf of a stored record or entry: its index, its hash, and whether it is a record.
pub type StoredLeaf = (u64, Hash, bool);

/// The audit of one log, leaf by leaf.
pub struct Auditing {
    audit: Audit,
    growing: Growing,
    stored: std::iter::Peekable<std::vec::IntoIter<StoredLeaf>>,
    count: u64,
}

impl Auditing {
    /// Starts with the leaves of all records and entries that are stored for the log.
    pub fn new(mut stored: Vec<StoredLeaf>) -> Auditing {
        stored.sort_unstable_by_key(|(leaf_index, _, _)| *leaf_index);
        let audit = Audit { record_count: 0, entry_count: 0, erased_count: 0, head: None, difference: None };
        Auditing { audit, growing: Growing::default(), stored: stored.into_iter().peekable(), count: 0 }
    }

    /// Takes the next leaf. `agrees` compares the hash of each subtree that the
    /// leaf completes, by level and index in the level, with the kept one.
    pub fn leaf<E>(
        &mut self,
        leaf: Hash,
        mut agrees: impl FnMut(u32, u64, Hash) -> Result<bool, E>,
    ) -> Result<(), E> {
        let leaf_index = self.count;
        match self.stored.next_if(|(at, _, _)| *at == leaf_index) {
            Some((_, hash, _)) if hash != leaf => {
                self.differs(LogDifference::LeafDiffers { leaf: leaf_index });
            }
            Some((_, _, true)) => self.audit.record_count += 1,
            Some((_, _, false)) => self.audit.entry_count += 1,
            None => self.audit.erased_count += 1,
        }
        for (level, hash) in self.growing.push(leaf).into_iter().filter(|(level, _)| level % STEP == 0) {
            let index = leaf_index >> level;
            if !agrees(level, index, hash)? {
                self.differs(LogDifference::KeptHashDiffers { level, index });
            }
        }
        self.count += 1;
        Ok(())
    }

    /// The result for a log that should have `size` leaves. According to the
    /// purge entries, the records of `purged` of them were deleted.
    pub fn finish(mut self, size: u64, purged: u64) -> Audit {
        if let Some((leaf_index, _, _)) = self.stored.next() {
            self.differs(LogDifference::LeafUnknown { leaf: leaf_index });
        }
        let count = self.count;
        if count != size {
            self.differs(LogDifference::LeavesMissing { stored: count, expected: size });
        }
        let missing = self.audit.erased_count;
        if missing != purged {
            self.differs(LogDifference::RecordsMissing { missing, purged });
        }
        self.audit.head = self.growing.root().map(|root| TreeHead { size: count, root });
        self.audit
    }

    fn differs(&mut self, difference: LogDifference) {
        self.audit.difference.get_or_insert(difference);
    }
}

/// The tree in memory: the hashes that have no right neighbour yet, with their levels.
#[derive(Default)]
struct Growing(Vec<(u32, Hash)>);

impl Growing {
    /// Adds a leaf; returns every subtree it completes, with its level.
    fn push(&mut self, leaf: Hash) -> Vec<(u32, Hash)> {
        let (mut node, mut completed) = ((0, leaf), Vec::new());
        while let Some((level, left)) = self.0.pop_if(|(level, _)| *level == node.0) {
            node = (level + 1, node_hash(left, node.1));
            completed.push(node);
        }
        self.0.push(node);
        completed
    }

    fn root(&self) -> Option<Hash> {
        let nodes = self.0.iter().rev().map(|(_, hash)| *hash);
        nodes.reduce(|right, left| node_hash(left, right))
    }
}
