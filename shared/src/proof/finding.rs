//! What a bundle or a receipt proves, and what it does not, point by point. The
//! command line and the page for the browser show the same findings.

use super::bundle::Evidence;
use super::public_key::{Jwk, KeySet};
use super::receipt::Receipt;
use super::step::Step;
use crate::consent::{Action, Layer, Record};
use crate::log::{LogId, Snapshot, TreeHead};
use crate::values::{ConsentId, Hash, Language, SiteId, Timestamp};

/// The standing of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It follows from the bytes of the file and the keys and files given with it.
    Proven,
    /// Nothing proves it.
    NotProven,
    /// The signer states it; nothing here proves it.
    Stated,
}

/// The comparison of a picture with those that the log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It has the SHA-256 that the log names.
    Agrees,
    /// It has the name of one of them, and another SHA-256.
    Differs,
    /// The log names it, but it was not given.
    NotGiven,
    /// It was given, but the log has neither its name nor its SHA-256.
    Unknown,
}

/// A time-stamp whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority stamped the head.
    pub at: Timestamp,
    /// How far off that may be, in milliseconds, when the token gives it.
    pub accuracy_ms: Option<u64>,
    /// The name of the time-stamping authority.
    pub authority: String,
}

/// What was given with a bundle, read and, for a time-stamp, checked.
#[derive(Clone, Debug, Default)]
pub struct GivenFiles {
    /// The keys that the operator publishes.
    pub keys: Option<KeySet>,
    /// File name and SHA-256 of each picture.
    pub pictures: Vec<(String, Hash)>,
    /// The bundle's time-stamp, if its signature was checked; otherwise why it is refused, in English.
    pub stamp: Option<Result<Stamp, String>>,
}

/// One point of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields have the names they have in the bundle and the log")]
pub enum Finding {
    /// The bundle is unchanged.
    Whole,
    /// The consent id and the site of the record.
    Consent { consent_id: ConsentId, site: SiteId },
    /// The answer, with its layer, language and time.
    Answer { action: Action, layer: Layer, language: Language, recorded_at: Timestamp },
    /// The number of services allowed, and of all.
    Choices { allowed_count: usize, vendor_count: usize },
    /// The ends of the choice and of its proof, as the notice sets them.
    Dates { choice_expires_at: Timestamp, expires_at: Timestamp },
    /// The bundle holds the notice that was answered.
    Notice { notice_hash: Hash },
    /// The record is this leaf of the log.
    Leaf { leaf_index: u64, size: u64, log: LogId },
    /// This key signed the head of the log.
    Signed { key_id: String },
    /// The operator publishes that key.
    KeyPublished,
    /// The operator does not publish that key.
    KeyForeign,
    /// No published keys were given to compare.
    KeyNotCompared,
    /// The log names the files that were served with the notice.
    Served { file_count: usize, serving_at: Timestamp },
    /// No entry names the files that were served.
    NotServed,
    /// The log names pictures of what the notice shows.
    Pictures { picture_count: usize, browser: String, taken_at: Timestamp },
    /// No entry names pictures.
    NoPictures,
    /// The log names pictures; none was given to compare.
    PicturesNotCompared,
    /// A picture was compared, or is missing among those given.
    Picture { file_name: String, compared: Compared },
    /// A time-stamp is in the bundle; its signature was not checked.
    StampNotChecked,
    /// A time-stamping authority proves by when the log held the record.
    Stamped(Stamp),
    /// The time-stamp is refused, or there is none to check.
    StampRefused { why: String },
    /// No time-stamping authority was asked.
    NotStamped,
    /// The bundle was in a certificate, whose pages were not compared with it.
    PagesNotCompared,
    /// No file can prove which person answered.
    Hand,
    /// A receipt is signed by one of the keys given.
    ReceiptSigned { key_id: String },
    /// A receipt names this notice and does not hold it.
    ReceiptNotice { notice_hash: Hash },
    /// A receipt names this leaf and does not prove it.
    ReceiptLeaf { leaf_index: u64, log: LogId },
    /// The proof of a purge entry is unchanged.
    PurgeWhole,
    /// So many records were deleted.
    Purged { record_count: u64, site: SiteId, purged_at: Timestamp },
    /// The purge entry is this leaf of the log.
    PurgeLeaf { leaf_index: u64, size: u64, log: LogId },
    /// A purge entry says nothing of whose records they were.
    PurgeNamesNobody,
}

