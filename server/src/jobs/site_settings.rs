//! Notes in the audit trail when a site file came back or went, or changed what no visitor is shown: no notice tells
//! of that.

use super::earlier_terms::by_site;
use crate::access::access::Access;
use crate::access::setting;
use crate::access::trail::{Action, Command, Note};
use crate::failure::{Failure, fail, failed};
use crate::site::{Published, Site};
use crate::store::{Store, StoreError, notice_of_site, readable};
use constat_shared::{Hash, SiteId, Timestamp, canonical};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The hash of each of these settings, by its key in the site file.
type Settings = BTreeMap<String, Hash>;

/// Stands among the settings of a site that is not served any more, and in the entry that says so.
const NOT_SERVED: &str = "not_served";
/// In the entry of a site that is served again.
const SERVED: &str = "served";
/// The site file itself, and the notice that was made of it. No entry names them: a new notice has one.
const FILE: &str = "file";
const NOTICE: &str = "notice";

/// Notes which of them differ from those that were served last, and keeps the present ones.
///
/// # Errors
/// A sentence, when the store fails.
pub fn note_changes(access: &Access, site: &Site, now: Timestamp) -> Result<(), Failure> {
    let id = &site.notice.site;
    let present = settings(site);
    let Some(last) = last(access.store(), id).map_err(failed)? else { return keep(access, id, &present) };
    let keys: BTreeSet<&String> = present.keys().chain(last.keys()).collect();
    let changed = keys
        .into_iter()
        .map(String::as_str)
        .filter(|key| ![NOT_SERVED, FILE, NOTICE].contains(key) && last.get(*key) != present.get(*key));
    let returned = last.contains_key(NOT_SERVED).then_some(SERVED);
    let changed: Vec<_> = returned.into_iter().chain(changed).collect();
    if !changed.is_empty() {
        note(access, id, &changed.join(", "), now)?;
    }
    if last == present { Ok(()) } else { keep(access, id, &present) }
}

/// What was published last for each site, and of which file. A site that an earlier version has published has
/// no file: its facts stay until the file changes.
///
/// # Errors
/// When the store fails.
pub fn published(store: &dyn Store) -> Result<BTreeMap<SiteId, Published>, StoreError> {
    let mut published = BTreeMap::new();
    for (site, hashes) in by_site(store.notices()?) {
        let last = last(store, &site)?.unwrap_or_default();
        let file = last.get(FILE).copied();
        let notice = last.get(NOTICE).filter(|_| file.is_some()).or(hashes.last());
        let Some(hash) = notice else { continue };
        if let Some(notice) = readable(notice_of_site(store, &site, *hash))?.flatten() {
            published.insert(site, Published { file, notice });
        }
    }
    Ok(published)
}

/// Notes which sites were served last and have no site file any more.
///
/// # Errors
/// A sentence, when the store fails.
pub fn note_removed(access: &Access, sites: &[Site], now: Timestamp) -> Result<(), Failure> {
    for id in setting::sites_with_settings(access.store())? {
        if sites.iter().any(|site| site.notice.site == id) {
            continue;
        }
        let mut settings = last(access.store(), &id).map_err(failed)?.unwrap_or_default();
        if settings.insert(NOT_SERVED.to_owned(), Hash::of(&[])).is_none() {
            note(access, &id, NOT_SERVED, now)?;
            keep(access, &id, &settings)?;
        }
    }
    Ok(())
}

fn note(access: &Access, site: &SiteId, target: &str, now: Timestamp) -> Result<(), Failure> {
    let note = Note::of(Action::ConfigurationChanged).by_command(Command::Serve).on(Some(site)).to(target);
    access.note(note, now).map_err(fail("the audit trail could not be written"))
}

fn settings(site: &Site) -> Settings {
    let Site { origins, ask_refusers_again, timestamp_authority, time_zone, .. } = site;
    let always = [
        ("origins", hash(origins)),
        ("ask_refusers_again", hash(ask_refusers_again)),
        ("timestamp_authority", hash(timestamp_authority)),
        ("time_zone", hash(time_zone)),
        (FILE, site.file_hash),
        (NOTICE, site.notice.notice_hash()),
    ];
    // Left out where they are not used, as an earlier version left them out.
    let domain = site.first_party.as_ref().and_then(|mode| mode.cookie_domain.as_ref());
    let hidden = (!site.hidden_cookies.is_empty()).then(|| hash(&site.hidden_cookies));
    let used = [
        ("first_party", site.first_party.as_ref().map(|_| hash(&true))),
        ("cookie_domain", domain.map(hash)),
        ("hidden_cookies", hidden),
    ];
    let used = used.into_iter().filter_map(|(key, hash)| Some((key, hash?)));
    always.into_iter().chain(used).map(|(key, hash)| (key.to_owned(), hash)).collect()
}

fn hash(value: &impl Serialize) -> Hash {
    Hash::of(&canonical::to_vec(value))
}

/// Those that were served last; none when none were, or when they cannot be read.
fn last(store: &dyn Store, site: &SiteId) -> Result<Option<Settings>, StoreError> {
    let found = setting::site_settings(store, site)?;
    Ok(found.and_then(|text| serde_json::from_str(&text).ok()))
}

fn keep(access: &Access, site: &SiteId, settings: &Settings) -> Result<(), Failure> {
    let text = String::from_utf8_lossy(&canonical::to_vec(settings)).into_owned();
    setting::set_site_settings(access.store(), site, &text).map_err(failed)
}
