//! Sites as their files describe them become the sites that are served.

use crate::clock::Clock;
use crate::failure::{Failure, fail};
use crate::proof::published;
use crate::render::assets::Assets;
use crate::render::site::{ServedSite, Sites};
use crate::site::Site;
use crate::store::{LogStore, NoticeStore};
use constat_shared::{Hash, SiteId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// From how many notices of a site on the log says so: each of them stays for ever.
const NOTICES_MANY: usize = 1000;

/// Renders every site, stores its notice, writes into the log that it is
/// served, and only then serves it: what is shown can be proven. While the clock is
/// wrong, the retention job writes into the log as soon as it is right.
///
/// # Errors
/// A sentence, when the store fails; the earlier sites are then still served.
pub fn publish<S: NoticeStore + LogStore + ?Sized>(
    store: &S,
    served: &Sites,
    assets: &Assets,
    clock: &Clock,
    sites: Vec<Site>,
) -> Result<(), Failure> {
    let sites: Vec<_> = sites.into_iter().map(|site| Arc::new(ServedSite::new(site, assets))).collect();
    for site in &sites {
        let (id, notice_hash) = (&site.notice().site, site.notice().notice_hash());
        store.set_shards(id, site.site.log_shards).map_err(fail("a site cannot be served"))?;
        store.publish(site.notice(), clock.best_time()).map_err(fail("a notice could not be stored"))?;
        tracing::info!(site = %id, %notice_hash, "serving a site");
    }
    for (site, count) in with_many(&store.notices().map_err(fail("the notices could not be counted"))?) {
        tracing::warn!(%site, count, "a site has very many notices, which are never deleted: is it reloaded with a changed file again and again?");
    }
    if let Ok(now) = clock.time() {
        published::log_what_is_served(store, &sites, now).map_err(fail("the log could not be written"))?;
    }
    served.replace(sites);
    Ok(())
}

/// The sites that have [`NOTICES_MANY`] notices or more, with their number.
fn with_many(notices: &[(SiteId, Hash)]) -> BTreeMap<&SiteId, usize> {
    let mut counts = BTreeMap::new();
    for (site, _) in notices {
        *counts.entry(site).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count >= NOTICES_MANY);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_whose_file_changes_at_every_reload_is_noticed() {
        let [many, few] = ["boreale", "polaire"].map(|id| SiteId::parse(id).unwrap());
        let notices = |site: &SiteId, count: usize| vec![(site.clone(), Hash::of(b"a notice")); count];
        let all = [notices(&many, NOTICES_MANY), notices(&few, NOTICES_MANY - 1)].concat();
        assert_eq!(with_many(&all), [(&many, NOTICES_MANY)].into());
    }
}