impl Finding {
    /// The check that made it.
    pub fn step(&self) -> Step {
        match self {
            Finding::Whole | Finding::PurgeWhole => Step::File,
            Finding::Purged { .. } => Step::Purge,
            Finding::Consent { .. } | Finding::PurgeNamesNobody => Step::ConsentId,
            Finding::Answer { .. } => Step::Record,
            Finding::Choices { .. } => Step::Choices,
            Finding::Dates { .. } => Step::Dates,
            Finding::Notice { .. } | Finding::ReceiptNotice { .. } => Step::Notice,
            Finding::Leaf { .. } | Finding::ReceiptLeaf { .. } | Finding::PurgeLeaf { .. } => {
                Step::InclusionProof
            }
            Finding::Signed { .. } => Step::Checkpoint,
            Finding::KeyPublished | Finding::KeyForeign | Finding::KeyNotCompared => Step::PublishedKey,
            Finding::Served { .. } | Finding::NotServed => Step::Serving,
            Finding::Pictures { .. } | Finding::NoPictures => Step::Snapshot,
            Finding::PicturesNotCompared | Finding::Picture { .. } => Step::Picture,
            Finding::StampNotChecked
            | Finding::Stamped(_)
            | Finding::StampRefused { .. }
            | Finding::NotStamped => Step::Timestamp,
            Finding::PagesNotCompared => Step::Pages,
            Finding::Hand => Step::Person,
            Finding::ReceiptSigned { .. } => Step::Signature,
        }
    }

    /// Whether a key is one of those given.
    pub(super) fn key(given: Option<&KeySet>, key: &Jwk) -> Finding {
        match given {
            Some(set) if set.keys.contains(key) => Finding::KeyPublished,
            Some(_) => Finding::KeyForeign,
            None => Finding::KeyNotCompared,
        }
    }

    /// Its standing.
    pub fn standing(&self) -> Standing {
        match self {
            Finding::KeyForeign
            | Finding::KeyNotCompared
            | Finding::NotServed
            | Finding::NoPictures
            | Finding::PicturesNotCompared
            | Finding::StampRefused { .. }
            | Finding::NotStamped
            | Finding::PagesNotCompared
            | Finding::PurgeNamesNobody
            | Finding::Hand => Standing::NotProven,
            Finding::Picture { compared, .. } if *compared != Compared::Agrees => Standing::NotProven,
            Finding::StampNotChecked | Finding::ReceiptNotice { .. } | Finding::ReceiptLeaf { .. } => {
                Standing::Stated
            }
            _ => Standing::Proven,
        }
    }

    /// Whether something given with the bundle does not belong to it. A
    /// verifier then does not call the whole proven.
    pub fn contradicts(&self) -> bool {
        matches!(
            self,
            Finding::KeyForeign
                | Finding::StampRefused { .. }
                | Finding::Picture { compared: Compared::Differs | Compared::Unknown, .. }
        )
    }
}

impl Evidence {
    /// What a bundle that is whole proves and what it does not, in reading order. `head` is that of
    /// its log; without it, nothing is said of the leaf and the signature.
    pub(super) fn findings(&self, head: Option<&TreeHead>, given: &GivenFiles) -> Vec<Finding> {
        let Record { choice_expires_at, expires_at, notice_hash, .. } = self.record;
        let mut findings = vec![Finding::Whole];
        findings.extend(about(&self.record));
        findings.push(Finding::Dates { choice_expires_at, expires_at });
        findings.push(Finding::Notice { notice_hash });
        if let Some(TreeHead { size, .. }) = head {
            let (leaf_index, log) = (self.leaf_index, self.log.clone());
            findings.push(Finding::Leaf { leaf_index, size: *size, log });
            findings.push(Finding::Signed { key_id: self.public_key.kid.clone() });
        }
        findings.push(Finding::key(given.keys.as_ref(), &self.public_key));
        findings.push(match self.serving() {
            Some(serving) => {
                Finding::Served { file_count: serving.files.len(), serving_at: serving.serving_at }
            }
            None => Finding::NotServed,
        });
        findings.extend(pictures(self.snapshot(), &given.pictures));
        findings.push(match (&self.timestamp, &given.stamp) {
            (_, Some(Err(why))) => Finding::StampRefused { why: why.clone() },
            (None, _) => Finding::NotStamped,
            (Some(_), Some(Ok(stamp))) => Finding::Stamped(stamp.clone()),
            (Some(_), None) => Finding::StampNotChecked,
        });
        findings.push(Finding::Hand);
        findings
    }
}

impl Receipt {
    /// What a receipt proves and what it does not, in reading order, after its
    /// signature by the key with that id was checked.
    pub fn findings(&self, key_id: &str) -> Vec<Finding> {
        let mut findings = vec![Finding::ReceiptSigned { key_id: key_id.to_owned() }];
        findings.extend(about(&self.record));
        findings.push(Finding::ReceiptNotice { notice_hash: self.record.notice_hash });
        findings.push(Finding::ReceiptLeaf { leaf_index: self.leaf_index, log: self.log.clone() });
        findings.push(Finding::Hand);
        findings
    }
}

