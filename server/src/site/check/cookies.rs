//! What a vendor stores in the browser.

use super::super::error::{Fault, Report, hint};
use super::super::file::{CookieFile, VendorFile};
use super::super::forms;
use super::purposes;
use super::vendors::{Known, join};
use constat_shared::vendor::{Cookie, Purposes, Storage};

/// The catalogue's cookies with the file's overrides, then the file's own.
pub(super) fn check(at: &str, file: &VendorFile, known: &Known<'_>, report: &mut Report) -> Vec<Cookie> {
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
    let said = [file.duration_days.is_some(), file.purpose.is_some(), file.storage.is_some()];
    said == [true; 3] && file.first_party.is_some()
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
    let days = report.field(&format!("{key}.duration_days"), file.duration_days, days, remedy, forms::days);
    let purpose = base.map(|cookie| cookie.purpose.clone());
    let one = |id: &str| purposes::one(id, known);
    let remedy = "Name what it is for";
    let purpose = report.field(&format!("{key}.purpose"), file.purpose.as_deref(), purpose, remedy, one);
    let storage = Some(base.map_or(Storage::Cookie, |cookie| cookie.storage));
    let storage =
        report.field(&format!("{key}.storage"), file.storage.as_deref(), storage, "", forms::storage);
    let first_party = file.first_party.or(base.map(|cookie| cookie.first_party)).unwrap_or_default();
    Some(Cookie { name: name?, duration_days: days?, purpose: purpose?, storage: storage?, first_party })
}

/// A `*` stands for any ending, so it can only be the last character.
fn cookie_name(name: &str) -> Result<String, Fault> {
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

#[cfg(test)]
mod tests {
    use super::super::super::sample::{changed, faults, site};
    use super::cookie_name;
    use constat_shared::VendorId;

    #[test]
    fn an_override_of_an_unknown_cookie_must_be_a_whole_cookie() {
        let errors = faults(&changed(
            "id = \"counter\"",
            "id = \"counter\"\n[vendors.cookies._coun]\nduration_days = 1",
        ));
        assert_eq!((errors.len(), errors[0].key.as_str()), (1, "vendors.counter.cookies._coun"));
        assert!(
            errors[0].line.is_some() && errors[0].remedy.starts_with("Did you mean `_count`?"),
            "{}",
            errors[0]
        );
        let whole = "id = \"counter\"\n[vendors.cookies.more]\nduration_days = 1\npurpose = \"counting\"\n\
                     storage = \"local_storage\"\nfirst_party = true";
        let notice = site(&changed("id = \"counter\"", whole)).notice;
        let counter = notice.vendor(&VendorId::parse("counter").unwrap()).unwrap();
        let names: Vec<_> = counter.cookies.iter().map(|cookie| cookie.name.as_str()).collect();
        assert_eq!(names, ["_count", "more"]);
    }

    #[test]
    fn a_star_is_only_at_the_end_of_a_cookies_name() {
        for good in ["_ga", "_ga_*", "s_ecid"] {
            assert!(cookie_name(good).is_ok(), "{good}");
        }
        for bad in ["", "*", "a b", "a*b", "a**"] {
            assert!(cookie_name(bad).is_err(), "{bad}");
        }
    }
}
