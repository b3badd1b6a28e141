//! What both stores share of a log's tree: which levels they keep, and how a
//! whole log is worked out anew.

use crate::store::Audit;
use constat_shared::log::merkle::node_hash;
use constat_shared::{Hash, TreeHead};

/// The distance between two levels that are kept: 2^8 = 256 hashes make one of
/// the next. A proof then works out a few hundred hashes, well under a
/// millisecond, and an append writes 1.004 hashes.
pub const STEP: u32 = 8;

/// The hash over hashes that stand side by side; there are a power of two of them.
pub fn fold(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    hashes[0]
}

/// The leaf hash of something stored, by leaf index, and whether it is a record.
pub type StoredLeaf = (u64, Hash, bool);

/// A log on its way through an audit, leaf by leaf.
pub struct Auditing {
    audit: Audit,
    growing: Growing,
    stored: std::iter::Peekable<std::vec::IntoIter<StoredLeaf>>,
    count: u64,
}

impl Auditing {
    /// Begins, with the leaves of all that is stored for the log.
    pub fn new(mut stored: Vec<StoredLeaf>) -> Auditing {
        stored.sort_unstable_by_key(|(leaf_index, _, _)| *leaf_index);
        let audit = Audit { record_count: 0, entry_count: 0, erased_count: 0, head: None, difference: None };
        Auditing { audit, growing: Growing::default(), stored: stored.into_iter().peekable(), count: 0 }
    }

    /// Takes the next leaf; `agrees` says of each subtree it completes, by
    /// level and index there, whether the hash kept for it is this one.
    pub fn leaf<E>(
        &mut self,
        leaf: Hash,
        mut agrees: impl FnMut(u32, u64, Hash) -> Result<bool, E>,
    ) -> Result<(), E> {
        let leaf_index = self.count;
        match self.stored.next_if(|(at, _, _)| *at == leaf_index) {
            Some((_, hash, _)) if hash != leaf => {
                self.differs(format!("leaf {leaf_index} is not the one of what is stored for it"));
            }
            Some((_, _, true)) => self.audit.record_count += 1,
            Some((_, _, false)) => self.audit.entry_count += 1,
            None => self.audit.erased_count += 1,
        }
        for (level, hash) in self.growing.push(leaf).into_iter().filter(|(level, _)| level % STEP == 0) {
            let index = leaf_index >> level;
            if !agrees(level, index, hash)? {
                self.differs(format!("the kept hash {index} of level {level} is not the one of its leaves"));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// What was found, of a log that should have `size` leaves, `told` of which
    /// are of records that were deleted as the logs say.
    pub fn finish(mut self, size: u64, told: u64) -> Audit {
        if let Some((leaf_index, _, _)) = self.stored.next() {
            self.differs(format!("something is stored for leaf {leaf_index}, which the log does not have"));
        }
        let count = self.count;
        if count != size {
            self.differs(format!("{count} leaves follow each other, {size} were expected"));
        }
        let missing = self.audit.erased_count;
        if missing != told {
            self.differs(format!("records missing: {missing}; deleted as the log says: {told}"));
        }
        self.audit.head = self.growing.root().map(|root| TreeHead { size: count, root });
        self.audit
    }

    fn differs(&mut self, words: String) {
        self.audit.difference.get_or_insert(words);
    }
}

/// The tree in memory: the hashes that still wait for their twin.
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
