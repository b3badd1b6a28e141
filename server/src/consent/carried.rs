//! What the consent cookie of a request allows, read as `www/loader/cookie.js` reads it.

use crate::render::site::ServedSite;
use constat_shared::{ConsentCookie, Timestamp, Vendor, cookie};

/// For each vendor of the site's notice, in its order, whether it may load: by the newest answer in these cookies,
/// which are pairs of name and value, or else only what is exempt.
pub fn allowed<'a>(
    cookies: impl Iterator<Item = (&'a str, &'a str)>,
    served: &ServedSite,
    now: Timestamp,
) -> Vec<bool> {
    let choice = newest(cookies, served, now).and_then(|answer| answer.choice(served));
    let notice = served.notice();
    choice.unwrap_or_else(|| notice.vendors.iter().map(|vendor| notice.is_exempt(vendor.category)).collect())
}

/// An answer, and whether it is in the cookie of version 1.
struct Answer {
    cookie: ConsentCookie,
    is_first: bool,
}

/// The newest answer that has not expired; one of version 1, which had the same name for every site, only where
/// there is no other.
fn newest<'a>(
    cookies: impl Iterator<Item = (&'a str, &'a str)>,
    served: &ServedSite,
    now: Timestamp,
) -> Option<Answer> {
    let own = served.notice().site.cookie_name();
    let mut newest: Option<Answer> = None;
    for (name, value) in cookies {
        let is_first = name == cookie::NAME_1;
        if !(is_first && value.starts_with("1.") || name == own && value.starts_with("2.")) {
            continue;
        }
        let Some(cookie) = ConsentCookie::decode(value).ok().filter(|cookie| now < cookie.expires()) else {
            continue;
        };
        let is_behind = newest
            .as_ref()
            .is_some_and(|known| (known.is_first, cookie.decided()) < (is_first, known.cookie.decided()));
        if !is_behind {
            newest = Some(Answer { cookie, is_first });
        }
    }
    newest
}

impl Answer {
    /// Which vendors it allows; none when it is void under the present terms.
    fn choice(&self, served: &ServedSite) -> Option<Vec<bool>> {
        let notice = served.notice();
        let is_same = self.cookie.is_under(&cookie::terms_prefix(notice.terms_hash()));
        let before = served.earlier.iter().find(|terms| self.cookie.is_under(terms.prefix()));
        let places = before.and_then(|terms| terms.places());
        // Where what came or changed since makes it void, a refusal of everything still holds. It allows what is
        // exempt, as no answer does.
        if !is_same && places.is_none() {
            return None;
        }
        let may = |(at, vendor): (usize, &Vendor)| {
            let place = places.map_or(Some(at), |places| places.get(at).copied());
            notice.is_exempt(vendor.category)
                || place.is_some_and(|place| self.cookie.vendor(place, vendor.category))
        };
        Some(notice.vendors.iter().enumerate().map(may).collect())
    }
}
