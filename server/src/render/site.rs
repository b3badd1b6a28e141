//! A site as it is served: everything about it made beforehand, from its notice.

use super::assets::Assets;
use super::body::Body;
use super::consent_js::{consent_js, css};
use super::pages::Pages;
use super::terms::EarlierTerms;
use crate::site::Site;
use constat_shared::{Hash, Language, Notice, PublishedNotice, SiteId};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The name of the loader among the files.
pub const CONSENT_JS: &str = "consent.js";

/// A site's notice and every body made from it.
pub struct ServedSite {
    /// Its notice and origins.
    pub site: Site,
    /// Its earlier terms, newest first.
    pub earlier: Vec<EarlierTerms>,
    /// The loader with the site's settings.
    pub consent_js: Body,
    /// By language.
    pub pages: BTreeMap<Language, Pages>,
    /// SHA-256 of every file that shows the notice, by name.
    pub files: BTreeMap<String, Hash>,
}

impl ServedSite {
    /// Renders a site. `earlier` has a notice for each of its earlier terms, newest first.
    pub fn new(site: Site, earlier: &[Notice], assets: &Assets) -> ServedSite {
        let notice = &site.notice;
        let css = css(notice);
        let earlier = EarlierTerms::of(&site, earlier);
        let consent_js = consent_js(&site, &earlier, &css, assets);
        let pages = notice
            .languages
            .iter()
            .filter_map(|language| Some((*language, Pages::new(notice, *language, Body::new)?)));
        let pages = pages.collect();
        let mut files = files(&css, assets);
        files.insert(CONSENT_JS.to_owned(), consent_js.hash());
        ServedSite { files, pages, consent_js, site, earlier }
    }

    /// The notice visitors are shown now.
    pub fn notice(&self) -> &PublishedNotice {
        &self.site.notice
    }
}

/// SHA-256 of every file but `consent.js` by which this program shows a notice, by name.
pub fn files_that_show(notice: &Notice, assets: &Assets) -> BTreeMap<String, Hash> {
    files(&css(notice), assets)
}

/// Whether the files of a notice show the same. `consent.js` does not count: it also has the site's earlier
/// terms, which nobody sees.
pub fn show_the_same(some: &BTreeMap<String, Hash>, others: &BTreeMap<String, Hash>) -> bool {
    let [some, others] = [some, others].map(|files| files.iter().filter(|(name, _)| *name != CONSENT_JS));
    some.eq(others)
}

fn files(css: &str, assets: &Assets) -> BTreeMap<String, Hash> {
    let widget = assets.files.iter().map(|(name, body)| (name.clone(), body.hash()));
    // The styles travel inside the loader and the widget.
    let inside = [
        ("first_layer.css", Hash::of(css.as_bytes())),
        ("configuration.css", Hash::of(constat_widget::CONFIGURATION_CSS.as_bytes())),
    ];
    widget.chain(inside.map(|(name, hash)| (name.to_owned(), hash))).collect()
}

/// The sites being served, replaced as a whole.
#[derive(Default)]
pub struct Sites(RwLock<Arc<BTreeMap<SiteId, Arc<ServedSite>>>>);

impl Sites {
    /// The site of that id.
    pub fn get(&self, id: &SiteId) -> Option<Arc<ServedSite>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// All of them, by id.
    pub fn all(&self) -> Vec<Arc<ServedSite>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Serves these sites from now on.
    pub fn replace(&self, sites: Vec<Arc<ServedSite>>) {
        let sites = sites.into_iter().map(|site| (site.notice().site.clone(), site)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sites);
    }
}
