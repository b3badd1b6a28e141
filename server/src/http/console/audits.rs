//! Audits that run because somebody asked for one on the screen.

use constat_shared::{SiteId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How far an audit has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Since when it runs.
    pub since: Timestamp,
    /// How many leaves were examined.
    pub done: u64,
    /// Of how many.
    pub of: u64,
}

/// The audits that run on this server, one for each site at most.
#[derive(Clone, Default)]
pub struct Audits(Arc<Mutex<BTreeMap<SiteId, Progress>>>);

/// An audit that runs, until it is dropped.
pub struct Running {
    audits: Audits,
    site: SiteId,
}

impl Audits {
    /// Begins an audit; `None` when one of that site runs.
    pub fn begin(&self, site: &SiteId, since: Timestamp, of: u64) -> Option<Running> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(site) {
            return None;
        }
        all.insert(site.clone(), Progress { since, done: 0, of });
        Some(Running { audits: self.clone(), site: site.clone() })
    }

    /// How far the audit of a site has come, if one runs.
    pub fn progress(&self, site: &SiteId) -> Option<Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(site).copied()
    }
}

impl Running {
    /// States that more leaves were examined.
    pub fn advance(&self, leaves: u64) {
        let mut all = self.audits.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = all.get_mut(&self.site) {
            progress.done += leaves;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.audits.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.site);
    }
}
