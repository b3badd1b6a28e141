//! What a vendor stores in the browser.

use super::known::{Known, KnownCookie, join};
use super::purposes;
use crate::site::file::report::{Fault, Report, hint};
use crate::site::file::schema::{CookieFile, VendorFile};
use crate::site::file::values;
use constat_shared::notice::Cookie;
use constat_shared::{Purposes, Storage};
use std::collections::BTreeMap;

/// The catalogue's cookies with the file's overrides, then the file's own.
pub fn check(at: &str, file: &VendorFile, known: &Known<'_>, report: &mut Report) -> Vec<Cookie> {
    let of_catalogue = known.base.map(|vendor| vendor.cookies.as_deref());
    if of_catalogue == Some(None) && file.cookies.is_none() {
        let remedy = "The catalogue does not say what it stores: write a table [vendors.cookies.NAME] for each \
                      cookie, or an empty [vendors.cookies] if it stores nothing";
        report.add(&join(at, "cookies"), "it is missing", remedy);
    }
    let given = given(at, file, report);
    let declared = of_catalogue.flatten().unwrap_or_default().iter();
    let declared: Vec<_> =
        declared.filter(|cookie| cookie.is_default || given.contains_key(&cookie.name)).collect();
    let mut cookies = Vec::new();
    for base in &declared {
        let (written, file) = given.get(&base.name).copied().unwrap_or((&base.name, &NOTHING));
        let key = join(at, &format!("cookies.{written}"));
        cookies.extend(cookie(&key, &base.name, file, Some(base), known.purposes, report));
    }
    let is_declared = |name: &str| declared.iter().any(|cookie| cookie.name == name);
    for (name, (written, file)) in given.iter().filter(|(name, _)| !is_declared(name)) {
        let key = join(at, &format!("cookies.{written}"));
        if known.base.is_some() && !complete(file) {
            let otherwise = "To add a cookie to the catalogue's, write all of duration_days, purpose, storage \
                             and first_party";
            let remedy = hint(name, declared.iter().map(|cookie| cookie.name.as_str()), otherwise);
            report.add(&key, format!("the catalogue has no cookie `{written}` of this vendor"), remedy);
            continue;
        }
        cookies.extend(cookie(&key, name, file, None, known.purposes, report));
    }
    cookies
}

/// What a file without a table for a cookie says of it.
static NOTHING: CookieFile = CookieFile {
    duration_days: None,
    purpose: None,
    storage: None,
    first_party: None,
    http_only: None,
    path: None,
    partitioned: None,
};

/// The tables of a file by the pattern of the name, each with the name as it is written.
fn given<'a>(
    at: &str,
    file: &'a VendorFile,
    report: &mut Report,
) -> BTreeMap<String, (&'a String, &'a CookieFile)> {
    let mut given = BTreeMap::new();
    for (written, table) in file.cookies.iter().flatten() {
        let key = join(at, &format!("cookies.{written}"));
        let Some(pattern) = report.take(&key, cookie_name(written)) else { continue };
        if given.insert(pattern, (written, &**table)).is_some() {
            report.add(&key, "the cookie is there twice", "Join the two tables");
        }
    }
    given
}

fn complete(file: &CookieFile) -> bool {
    let given = [file.duration_days.is_some(), file.purpose.is_some(), file.storage.is_some()];
    given == [true; 3] && file.first_party.is_some()
}

fn cookie(
    key: &str,
    name: &str,
    file: &CookieFile,
    base: Option<&KnownCookie>,
    known: &Purposes,
    report: &mut Report,
) -> Option<Cookie> {
    let remedy = "Write how many days it lives, rounded up, and 0 for the browser session";
    let days = base.and_then(|cookie| cookie.duration_days);
    let days = report.field(&format!("{key}.duration_days"), file.duration_days, days, remedy, values::days);
    let purpose = base.and_then(|cookie| cookie.purpose.clone());
    let one = |id: &str| purposes::one(id, known);
    let remedy = "Name what it is for";
    let purpose = report.field(&format!("{key}.purpose"), file.purpose.as_deref(), purpose, remedy, one);
    let storage = Some(base.map_or(Storage::Cookie, |cookie| cookie.storage));
    let storage =
        report.field(&format!("{key}.storage"), file.storage.as_deref(), storage, "", values::storage);
    let first_party = file.first_party.or(base.map(|cookie| cookie.first_party)).unwrap_or_default();
    Some(Cookie {
        name: name.to_owned(),
        duration_days: days?,
        purpose: purpose?,
        storage: storage?,
        first_party,
    })
}

/// The name of a cookie, with one `*` in the place of what varies: as that, or as a word in braces such as
/// `_hjSession_{id}`. It can mean neither every cookie nor one of Constat's own.
pub fn cookie_name(name: &str) -> Result<String, Fault> {
    const CHARS_MAX: usize = 100;
    let remedy = format!(
        "Write it without spaces, with at most one * or {{word}} for what varies, in at most {CHARS_MAX} characters"
    );
    let fault = |remedy: &str| Err(Fault::new(format!("`{name}` is not the name of a cookie"), remedy));
    let pattern = match (name.split_once('{'), name.split_once('}')) {
        (Some((start, _)), Some((_, end))) if start.len() + end.len() + 2 < name.len() => {
            format!("{start}*{end}")
        }
        _ => name.to_owned(),
    };
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '{' | '}');
    let stars = pattern.matches('*').count();
    if pattern.is_empty() || !pattern.chars().all(plain) || stars > 1 || pattern.chars().count() > CHARS_MAX {
        return fault(&remedy);
    }
    let start = pattern.split('*').next().unwrap_or_default();
    if stars == 1 && start.is_empty() {
        return fault("Begin it with characters that do not vary");
    }
    if start.starts_with(OWN) || (stars == 1 && OWN.starts_with(start)) {
        return fault(&format!("Constat's own names begin with `{OWN}`: write one that cannot mean them"));
    }
    Ok(pattern)
}

/// How every name begins under which Constat itself keeps something in the browser.
const OWN: &str = "constat";
