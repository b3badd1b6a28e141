//! The part of a store that keeps records.

use super::error::StoreError;
use super::record_page::{IdRange, RecordFilter, RecordPage, RecordPlace};
use super::unreadable_record::UnreadableRecord;
use constat_shared::log::merkle;
use constat_shared::{
    CommitmentKey, ConsentId, EventId, Hash, HolderDigest, LogId, LogShards, Record, SiteId, Timestamp,
};

/// A record with its commitment, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedRecord {
    /// The log that gets its leaf.
    pub log: LogId,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub key: CommitmentKey,
    /// The hash of its leaf in the log.
    pub leaf: Hash,
    /// How the browser that sent it is recognised.
    pub holder: Holder,
}

/// A record whose leaf is in a log.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedRecord {
    /// The index of its leaf.
    pub leaf_index: u64,
    /// The record with its key.
    pub entry: CommittedRecord,
}

/// A record as the store has it: with its key and its place, or what is left of it. A store that fails
/// is an error; a record that cannot be read is none, and keeps nobody from the others.
pub type StoredRecord = Result<PlacedRecord, UnreadableRecord>;

/// The event id of a stored record, also where that is all that is left of it.
pub fn event_id_of(stored: &StoredRecord) -> Option<EventId> {
    match stored {
        Ok(placed) => Some(placed.entry.record.event_id),
        Err(rest) => rest.event_id,
    }
}

/// How the browser that sends an answer is recognised as the holder of its consent id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// It showed nothing. Only a consent id without records takes such an answer.
    Unknown,
    /// It showed the secret with this digest.
    Secret(HolderDigest),
    /// It showed the receipt of this event of the consent id, which counts as long as
    /// its record is stored. Never stored itself: the record gets the digest of the
    /// records before it.
    Receipt(EventId),
}

impl Holder {
    /// The digest, if there is one.
    pub fn digest(self) -> Option<HolderDigest> {
        match self {
            Holder::Secret(digest) => Some(digest),
            Holder::Unknown | Holder::Receipt(_) => None,
        }
    }
}

impl From<Option<HolderDigest>> for Holder {
    fn from(digest: Option<HolderDigest>) -> Holder {
        digest.map_or(Holder::Unknown, Holder::Secret)
    }
}

impl CommittedRecord {
    /// Commits to a record with a key. `shards` is the number of logs a month of its site.
    pub fn new(record: Record, key: CommitmentKey, shards: LogShards) -> CommittedRecord {
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        CommittedRecord { log: LogId::of(&record, shards), record, key, leaf, holder: Holder::Unknown }
    }

    /// The same record, sent by a browser that is recognised like this.
    pub fn held_by(self, holder: Holder) -> CommittedRecord {
        CommittedRecord { holder, ..self }
    }
}

/// The result for one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored and durable; this is the index of its leaf in its log.
    Stored(u64),
    /// An earlier record has its event id and came from the same request: that
    /// record and its leaf's index. Nothing was written.
    Repeated(Box<Record>, u64),
    /// An earlier record has its event id and came from another request. Nothing was written.
    Conflict,
    /// Its consent id has records, and [`CommittedRecord::holder`] is not the
    /// holder of them. Nothing was written.
    NotHeld,
    /// Its consent id has [`HISTORY_MAX`] records, or [`DAY_MAX`] of one day. Nothing was written.
    TooMany,
    /// A record with its event id was erased. Nothing was written.
    Erased,
    /// The machine that holds its shard did not answer, while others did. The
    /// record is not acknowledged, but may be stored.
    Failed,
}

/// The most records of a consent id on a site.
pub const HISTORY_MAX: usize = 1000;
/// The most records of a consent id on a site that are made within 24 hours.
pub const DAY_MAX: usize = 200;

