//! `consent.js`: the loader with a site's settings, its style and the first
//! layer of its main language.

use super::assets::Assets;
use super::body::Body;
use super::pages::{Banner, view};
use super::tag_settings::{TagSettings, is_zero, optional};
use super::terms::{EarlierTerms, digits};
use crate::site::Site;
use constat_shared::{Hash, Language, Months, Notice, Palette, SiteId, Vendor, VendorId, cookie};
use serde::Serialize;

/// What stands in the loader where a site's settings belong.
const SETTINGS: &str = "__CONSTAT_SETTINGS__";

/// What stands in the loader where the optional parts of a site belong.
const OPTIONAL: &str = "__CONSTAT_OPTIONAL__";

/// The script of a site, whose style is `css`; `earlier` are its earlier terms, newest first.
pub fn consent_js(site: &Site, earlier: &[EarlierTerms], css: &str, assets: &Assets) -> Body {
    let optional: String =
        optional(site).into_iter().filter_map(|name| assets.optional.get(name)).cloned().collect();
    let script =
        assets.loader.replace(OPTIONAL, &optional).replace(SETTINGS, &settings(site, earlier, css, assets));
    Body::new("text/javascript; charset=utf-8", script.into_bytes())
}

/// The settings of the loader; `www/loader/state.js` and the other parts read
/// exactly these. A struct, because the order of its keys is then the same in
/// every build.
#[derive(Serialize)]
struct Settings<'a> {
    site: &'a SiteId,
    notice: Hash,
    terms: String,
    /// How many months a choice is kept.
    months: Months,
    /// A digit for each category: 1 when the site uses it.
    used: String,
    /// A digit for each category: 1 when it needs no consent.
    exempt: String,
    languages: &'a [Language],
    /// The name of the widget's script.
    js: &'a str,
    /// What stands in the names of the loader's parts.
    parts: &'a str,
    css: &'a str,
    banner: Option<Banner>,
    vendors: Vec<VendorSettings<'a>>,
    /// By which choices are read that were made under earlier terms, newest first.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    earlier: &'a [EarlierTerms],
    /// 1 when those who refused everything are asked again, too.
    #[serde(skip_serializing_if = "is_zero")]
    again: u8,
    /// The domain whose hosts share the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    /// What optional parts have to know.
    #[serde(flatten)]
    tags: TagSettings<'a>,
}

/// Id, number of the category, name, privacy policy, and what the vendor leaves on the site's own domain, where
/// the loader can remove it: the names as the alternatives of a regular expression of JavaScript.
type VendorSettings<'a> = (&'a VendorId, usize, &'a str, &'a str, String);

fn settings(site: &Site, earlier: &[EarlierTerms], css: &str, assets: &Assets) -> String {
    let notice = &site.notice;
    let settings = Settings {
        site: &notice.site,
        notice: notice.notice_hash(),
        terms: cookie::terms_prefix(notice.terms_hash()),
        months: notice.lifetimes.choice(),
        used: digits(|id| notice.category(id).is_some()),
        exempt: digits(|id| notice.is_exempt(id)),
        languages: &notice.languages,
        js: &assets.widget_js,
        parts: &assets.parts_hash,
        css,
        banner: view(notice, notice.main_language()).map(Banner::new),
        vendors: notice.vendors.iter().map(vendor).collect(),
        earlier,
        again: u8::from(site.ask_refusers_again),
        domain: site.first_party.as_ref().and_then(|mode| mode.cookie_domain.as_deref()),
        tags: TagSettings::new(site),
    };
    // Serialising text, numbers and lists does not fail.
    serde_json::to_string(&settings).unwrap_or_default()
}

fn vendor(vendor: &Vendor) -> VendorSettings<'_> {
    let own = vendor.cookies.iter().filter(|cookie| cookie.first_party);
    let names = own.map(|cookie| expression(&cookie.name)).collect::<Vec<_>>();
    // An empty class means no name at all.
    let names = if names.is_empty() { "[]".to_owned() } else { names.join("|") };
    (&vendor.id, vendor.category.index(), &vendor.name, &vendor.policy_url, names)
}

/// The expression of a name, in which a `*` stands for any characters.
fn expression(name: &str) -> String {
    let mut expression = String::new();
    for c in name.chars() {
        match c {
            '*' => expression.push_str(".*"),
            // Letters of any script stand for themselves.
            c if c.is_ascii_punctuation() && !matches!(c, '_' | '-') => expression.extend(['\\', c]),
            c => expression.push(c),
        }
    }
    expression
}

/// The style of the first layer, in the colours of a notice.
pub fn css(notice: &Notice) -> String {
    let (light, dark) = (palette(&notice.theme.light), palette(&notice.theme.dark));
    let rules = constat_widget::FIRST_LAYER_CSS;
    let of_signals = if notice.refusal_signals.is_empty() { "" } else { constat_widget::SIGNAL_CSS };
    let css =
        format!(":host{{{light}}}@media(prefers-color-scheme:dark){{:host{{{dark}}}}}{rules}{of_signals}");
    let short = minifier::css::minify(&css).map_or_else(|_| css.clone(), |short| short.to_string());
    short.replace(";}", "}")
}

fn palette(palette: &Palette) -> String {
    let Palette { background, text, button, button_text } = palette;
    let colors =
        [("background", background), ("text", text), ("button", button), ("button-text", button_text)];
    // The rules of a page count more than those of a shadow root on its host, but for important ones.
    colors.iter().map(|(name, color)| format!("--{name}:{color}!important;")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_itself_but_for_its_star() {
        for (name, expected) in [
            ("_ga_*", "_ga_.*"),
            ("mp_*_panel", "mp_.*_panel"),
            ("a.b-c|d$(e)[f]", r"a\.b-c\|d\$\(e\)\[f\]"),
            ("é\\/", r"é\\\/"),
        ] {
            assert_eq!(expression(name), expected, "{name}");
        }
    }
}
