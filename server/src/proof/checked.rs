//! Verifies stored records: the bundle of each is made, and checked by the code of `constat verify`. The
//! screens, the API, every file that is handed out and `constat prove` say what this finds.

use super::bundle::bundle;
use super::keys::Keys;
use crate::store::{
    KeyStore, LogStore, NoticeStore, PlacedRecord, StoreError, StoredRecord, UnreadableRecord, readable,
};
use constat_shared::proof::{CheckedStep, FORMAT, GivenFiles, Step, Unreadable, Verification};
use constat_shared::{
    ConsentId, EventId, Evidence, EvidenceError, Hash, KeySet, LogEntry, PublishedNotice, Record, SiteId,
    Timestamp,
};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Every check of a record, those that failed first.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The record, or what is left of it.
    pub record: Result<Record, UnreadableRecord>,
    /// The bytes of the bundle; nothing when not even the event id can be read.
    pub bundle: Option<Vec<u8>>,
    /// The bundle as the verifiers read it.
    pub verification: Result<Verification, EvidenceError>,
    /// The checks.
    pub steps: Vec<CheckedStep>,
}

impl Checked {
    /// The evidence, unless something of it cannot be read.
    pub fn evidence(&self) -> Option<&Evidence> {
        self.verification.as_ref().ok().map(|verification| &verification.evidence)
    }

    /// When it was recorded, where that can be read.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        match &self.record {
            Ok(record) => Some(record.recorded_at),
            Err(rest) => rest.recorded_at,
        }
    }

    /// The entry of the served files in the bundle.
    pub fn serving(&self) -> Option<&LogEntry> {
        self.evidence()?.serving.as_ref().map(|logged| &logged.entry)
    }
}

/// Verifies one record after the other. The published keys and each notice are read once.
pub struct Checker<'a, S: ?Sized> {
    store: &'a S,
    keys: &'a Keys,
    given: GivenFiles,
    notices: BTreeMap<Hash, Option<PublishedNotice>>,
}

impl<'a, S: NoticeStore + LogStore + KeyStore + ?Sized> Checker<'a, S> {
    /// Verifies what this store has now, with the keys that it publishes.
    ///
    /// # Errors
    /// When the store fails.
    pub fn new(store: &'a S, keys: &'a Keys) -> Result<Checker<'a, S>, StoreError> {
        // Among keys that cannot be read is none that signed.
        let published = readable(store.keys())?.unwrap_or_default();
        let given = GivenFiles { keys: Some(KeySet { keys: published }), ..GivenFiles::default() };
        Ok(Checker { store, keys, given, notices: BTreeMap::new() })
    }

    /// The notice of that hash; nothing when it is missing or cannot be read.
    ///
    /// # Errors
    /// When the store fails.
    pub fn notice(&mut self, hash: Hash) -> Result<Option<&PublishedNotice>, StoreError> {
        Ok(match self.notices.entry(hash) {
            Entry::Occupied(known) => known.into_mut().as_ref(),
            Entry::Vacant(place) => {
                let read = readable(self.store.notice(&hash))?.flatten();
                place.insert(read.map(PublishedNotice::new)).as_ref()
            }
        })
    }

    /// Verifies a record of a consent id on a site.
    ///
    /// # Errors
    /// When the store fails.
    pub fn check(
        &mut self,
        site: &SiteId,
        consent_id: &ConsentId,
        stored: StoredRecord,
    ) -> Result<Checked, StoreError> {
        let (record, made) = match stored {
            Ok(placed) => {
                let record = placed.entry.record.clone();
                let made = self.bundle(placed)?.map_err(|step| (Some(record.event_id), step));
                (Ok(record), made)
            }
            Err(rest) => {
                let made = Err((rest.event_id, rest.step));
                (Err(rest), made)
            }
        };
        let (bundle, verification) = match made {
            Ok(evidence) => {
                let bytes = evidence.to_vec();
                let verification = Verification::read(&bytes);
                (Some(bytes), verification)
            }
            Err((event_id, step)) => {
                let bytes = event_id.map(|event_id| instead(site, consent_id, event_id, step));
                (bytes, Err(EvidenceError::Unreadable(step)))
            }
        };
        let steps = match &verification {
            Ok(verification) => verification.steps(&self.given),
            Err(error) => vec![CheckedStep::failed(error.clone())],
        };
        Ok(Checked { record, bundle, verification, steps })
    }

    fn bundle(&mut self, placed: PlacedRecord) -> Result<Result<Evidence, Step>, StoreError> {
        let (store, keys) = (self.store, self.keys);
        let notice = self.notice(placed.entry.record.notice_hash)?;
        bundle(store, keys, placed, notice.map(|notice| &**notice))
    }
}

/// What is handed out in the place of a bundle that cannot be made.
fn instead(site: &SiteId, consent_id: &ConsentId, event_id: EventId, step: Step) -> Vec<u8> {
    let (site, consent_id) = (site.clone(), *consent_id);
    Unreadable { format: FORMAT, site, consent_id, event_id, unreadable: step }.to_vec()
}