/// Keeps the records of visitors. Calls block, and any thread may make them.
pub trait RecordStore: Send + Sync {
    /// Stores records in their order, each with a leaf at the end of its log, in
    /// one durable commit: after `Ok` they survive a crash of the process and of
    /// the machine. The results are in the order of the records.
    ///
    /// A shard stores an event id once, also within one batch. A repetition has
    /// the same consent id and therefore reaches the same shard. A consent id with
    /// records takes another, and repeats one, only for their holder.
    ///
    /// # Errors
    /// The call acknowledges nothing. SQLite has stored nothing. Redis may have
    /// stored all records of some shards and none of the others: a repeated call
    /// finds them by their event ids.
    fn append(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError>;

    /// The record of a consent id on a site with that event id.
    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<StoredRecord>, StoreError>;

    /// Whether that is the holder of the records of a consent id on a site; `None` when
    /// it has no records.
    fn is_holder(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
    ) -> Result<Option<bool>, StoreError>;

    /// The newest [`HISTORY_MAX`] records of a consent id on a site, sorted by
    /// `recorded_at`, oldest first.
    fn answers(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<StoredRecord>, StoreError>;

    /// The records of [`RecordStore::answers`] alone.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] also when one of them cannot be read.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError> {
        let answers = self.answers(site, consent_id)?.into_iter();
        answers.map(|answer| Ok(answer?.entry.record)).collect()
    }

    /// Deletes every record of a consent id on a site with its key, and returns
    /// how many there were. An attempt that failed may have deleted some of them
    /// before. No file of the store keeps their bytes, unless
    /// [`RecordStore::bytes_remain`] says so.
    ///
    /// The leaves stay, so every earlier head of the log remains valid. The same
    /// commit writes a purge entry to the shard's log of the month of `now`,
    /// unless there was no record; from 1,000 entries a month on it may leave that
    /// to the next run of [`RecordStore::expire`]. It also remembers the events of
    /// the records (`store/erased_events.rs`), so that [`RecordStore::append`]
    /// refuses them.
    ///
    /// Does nothing and returns `None` when there are records and `holder` is not the
    /// holder of them; the check is part of the erasure.
    fn erase(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
        now: Timestamp,
    ) -> Result<Option<u64>, StoreError>;

    /// Whether a file of the store still has the bytes of records that were erased,
    /// of this consent id or of others. SQLite removes them as soon as no reader
    /// needs them, by [`RecordStore::clean`]; Redis at the next run of
    /// [`RecordStore::expire`].
    fn bytes_remain(&self, site: &SiteId, consent_id: &ConsentId) -> Result<bool, StoreError>;

    /// Removes the bytes of deleted records from the files where a reader has
    /// prevented it until now, and returns whether some remain. Waits for no reader,
    /// and does nothing when none remained, or on Redis.
    fn clean(&self) -> Result<bool, StoreError>;

    /// Deletes every record of every site whose `expires_at` is not after `now`,
    /// as [`RecordStore::erase`] does, and returns how many there were. Their events
    /// are not remembered: their choices have ended, so no browser sends them.
    /// Writes the purge entries that erasures have left, and forgets erased events
    /// whose time has come. Does nothing while another server runs it.
    fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// When the oldest and the newest record of a site were recorded; `None` when it has none.
    fn answered(&self, site: &SiteId) -> Result<Option<(Timestamp, Timestamp)>, StoreError>;

    /// The records of a site that a filter wants, the newest first, at most `limit` and
    /// [`RECORD_PAGE_MAX`](super::RECORD_PAGE_MAX). `after` is [`RecordPage::next`] of the
    /// page before. One call looks at a bounded number of records, and reads of those that
    /// are not wanted only what an index has.
    fn page(
        &self,
        site: &SiteId,
        filter: &RecordFilter,
        after: Option<&RecordPlace>,
        limit: usize,
    ) -> Result<RecordPage, StoreError>;

    /// The consent ids of a range that have records on a site, in the order of their
    /// bytes, each once, at most `limit`; one beyond the first [`ID_RANGE_MAX`](super::ID_RANGE_MAX)
    /// records of the range can be missing.
    fn consent_ids(&self, site: &SiteId, range: &IdRange, limit: usize)
    -> Result<Vec<ConsentId>, StoreError>;

    /// Checks that the store can store records now, without leaving anything behind:
    /// what the last [`RecordStore::append`] has shown counts until a write succeeds.
    fn ping(&self) -> Result<(), StoreError>;
}
