//! A site as it is served: everything about it made beforehand, from its notice.

use crate::assets::Assets;
use crate::body::Body;
use crate::site::Site;
use constat_shared::notice::Palette;
use constat_shared::{
    Category, Hash, Language, NoticeView, PublishedNotice, SiteId, TextKey, Vendor, cookie,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A site's notice and every body made from it.
pub struct ServedSite {
    /// Its notice and origins.
    pub site: Site,
    /// The loader with the site's settings.
    pub consent_js: Body,
    /// By language.
    pub pages: BTreeMap<Language, Pages>,
    /// SHA-256 of every file that shows the notice, by name.
    pub files: BTreeMap<String, Hash>,
}

/// What a notice gives in one language.
pub struct Pages {
    /// The first layer as HTML and the loader's own texts, as JSON.
    pub banner: Body,
    /// The notice, as JSON.
    pub notice: Body,
    /// The vendors by category, as JSON.
    pub vendors: Body,
}

impl ServedSite {
    /// Renders a site.
    pub fn new(site: Site, assets: &Assets) -> ServedSite {
        let notice = &site.notice;
        let consent_js = Body::new("text/javascript; charset=utf-8", consent_js(notice, assets).into_bytes());
        let pages = notice
            .languages
            .iter()
            .filter_map(|language| Some((*language, Pages::new(notice, *language, Body::new)?)));
        let pages = pages.collect();
        ServedSite { files: files(notice, &consent_js, assets), pages, consent_js, site }
    }

    /// The notice visitors are shown now.
    pub fn notice(&self) -> &PublishedNotice {
        &self.site.notice
    }
}

impl Pages {
    /// Renders a notice in a language into bodies, or nothing when it does not speak it.
    pub fn new(
        notice: &PublishedNotice,
        language: Language,
        body: fn(&'static str, Vec<u8>) -> Body,
    ) -> Option<Pages> {
        let view = notice.view(language)?;
        let vendors = json!({
            "site": view.site, "notice_hash": view.notice_hash, "language": language, "categories": view.categories,
        });
        let json = |value: Value| body("application/json", value.to_string().into_bytes());
        Some(Pages { notice: json(json!(view)), vendors: json(vendors), banner: json(banner(view)) })
    }
}

fn files(notice: &PublishedNotice, consent_js: &Body, assets: &Assets) -> BTreeMap<String, Hash> {
    let widget = assets.files.iter().map(|(name, body)| (name.clone(), body.hash()));
    // The styles travel inside the loader and the widget.
    let inside = [
        ("consent.js", consent_js.hash()),
        ("first_layer.css", Hash::of(css(notice).as_bytes())),
        ("configuration.css", Hash::of(constat_widget::CONFIGURATION_CSS.as_bytes())),
    ];
    widget.chain(inside.map(|(name, hash)| (name.to_owned(), hash))).collect()
}

fn consent_js(notice: &PublishedNotice, assets: &Assets) -> String {
    let settings = settings(notice, assets).to_string();
    assets.loader.replace("__CONSTAT_SETTINGS__", &settings)
}

/// What the loader needs to know; `www/loader.js` reads exactly these.
fn settings(notice: &PublishedNotice, assets: &Assets) -> Value {
    let digit = |on| if on { '1' } else { '0' };
    let used: String = Category::ALL.map(|id| digit(notice.category(id).is_some())).into_iter().collect();
    let exempt: String = Category::ALL.map(|id| digit(notice.is_exempt(id))).into_iter().collect();
    json!({
        "site": notice.site,
        "notice": notice.notice_hash(),
        "terms": cookie::terms_prefix(notice.terms_hash()),
        "months": notice.lifetimes.choice(),
        "used": used,
        "exempt": exempt,
        "vendors": notice.vendors.iter().map(vendor).collect::<Vec<_>>(),
        "languages": notice.languages,
        "banner": notice.view(notice.main_language()).map(banner),
        "css": css(notice),
        "js": assets.widget_js,
    })
}

/// The first layer, and the loader's own texts in the order it knows them by.
fn banner(view: NoticeView) -> Value {
    let texts = [
        TextKey::ManageCookies,
        TextKey::Saved,
        TextKey::PlaceholderText,
        TextKey::PlaceholderAllow,
        TextKey::PolicyLink,
    ];
    let texts = texts.map(|key| view.texts.get(key).to_owned());
    json!({ "texts": texts, "html": constat_widget::first_layer_html(view) })
}

fn vendor(vendor: &Vendor) -> Value {
    // What it leaves on the site's own domain, where a withdrawal can remove it.
    let own = vendor.cookies.iter().filter(|cookie| cookie.first_party);
    let names: Vec<_> = own.map(|cookie| cookie.name.as_str()).collect();
    json!([vendor.id, vendor.category.index(), vendor.name, vendor.policy_url, names])
}

fn css(notice: &PublishedNotice) -> String {
    let (light, dark) = (palette(&notice.theme.light), palette(&notice.theme.dark));
    let rules = constat_widget::FIRST_LAYER_CSS;
    let css = format!(":host{{{light}}}@media(prefers-color-scheme:dark){{:host{{{dark}}}}}{rules}");
    let short = minifier::css::minify(&css).map_or_else(|_| css.clone(), |short| short.to_string());
    short.replace(";}", "}")
}

fn palette(palette: &Palette) -> String {
    let Palette { background, text, button, button_text } = palette;
    format!("--background:{background};--text:{text};--button:{button};--button-text:{button_text};")
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
