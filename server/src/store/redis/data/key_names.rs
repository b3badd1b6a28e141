//! The names of all keys in Redis.
//!
//! Every key of a site's shard begins with the shard's hash tag, so that all of
//! them are in one slot of a cluster and one script can change them together.
//! The month of a log is not part of the tag, for two reasons: an event that is
//! repeated months later has to find its first record, and an expiry of old
//! records writes to this month's log. Event ids are unique within a shard only:
//! no other one is searched.

use crate::store::{DocumentKind, ErasedEvent};
use constat_shared::{ConsentId, Hash, LogId, LogShards, Month, Shard, SiteId, Timestamp};

/// The list of notices in the order of publication; the number of a notice is its
/// index in the list.
pub const NOTICES: &str = "notices";
/// The list of public keys, oldest first.
pub const KEYS: &str = "keys";
/// The sites, each with the number of its logs a month.
pub const SITES: &str = "sites";
/// When the operator last declared the system's clock right, in milliseconds since 1970.
pub const CLOCK_ACCEPTED: &str = "clock-accepted";
/// The version of the key names and value formats.
pub const VERSION: &str = "version";
/// The token of the server that is deleting expired records.
pub const EXPIRY_JOB: &str = "job:expiry";
/// The duty of [`Tag::rewrite`] for all shards, as earlier versions noted it.
pub const REWRITE_DUE: &str = "rewrite-due";
/// The beginning of the name of the list of purge entries of a log.
pub const PURGES: &str = "purges:";
/// As [`PURGES`], of its other operator entries.
pub const ENTRIES: &str = "entries:";
/// Exists while a copy into this Redis is unfinished.
pub const UNFINISHED_COPY: &str = "unfinished-copy";

/// The hash tag of all keys of the console. No site has a name with a dot.
pub const CONSOLE: &str = "{.console}";
/// The months of the audit trail: for each the index of its first entry, the index after
/// its last one, 1 when its entries were deleted, else 0, and its signed head.
pub const TRAIL_SEGMENTS: &str = "{.console}segments";
/// The consent ids that the audit trail names: a member for each entry, the consent id,
/// month and index with spaces between. All scores are 0, so they are sorted by their bytes.
pub const TRAIL_NAMES: &str = "{.console}names";
/// As [`Tag::rewrite`], of the console. The scripts of the console contain these names
/// too, those that all scripts contain (see [`Tag`]), and `ends`: a member for each
/// document that has an end, its kind and id with a space between, with the end in
/// milliseconds since 1970 as its score.
pub const CONSOLE_REWRITE: &str = "{.console}rewrite";

/// The documents of a kind, by id: their version, their end in milliseconds since 1970
/// or `-`, and their JSON, with spaces between.
pub fn documents(kind: DocumentKind) -> String {
    format!("{CONSOLE}documents:{}", kind.as_str())
}

/// The entries of the audit trail of a month. Each has a field with its index, of which
/// nothing is ever forgotten, and one with its index and ` t` for its target.
pub fn trail(month: Month) -> String {
    format!("{CONSOLE}trail:{month}")
}

/// A published notice: its canonical JSON, terms hash and time of publication.
pub fn notice(hash: &Hash) -> String {
    format!("notice:{hash}")
}

/// The hash tag of a site's shard: `{boreale}`, or for one of several shards
/// `{boreale/2of4}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    site: SiteId,
    shard: Shard,
    text: String,
}

impl Tag {
    /// The tag of a shard.
    pub fn new(site: &SiteId, shard: Shard) -> Tag {
        let text = if shard.is_only() { format!("{{{site}}}") } else { format!("{{{site}/{shard}}}") };
        Tag { site: site.clone(), shard, text }
    }

    /// The tag of a log's shard.
    pub fn of(log: &LogId) -> Tag {
        Tag::new(&log.site, log.shard)
    }

    /// The tags of all shards of a site.
    pub fn all(site: &SiteId, shards: LogShards) -> impl Iterator<Item = Tag> {
        shards.all().map(move |shard| Tag::new(site, shard))
    }

    /// The shard's log of a month.
    pub fn log(&self, month: Month) -> LogId {
        LogId { site: self.site.clone(), month, shard: self.shard }
    }

    /// The site.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The shard.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// The number of logs a month of the site.
    pub fn shards(&self) -> LogShards {
        self.shard.count()
    }

    /// An erased event of the shard, from its member and score of [`Tag::erased`].
    pub fn erased_event(&self, fingerprint: [u8; 16], until: f64) -> ErasedEvent {
        // Milliseconds are exact in a score for 285,000 years.
        let until = Timestamp::from_unix_ms(until as i64);
        ErasedEvent { site: self.site.clone(), shard: self.shard, fingerprint, until }
    }

    /// The bytes of the tag, which decide the slot.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The size of each of the shard's logs, by month.
    pub fn logs(&self) -> String {
        self.key("logs")
    }

    /// The newest signed head of each log, by month, also of dropped logs.
    pub fn heads(&self) -> String {
        self.key("heads")
    }

    /// The index of expiries: a member for each record, with `expires_at` in milliseconds since 1970 as its score.
    pub fn expiries(&self) -> String {
        self.key("x")
    }

    /// The index of times: a member for each record, with `recorded_at` in milliseconds since 1970 as its score.
    pub fn times(&self) -> String {
        self.key("t")
    }

    /// The newest committed time of the shard, in milliseconds since 1970.
    pub fn newest(&self) -> String {
        self.key("newest")
    }

    /// The hash of each published notice, by its number.
    pub fn notices(&self) -> String {
        self.key("notices")
    }

    /// A part of one level of a log's tree: up to 65,536 hashes.
    pub fn tree(&self, month: Month, level: u32, chunk: u64) -> String {
        self.key(&format!("tree:{month}:{level}:{chunk}"))
    }

    /// The list of operator entries of a log, or of its purge entries, each with its
    /// leaf's index. Earlier versions wrote purge entries into the other list too.
    pub fn entries(&self, list: &str, month: Month) -> String {
        self.key(&format!("{list}{month}"))
    }

    /// The deleted records that are still to be written into a purge entry: their
    /// number, by the reason and the month of the log that has their leaves.
    pub fn pending(&self) -> String {
        self.key("pending")
    }

    /// The fingerprints of erased events, with the time when each is forgotten in
    /// milliseconds since 1970 as its score.
    pub fn erased(&self) -> String {
        self.key("erased")
    }

    /// Exists while the files of Redis still have the bytes of deleted records; the
    /// token of the last call that deleted some.
    pub fn rewrite(&self) -> String {
        self.key("rewrite")
    }

    /// The scripts contain these names too, and three more: `live` (the number of
    /// stored records by month), `done:TOKEN` (the answer to a call) and `mark`
    /// (something to write).
    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.text)
    }

    /// A record, by its event id.
    pub fn record(&self, event_id: &[u8; 16]) -> Vec<u8> {
        [self.bytes(), b"r", event_id].concat()
    }

    /// The consent ids that have records and begin with the same four bytes. All scores are
    /// 0, so they are sorted by their bytes.
    pub fn consent_ids(&self, first: &[u8; 16]) -> Vec<u8> {
        [self.bytes(), b"c", &first[..4]].concat()
    }

    /// The event ids of a consent id, with `recorded_at` as the score.
    pub fn history(&self, consent_id: &ConsentId) -> Vec<u8> {
        [self.bytes(), b"h", consent_id.as_bytes()].concat()
    }
}
