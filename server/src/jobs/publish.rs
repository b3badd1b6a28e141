//! Sites as their files describe them become the sites that are served.

use crate::clock;
use crate::failure::{Failure, fail};
use crate::proof::published;
use crate::render::assets::Assets;
use crate::render::site::{ServedSite, Sites};
use crate::site::Site;
use crate::store::{LogStore, NoticeStore};
use std::sync::Arc;

/// Renders every site, stores its notice, writes into the log that it is
/// served, and only then serves it: what is shown can be proven.
///
/// # Errors
/// A sentence, when the store fails; the earlier sites are then still served.
pub fn publish<S: NoticeStore + LogStore + ?Sized>(
    store: &S,
    served: &Sites,
    assets: &Assets,
    sites: Vec<Site>,
) -> Result<(), Failure> {
    let sites: Vec<_> = sites.into_iter().map(|site| Arc::new(ServedSite::new(site, assets))).collect();
    for site in &sites {
        let (id, notice_hash) = (&site.notice().site, site.notice().notice_hash());
        store.set_shards(id, site.site.log_shards).map_err(fail("a site cannot be served"))?;
        store.publish(site.notice(), clock::now()).map_err(fail("a notice could not be stored"))?;
        tracing::info!(site = %id, %notice_hash, "serving a site");
    }
    published::log_what_is_served(store, &sites, clock::now())
        .map_err(fail("the log could not be written"))?;
    served.replace(sites);
    Ok(())
}
