//! What a vendor stores in the browser.

use super::known::{Known, join};
use super::purposes;
use crate::site::file::report::{Fault, Report, hint};
use crate::site::file::schema::{CookieFile, VendorFile};
use crate::site::file::values;
use constat_shared::notice::Cookie;
use constat_shared::{Purposes, Storage};

/// The catalogue's cookies with the file's overrides, then the file's own.
pub fn check(at: &str, file: &VendorFile, known: &Known<'_>, report: &mut Report) -> Vec<Cookie> {
    let declared = known.base.map(|vendor| vendor.cookies.as_slice()).unwrap_or_default();
    let mut cookies = Vec::new();
    for base in declared {
        let key = join(at, &format!("cookies.{}", base.name));
        match file.cookies.get(&base.name) {
            Some(given) => {
                cookies.extend(cookie(&key, &base.name, given, Some(base), known.purposes, report))
            }
            None => cookies.push(base.clone()),
        }
    }
    let is_declared = |name: &str| declared.iter().any(|cookie| cookie.name == name);
    for (name, given) in file.cookies.iter().filter(|(name, _)| !is_declared(name)) {
        let key = join(at, &format!("cookies.{name}"));
        if known.base.is_some() && !complete(given) {
            let otherwise = "To add a cookie to the catalogue's, write all of duration_days, purpose, storage \
                             and first_party";
            let remedy = hint(name, declared.iter().map(|cookie| cookie.name.as_str()), otherwise);
            report.add(&key, format!("the catalogue has no cookie `{name}` of this vendor"), remedy);
            continue;
        }
        cookies.extend(cookie(&key, name, given, None, known.purposes, report));
    }
    cookies
}

fn complete(file: &CookieFile) -> bool {
    let given = [file.duration_days.is_some(), file.purpose.is_some(), file.storage.is_some()];
    given == [true; 3] && file.first_party.is_some()
}

fn cookie(
    key: &str,
    name: &str,
    file: &CookieFile,
    base: Option<&Cookie>,
    known: &Purposes,
    report: &mut Report,
) -> Option<Cookie> {
    let name = report.take(key, cookie_name(name));
    let remedy = "Write how many days it lives, rounded up, and 0 for the browser session";
    let days = base.map(|cookie| cookie.duration_days);
    let days = report.field(&format!("{key}.duration_days"), file.duration_days, days, remedy, values::days);
    let purpose = base.map(|cookie| cookie.purpose.clone());
    let one = |id: &str| purposes::one(id, known);
    let remedy = "Name what it is for";
    let purpose = report.field(&format!("{key}.purpose"), file.purpose.as_deref(), purpose, remedy, one);
    let storage = Some(base.map_or(Storage::Cookie, |cookie| cookie.storage));
    let storage =
        report.field(&format!("{key}.storage"), file.storage.as_deref(), storage, "", values::storage);
    let first_party = file.first_party.or(base.map(|cookie| cookie.first_party)).unwrap_or_default();
    Some(Cookie { name: name?, duration_days: days?, purpose: purpose?, storage: storage?, first_party })
}

/// A `*` stands for any ending, so it can only be the last character.
pub fn cookie_name(name: &str) -> Result<String, Fault> {
    const CHARS_MAX: usize = 100;
    let fixed = name.strip_suffix('*').unwrap_or(name);
    let printable = fixed.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '*');
    if printable && !fixed.is_empty() && name.chars().count() <= CHARS_MAX {
        return Ok(name.to_owned());
    }
    let remedy =
        format!("Write it without spaces, with a * only at the end, in at most {CHARS_MAX} characters");
    Err(Fault::new(format!("`{name}` is not the name of a cookie"), remedy))
}
