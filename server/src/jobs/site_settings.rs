//! Notes in the audit trail when a site file changed what no visitor is shown, and so no notice tells of.

use crate::access::access::Access;
use crate::access::setting;
use crate::access::trail::{Action, Note};
use crate::failure::{Failure, fail, failed};
use crate::site::Site;
use constat_shared::{Hash, SiteId, Timestamp, canonical};
use serde::Serialize;
use std::collections::BTreeMap;

/// The hash of each of these settings, by its key in the site file.
type Settings = BTreeMap<String, Hash>;

/// Notes which of them differ from those that were served last, and keeps the present ones.
///
/// # Errors
/// A sentence, when the store fails.
pub fn note_changes(access: &Access, site: &Site, now: Timestamp) -> Result<(), Failure> {
    let id = &site.notice.site;
    let present = settings(site);
    let Some(last) = last(access, id)? else { return keep(access, id, &present) };
    let changed: Vec<_> = present.iter().filter(|(key, hash)| last.get(*key) != Some(hash)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let keys = changed.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ");
    let note = Note::of(Action::ConfigurationChanged).by_name("constat serve").on(Some(id)).to(keys);
    access.note(note, now).map_err(fail("the audit trail could not be written"))?;
    keep(access, id, &present)
}

fn settings(site: &Site) -> Settings {
    let Site { origins, ask_refusers_again, timestamp_authority, time_zone, .. } = site;
    [
        ("origins", hash(origins)),
        ("ask_refusers_again", hash(ask_refusers_again)),
        ("timestamp_authority", hash(timestamp_authority)),
        ("time_zone", hash(time_zone)),
    ]
    .map(|(key, hash)| (key.to_owned(), hash))
    .into()
}

fn hash(value: &impl Serialize) -> Hash {
    Hash::of(&canonical::to_vec(value))
}

/// Those that were served last; none when none were, or when they cannot be read.
fn last(access: &Access, site: &SiteId) -> Result<Option<Settings>, Failure> {
    let found = setting::site_settings(access.store(), site)?;
    Ok(found.and_then(|text| serde_json::from_str(&text).ok()))
}

fn keep(access: &Access, site: &SiteId, settings: &Settings) -> Result<(), Failure> {
    let text = String::from_utf8_lossy(&canonical::to_vec(settings)).into_owned();
    setting::set_site_settings(access.store(), site, &text).map_err(failed)
}
