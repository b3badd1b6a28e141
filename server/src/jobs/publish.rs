//! Sites as their files describe them become the sites that are served.

use super::demo_records;
use super::earlier_terms::{NoticesBySite, by_site, earlier_notices, who_is_asked};
use super::site_settings::{note_changes, note_removed};
use crate::access::access::Access;
use crate::access::trail::{Action, Command, Note};
use crate::clock::Clock;
use crate::failure::{Failure, fail};
use crate::proof::published;
use crate::render::assets::Assets;
use crate::render::site::{ServedSite, Sites};
use crate::site::Site;
use crate::store::{Store, StoreError};
use constat_shared::{PublishedNotice, SiteId, TermsChange, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// From how many notices of a site on the log says so: each of them stays for ever.
const NOTICES_MANY: usize = 1000;

/// Stores the notice of every site, renders it, writes into the log that it is
/// served, and only then serves it: what is shown can be proven. While the clock is
/// wrong, the retention job writes into the log as soon as it is right. The site of
/// the demo, if it is named, gets generated records in a store that has had none.
///
/// # Errors
/// A sentence, when the store fails; the earlier sites are then still served.
pub fn publish(
    access: &Access,
    served: &Sites,
    assets: &Assets,
    clock: &Clock,
    sites: Vec<Site>,
    demo: Option<&SiteId>,
) -> Result<(), Failure> {
    let store = access.store();
    let demo =
        generated_since(store, clock, demo).map_err(fail("the records of the demo could not be added"))?;
    let list = || store.notices().map_err(fail("the notices could not be listed"));
    let of = |notices: &NoticesBySite, site: &SiteId| notices.get(site).cloned().unwrap_or_default();
    let before = by_site(list()?);
    for site in &sites {
        let notice = &site.notice;
        store.set_shards(&notice.site, site.log_shards).map_err(fail("a site cannot be served"))?;
        let since = demo.filter(|(site, _)| **site == notice.site).map(|(_, since)| since);
        let is_new = !of(&before, &notice.site).contains(&notice.notice_hash());
        add_notice(access, notice, is_new, since, clock.best_time())?;
        note_changes(access, site, clock.best_time())?;
    }
    note_removed(access, &sites, clock.best_time())?;
    let notices = by_site(list()?);
    for (site, count) in with_many(&notices) {
        tracing::warn!(%site, count, "a site has very many notices, which are never deleted: is it reloaded with a changed file again and again?");
    }
    let mut rendered = Vec::new();
    for site in sites {
        let (id, notice_hash) = (site.notice.site.clone(), site.notice.notice_hash());
        let asked = match served.get(&id) {
            Some(last) => {
                Some(TermsChange::between(last.notice(), &site.notice).sentence(site.ask_refusers_again))
            }
            None => who_is_asked(store, &of(&before, &id), &site, clock.best_time())
                .map_err(fail("the notice before could not be read"))?,
        };
        match asked {
            Some(asked) => tracing::info!(site = %id, %notice_hash, "serving a site; {asked}"),
            None => tracing::info!(site = %id, %notice_hash, "serving a site for the first time"),
        }
        let earlier = earlier_notices(store, &of(&notices, &id), &site.notice)
            .map_err(fail("the earlier notices could not be read"))?;
        rendered.push(Arc::new(ServedSite::new(site, &earlier, assets)));
    }
    if let Ok(now) = clock.time() {
        let is_demo = |served: &&Arc<ServedSite>| demo.is_some_and(|(site, _)| served.notice().site == *site);
        if let Some(served) = rendered.iter().find(is_demo) {
            demo_records::add(store, served, now)?;
        }
        published::log_what_is_served(store, &rendered, now).map_err(fail("the log could not be written"))?;
    }
    served.replace(rendered);
    Ok(())
}

/// The site of the demo, and since when it seems to be served, if the store takes generated records.
fn generated_since<'a>(
    store: &dyn Store,
    clock: &Clock,
    demo: Option<&'a SiteId>,
) -> Result<Option<(&'a SiteId, Timestamp)>, StoreError> {
    let (Some(site), Ok(now)) = (demo, clock.time()) else { return Ok(None) };
    Ok(demo_records::are_wanted(store)?.then(|| (site, demo_records::start(now))))
}

/// Stores a notice, as published at `since` or now. A new one is noted in the audit trail first: none is
/// ever stored without.
fn add_notice(
    access: &Access,
    notice: &PublishedNotice,
    is_new: bool,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Failure> {
    if is_new {
        let note = Note::of(Action::NoticePublished).by_command(Command::Serve).on(Some(&notice.site));
        access
            .note(note.to(notice.notice_hash()), now)
            .map_err(fail("the audit trail could not be written"))?;
    }
    access.store().publish(notice, since.unwrap_or(now)).map_err(fail("a notice could not be stored"))
}

/// The sites that have [`NOTICES_MANY`] notices or more, with their number.
fn with_many(notices: &NoticesBySite) -> BTreeMap<&SiteId, usize> {
    let counts = notices.iter().map(|(site, hashes)| (site, hashes.len()));
    counts.filter(|(_, count)| *count >= NOTICES_MANY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::Hash;

    #[test]
    fn a_site_whose_file_changes_at_every_reload_is_noticed() {
        let [many, few] = ["boreale", "polaire"].map(|id| SiteId::parse(id).unwrap());
        let notices = |site: &SiteId, count: usize| vec![(site.clone(), Hash::of(b"a notice")); count];
        let all = by_site([notices(&many, NOTICES_MANY), notices(&few, NOTICES_MANY - 1)].concat());
        assert_eq!(with_many(&all), [(&many, NOTICES_MANY)].into());
    }
}
