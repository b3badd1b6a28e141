//! The entries that the server itself adds to a log, besides commitments.

use super::log_id::LogId;
use super::merkle;
use super::tree_head::SignedCheckpoint;
use crate::consent::Layer;
use crate::values::{Hash, Language, Month, SiteId, Timestamp, canonical};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An entry by the server. Its canonical JSON is the data of its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LogEntry {
    /// Records were deleted.
    Purge(Purge),
    /// A notice is served, with these files.
    Serving(Serving),
    /// Pictures were taken of what a notice shows.
    Snapshot(Snapshot),
    /// A time-stamping authority has stamped the head of a log.
    Timestamp(TimestampToken),
    /// The operator declared the server's clock right.
    Clock(ClockAccepted),
}

/// The number of deleted records and the reason; never whose they were. An audit
/// of a log finds every deletion that no entry accounts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// The site of the records.
    pub site: SiteId,
    /// When they were deleted; of an entry for several deletions, when it was written,
    /// at most about an hour after the first of them.
    pub purged_at: Timestamp,
    /// The reason.
    pub reason: PurgeReason,
    /// The number of records, by the month of the log that keeps their leaves.
    pub record_counts: BTreeMap<Month, u64>,
}

/// Why records were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurgeReason {
    /// Their proof had expired.
    Expired,
    /// The visitor asked for erasure (GDPR, article 17).
    Erased,
}

/// The start of serving a notice, and the files that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serving {
    /// The site.
    pub site: SiteId,
    /// Its notice.
    pub notice_hash: Hash,
    /// Since when it is served.
    pub serving_at: Timestamp,
    /// SHA-256 of each file as it was before compression, by name: the loader
    /// (`consent.js`), the widget's script and WebAssembly, the styles.
    pub files: BTreeMap<String, Hash>,
}

/// The evidence pack of a notice: pictures of both layers in every language
/// (evidence that the French authority asks for: deliberation 2020-092, article 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The site.
    pub site: SiteId,
    /// The notice in the pictures.
    pub notice_hash: Hash,
    /// When the pictures were taken.
    pub taken_at: Timestamp,
    /// The browser that showed it, with its version.
    pub browser: String,
    /// The pictures.
    pub images: Vec<Image>,
}

/// One picture of an evidence pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The language of the page.
    pub language: Language,
    /// Which layer is open.
    pub layer: Layer,
    /// The width of the window, in CSS pixels.
    pub width: u32,
    /// The height of the window, in CSS pixels.
    pub height: u32,
    /// SHA-256 of the PNG file.
    pub sha256: Hash,
}

impl Image {
    /// The name of its file: `fr-banner-360x740.png`.
    pub fn file_name(&self) -> String {
        format!("{}-{}-{}x{}.png", self.language, self.layer.as_str(), self.width, self.height)
    }
}

/// The token of a time-stamping authority (RFC 3161, section 2.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampToken {
    /// The log whose head was stamped.
    pub log: LogId,
    /// The signed head; the authority received the SHA-256 of its text.
    pub checkpoint: SignedCheckpoint,
    /// Its `TimeStampToken`, DER in base64.
    pub token: String,
}

/// The operator's word that the server's clock is right, against the times in the
/// store: records are dated by that clock from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockAccepted {
    /// The site.
    pub site: SiteId,
    /// What the clock said then.
    pub accepted_at: Timestamp,
    /// The newest time in the store until then, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_before: Option<Timestamp>,
}

impl LogEntry {
    /// When it was written, if it says so.
    pub fn written_at(&self) -> Option<Timestamp> {
        match self {
            LogEntry::Purge(purge) => Some(purge.purged_at),
            LogEntry::Serving(serving) => Some(serving.serving_at),
            LogEntry::Snapshot(snapshot) => Some(snapshot.taken_at),
            LogEntry::Timestamp(_) => None,
            LogEntry::Clock(accepted) => Some(accepted.accepted_at),
        }
    }

    /// The hash of its leaf.
    pub fn leaf_hash(&self) -> Hash {
        merkle::leaf_hash(&canonical::to_vec(self))
    }

    /// The site of the entry.
    pub fn site(&self) -> &SiteId {
        match self {
            LogEntry::Purge(purge) => &purge.site,
            LogEntry::Serving(serving) => &serving.site,
            LogEntry::Snapshot(snapshot) => &snapshot.site,
            LogEntry::Timestamp(token) => &token.log.site,
            LogEntry::Clock(accepted) => &accepted.site,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_object_that_names_its_kind_and_takes_no_other_field() {
        let json = concat!(
            r#"{"kind":"purge","purged_at":"2026-04-01T09:00:00.000Z","#,
            r#""reason":"expired","record_counts":{"2025-03":3},"site":"boreale"}"#
        );
        let entry: LogEntry = serde_json::from_str(json).unwrap();
        assert_eq!(String::from_utf8(canonical::to_vec(&entry)).unwrap(), json);
        assert_eq!(entry.leaf_hash(), merkle::leaf_hash(json.as_bytes()));
        for bad in
            [json.replace("kind", "type"), json.replace("{", r#"{"more":1,"#), json.replace("purge\"", "x\"")]
        {
            assert!(serde_json::from_str::<LogEntry>(&bad).is_err(), "{bad}");
        }
    }
}