fn about(record: &Record) -> [Finding; 3] {
    let Record { action, layer, language, recorded_at, .. } = *record;
    let allowed_count = record.vendors.values().filter(|allowed| **allowed).count();
    [
        Finding::Consent { consent_id: record.consent_id, site: record.site.clone() },
        Finding::Answer { action, layer, language, recorded_at },
        Finding::Choices { allowed_count, vendor_count: record.vendors.len() },
    ]
}

/// A picture is recognised by its hash, under any name; its name only shows
/// which picture a changed one was meant to be.
fn pictures(snapshot: Option<&Snapshot>, given: &[(String, Hash)]) -> Vec<Finding> {
    let compared = |file_name: String, compared| Finding::Picture { file_name, compared };
    let Some(Snapshot { taken_at, browser, images, .. }) = snapshot else {
        let strangers = given.iter().map(|(name, _)| compared(name.clone(), Compared::Unknown));
        return [Finding::NoPictures].into_iter().chain(strangers).collect();
    };
    let (picture_count, browser, taken_at) = (images.len(), browser.clone(), *taken_at);
    let mut findings = vec![Finding::Pictures { picture_count, browser, taken_at }];
    if given.is_empty() {
        findings.push(Finding::PicturesNotCompared);
        return findings;
    }
    for (name, hash) in given {
        let same = images.iter().find(|image| image.sha256 == *hash);
        let meant = images.iter().any(|image| image.file_name() == *name);
        findings.push(match (same, meant) {
            (Some(image), _) => compared(image.file_name(), Compared::Agrees),
            (None, true) => compared(name.clone(), Compared::Differs),
            (None, false) => compared(name.clone(), Compared::Unknown),
        });
    }
    let missing = images.iter().filter(|image| {
        let is = |(name, hash): &(String, Hash)| *hash == image.sha256 || *name == image.file_name();
        !given.iter().any(is)
    });
    findings.extend(missing.map(|image| compared(image.file_name(), Compared::NotGiven)));
    findings
}

#[cfg(test)]
mod tests {
    use super::super::bundle::tests::evidence;
    use super::*;
    use crate::log::{Image, LogEntry};
    use ed25519_dalek::SigningKey;

    #[test]
    fn pictures_given_with_a_bundle_are_compared_with_those_it_names() {
        let mut whole = evidence();
        let other = Image { width: 1280, height: 800, sha256: Hash::of(b"wide"), ..image(&whole) };
        let Some(LogEntry::Snapshot(snapshot)) = whole.snapshot.as_mut().map(|part| &mut part.entry) else {
            panic!("the bundle has pictures")
        };
        snapshot.images.push(other);
        let found = |given: &[(&str, &[u8])]| -> Vec<(String, Compared)> {
            let given: Vec<_> =
                given.iter().map(|(name, bytes)| ((*name).to_owned(), Hash::of(bytes))).collect();
            let findings = pictures(whole.snapshot(), &given).into_iter();
            let picture = findings.filter_map(|finding| match finding {
                Finding::Picture { file_name, compared } => Some((file_name, compared)),
                _ => None,
            });
            picture.collect()
        };
        let (small, wide) = ("fr-banner-360x740.png".to_owned(), "fr-banner-1280x800.png".to_owned());
        assert_eq!(found(&[]), []);
        assert_eq!(
            found(&[("x.png", b"png")]),
            [(small.clone(), Compared::Agrees), (wide.clone(), Compared::NotGiven)]
        );
        assert_eq!(
            found(&[(&small, b"retouched"), ("y.png", b"wide"), ("cat.png", b"cat")]),
            [
                (small.clone(), Compared::Differs),
                (wide.clone(), Compared::Agrees),
                ("cat.png".into(), Compared::Unknown)
            ]
        );
        // A good copy under another name does not hide a changed one.
        assert!(found(&[("good.png", b"png"), (&small, b"retouched")]).contains(&(small, Compared::Differs)));
    }

    fn image(evidence: &Evidence) -> Image {
        evidence.snapshot().unwrap().images[0].clone()
    }

    #[test]
    fn a_key_or_picture_that_does_not_belong_to_the_bundle_contradicts_it() {
        let whole = evidence();
        let (_, head) = Evidence::verify(&whole.to_vec()).unwrap();
        let contradicted =
            |given: &GivenFiles| whole.findings(Some(&head), given).iter().any(Finding::contradicts);
        let key = |seed: u8| Jwk::of(&SigningKey::from_bytes(&[seed; 32]).verifying_key());
        let keys = |keys| GivenFiles { keys: Some(KeySet { keys }), ..GivenFiles::default() };
        let shown = |bytes: &[u8]| GivenFiles {
            pictures: vec![(image(&whole).file_name(), Hash::of(bytes))],
            ..GivenFiles::default()
        };
        assert!(!contradicted(&GivenFiles::default()));
        assert!(!contradicted(&keys(vec![key(1), key(3)])));
        assert!(contradicted(&keys(vec![key(1)])));
        assert!(!contradicted(&shown(b"png")));
        assert!(contradicted(&shown(b"retouched")));
    }
}
