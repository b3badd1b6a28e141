//! `consent.js`: the loader with a site's settings, its style and the first
//! layer of its main language.

use super::assets::Assets;
use super::body::Body;
use super::pages::banner;
use constat_shared::{Category, Palette, PublishedNotice, Vendor, cookie};
use serde_json::{Value, json};

/// What stands in the loader where a site's settings belong.
const PLACEHOLDER: &str = "__CONSTAT_SETTINGS__";

/// The script of a notice, whose style is `css`.
pub fn consent_js(notice: &PublishedNotice, css: &str, assets: &Assets) -> Body {
    let script = assets.loader.replace(PLACEHOLDER, &settings(notice, css, assets));
    Body::new("text/javascript; charset=utf-8", script.into_bytes())
}

/// The settings of the loader; `www/loader/state.js` and the other parts read exactly these.
fn settings(notice: &PublishedNotice, css: &str, assets: &Assets) -> String {
    let digit = |on| if on { '1' } else { '0' };
    let used: String = Category::ALL.map(|id| digit(notice.category(id).is_some())).into_iter().collect();
    let exempt: String = Category::ALL.map(|id| digit(notice.is_exempt(id))).into_iter().collect();
    let settings = json!({
        "site": notice.site,
        "notice": notice.notice_hash(),
        "terms": cookie::terms_prefix(notice.terms_hash()),
        "months": notice.lifetimes.choice(),
        "used": used,
        "exempt": exempt,
        "vendors": notice.vendors.iter().map(vendor).collect::<Vec<_>>(),
        "languages": notice.languages,
        "banner": notice.view(notice.main_language()).map(banner),
        "css": css,
        "js": assets.widget_js,
    });
    settings.to_string()
}

fn vendor(vendor: &Vendor) -> Value {
    // What it leaves on the site's own domain, where a withdrawal can remove it.
    let own = vendor.cookies.iter().filter(|cookie| cookie.first_party);
    let names: Vec<_> = own.map(|cookie| cookie.name.as_str()).collect();
    json!([vendor.id, vendor.category.index(), vendor.name, vendor.policy_url, names])
}

/// The style of the first layer, in the colours of a notice.
pub fn css(notice: &PublishedNotice) -> String {
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
