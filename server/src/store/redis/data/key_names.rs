//! The names of everything in Redis.
//!
//! What belongs to a site's shard begins with its hash tag, so that all of it is
//! in one slot of a cluster and one script changes it as one. The month of a
//! log is not part of the tag: an event that is repeated months later has to
//! find its first record, and an expiry of old records writes into this
//! month's log, both in one step. That the event id is looked up within its
//! shard's slot, and nowhere else, is what makes it unique there.

use constat_shared::{ConsentId, Hash, LogId, LogShards, Month, Shard, SiteId};

/// The list of notices in the order of their publication; their numbers are their places.
pub const NOTICES: &str = "notices";
/// The list of public keys, oldest first.
pub const KEYS: &str = "keys";
/// The sites that anything is kept for, each with the number of its logs a month.
pub const SITES: &str = "sites";
/// The version of all this.
pub const VERSION: &str = "version";
/// Who deletes what has expired.
pub const EXPIRY_JOB: &str = "job:expiry";
/// That something was deleted whose bytes are still in the file of changes.
pub const REWRITE_DUE: &str = "rewrite-due";
/// That a copy into this Redis has begun and not come to its end.
pub const UNFINISHED_COPY: &str = "unfinished-copy";

/// A published notice: its canonical JSON, terms hash and time of publication.
pub fn notice(hash: &Hash) -> String {
    format!("notice:{hash}")
}

/// The hash tag of a site's shard: `{boreale}`, or `{boreale/2of4}` of several.
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

    /// The tags of a site.
    pub fn all(site: &SiteId, shards: LogShards) -> impl Iterator<Item = Tag> {
        shards.all().map(move |shard| Tag::new(site, shard))
    }

    /// The shard's log of a month.
    pub fn log(&self, month: Month) -> LogId {
        LogId { site: self.site.clone(), month, shard: self.shard }
    }

    /// Over how many logs a month the site is spread.
    pub fn shards(&self) -> LogShards {
        self.shard.count()
    }

    /// The tag itself, by which a script finds its slot.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The size of each of the shard's logs, by month.
    pub fn logs(&self) -> String {
        self.key("logs")
    }

    /// The newest signed head of each log, by month; also of those that were dropped.
    pub fn heads(&self) -> String {
        self.key("heads")
    }

    /// The index of expiries: a member for each record, by its end in milliseconds since 1970.
    pub fn expiries(&self) -> String {
        self.key("x")
    }

    /// The hash of each published notice, by its number.
    pub fn notices(&self) -> String {
        self.key("notices")
    }

    /// A part of one level of a log's tree: up to 65,536 hashes.
    pub fn tree(&self, month: Month, level: u32, chunk: u64) -> String {
        self.key(&format!("tree:{month}:{level}:{chunk}"))
    }

    /// The server's own entries of a log, each with its leaf's index.
    pub fn entries(&self, month: Month) -> String {
        self.key(&format!("entries:{month}"))
    }

    /// Scripts name these themselves, and besides them `live` (stored records by month),
    /// `done:TOKEN` (the answer to a call) and `mark` (something to write).
    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.text)
    }

    /// A record, by its event id.
    pub fn record(&self, event_id: &[u8; 16]) -> Vec<u8> {
        [self.bytes(), b"r", event_id].concat()
    }

    /// The event ids of a consent id by the time of their records.
    pub fn history(&self, consent_id: &ConsentId) -> Vec<u8> {
        [self.bytes(), b"h", consent_id.as_bytes()].concat()
    }
}
