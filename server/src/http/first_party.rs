//! First-party mode: the answer to a page on the site's own host sets the consent cookie there. Safari keeps
//! what a script has written for 7 days, and what the host's own server has set for as long as that says
//! (`docs/decisions/0078-response-sets-the-cookie.md`).

use super::request_head::{cookies, host, only};
use crate::site::{HiddenCookie, Site};
use actix_web::cookie::time::{Duration, OffsetDateTime};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HeaderMap, ORIGIN, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponseBuilder};
use constat_public_suffix::registrable;
use constat_shared::{ConsentCookie, ConsentId, Notice, Record, Timestamp, VendorId, cookie};
use url::Url;

/// The most domains for which one cookie is deleted: the registrable one, and the next ones below it.
const DOMAINS_MAX: usize = 3;

/// The host of a page of the site, through which the request came.
pub struct OwnHost<'a> {
    site: &'a Site,
    name: String,
    is_secure: bool,
    /// The consent cookies that the request carries, by their names.
    carried: Vec<(String, ConsentCookie)>,
}

impl<'a> OwnHost<'a> {
    /// The host, where a page of a site in first-party mode asks at its own host. `Host` and `Origin` are the
    /// browser's own words; what a proxy says of them in other fields is not believed.
    pub fn of(request: &HttpRequest, site: &'a Site) -> Option<OwnHost<'a>> {
        site.first_party.as_ref()?;
        let origin = only(request.headers(), &ORIGIN).filter(|origin| site.allows_origin(origin))?;
        let origin = Url::parse(origin).ok()?;
        let name = origin.host_str()?;
        let asked = host(request.headers())?;
        asked.host().eq_ignore_ascii_case(name).then(|| OwnHost {
            site,
            name: name.to_owned(),
            is_secure: origin.scheme() == "https",
            carried: carried(request.headers(), site),
        })
    }

    /// Has the browser keep the choice of a record, made by `notice`, until it ends, and forget the cookies of
    /// refused vendors that a page cannot remove. Nothing when the choice has ended, or the browser has a later one.
    pub fn keep(&self, response: &mut HttpResponseBuilder, record: &Record, notice: &Notice, now: Timestamp) {
        let choice = ConsentCookie::of(record, notice);
        let left_s = (choice.expires().unix_ms() - now.unix_ms()).div_euclid(1000);
        let is_later =
            |carried: &ConsentCookie| carried.event_id > choice.event_id && now < carried.expires();
        if left_s <= 0 || self.carried.iter().any(|(_, carried)| is_later(carried)) {
            return;
        }
        let (name, domain) = (self.site.notice.site.cookie_name(), self.cookie_domain());
        let mut cookie = self.cookie(&name, choice.encode(), domain);
        let ends_s = choice.expires().unix_ms().div_euclid(1000);
        cookie.set_expires(OffsetDateTime::from_unix_timestamp(ends_s).ok());
        cookie.set_max_age(Duration::seconds(left_s));
        add(response, &cookie.to_string());
        if domain.is_some() {
            // What the host had alone, before the domain was named.
            add(response, &self.end(&name, None));
        }
        self.forget_vendors(response, |vendor| record.vendors.get(vendor) == Some(&true));
    }

    /// Has the browser forget the choice of an erased consent id, and what vendors left. A choice of another
    /// consent id stays.
    pub fn forget(&self, response: &mut HttpResponseBuilder, consent_id: &ConsentId) {
        let name = self.site.notice.site.cookie_name();
        let of_another =
            |carried: &(String, ConsentCookie)| carried.0 == name && carried.1.consent_id != *consent_id;
        if self.carried.iter().any(of_another) {
            return;
        }
        // Version 1 had one name for every site of a host.
        let is_of_version_1 = |carried: &(String, ConsentCookie)| {
            carried.0 == cookie::NAME_1 && carried.1.consent_id == *consent_id
        };
        let version_1 = self.carried.iter().any(is_of_version_1).then(|| cookie::NAME_1.to_owned());
        for name in std::iter::once(name).chain(version_1) {
            for domain in self.domains() {
                add(response, &self.end(&name, domain));
            }
        }
        self.forget_vendors(response, |_| false);
    }

    /// Deletes the cookies that a page cannot remove, of each vendor that is neither allowed nor exempt. Two
    /// vendors may share a cookie.
    fn forget_vendors(&self, response: &mut HttpResponseBuilder, allowed: impl Fn(&VendorId) -> bool) {
        let notice = &self.site.notice;
        let may = |id: &VendorId| {
            allowed(id) || notice.vendor(id).is_some_and(|vendor| notice.is_exempt(vendor.category))
        };
        let is_kept = |name: &str| {
            let vendors = notice.vendors.iter().filter(|vendor| may(&vendor.id));
            vendors.flat_map(|vendor| &vendor.cookies).any(|cookie| cookie.is_named(name))
        };
        let hidden = self.site.hidden_cookies.iter().filter(|cookie| !cookie.is_pattern());
        for cookie in hidden.filter(|cookie| !may(&cookie.vendor) && !is_kept(&cookie.name)) {
            for domain in self.domains() {
                add(response, &self.end_hidden(cookie, domain));
            }
        }
    }

    fn cookie_domain(&self) -> Option<&'a str> {
        self.site.first_party.as_ref().and_then(|mode| mode.cookie_domain.as_deref())
    }

    /// The domains for which the host may have cookies; none for the host alone.
    fn domains(&self) -> Vec<Option<&str>> {
        let above = domains(&self.name);
        let shared = self.cookie_domain().filter(|domain| !above.contains(domain));
        std::iter::once(None).chain(above.into_iter().chain(shared).map(Some)).collect()
    }

    /// A cookie with the attributes with which `www/loader/cookie.js` writes it.
    fn cookie(&self, name: &str, value: String, domain: Option<&str>) -> Cookie<'static> {
        let mut cookie = Cookie::build(name.to_owned(), value)
            .path("/")
            .same_site(SameSite::Lax)
            .secure(self.is_secure)
            .finish();
        if let Some(domain) = domain {
            cookie.set_domain(domain.to_owned());
        }
        cookie
    }

    fn end(&self, name: &str, domain: Option<&str>) -> String {
        let mut cookie = self.cookie(name, String::new(), domain);
        cookie.set_max_age(Duration::ZERO);
        cookie.to_string()
    }

    fn end_hidden(&self, hidden: &HiddenCookie, domain: Option<&str>) -> String {
        let mut cookie = self.cookie(&hidden.name, String::new(), domain);
        cookie.set_max_age(Duration::ZERO);
        cookie.set_path(hidden.path.clone());
        if !hidden.partitioned {
            return cookie.to_string();
        }
        cookie.set_same_site(SameSite::None);
        cookie.set_secure(true);
        format!("{cookie}; Partitioned")
    }
}

/// The consent cookies of a request. Whatever else is in it is passed over.
fn carried(headers: &HeaderMap, site: &Site) -> Vec<(String, ConsentCookie)> {
    let names = [site.notice.site.cookie_name(), cookie::NAME_1.to_owned()];
    let known = cookies(headers).filter(|(name, _)| names.iter().any(|known| known == name));
    known.filter_map(|(name, value)| Some((name.to_owned(), ConsentCookie::decode(value).ok()?))).collect()
}

/// The domains for which a host may have cookies, the registrable one first; none for an address and for a
/// public suffix.
fn domains(host: &str) -> Vec<&str> {
    let Some(root) = registrable(host) else { return Vec::new() };
    let ends = host.rmatch_indices('.').map(|(dot, _)| &host[dot + 1..]).chain([host]);
    ends.filter(|end| end.len() >= root.len()).take(DOMAINS_MAX).collect()
}

fn add(response: &mut HttpResponseBuilder, cookie: &str) {
    response.append_header((SET_COOKIE, cookie));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_cookies_for_itself_and_the_domains_above_it_down_to_the_registrable_one() {
        assert_eq!(domains("www.helvia.example"), ["helvia.example", "www.helvia.example"]);
        assert_eq!(domains("helvia.co.uk"), ["helvia.co.uk"]);
        assert_eq!(
            domains("a.b.c.helvia.example"),
            ["helvia.example", "c.helvia.example", "b.c.helvia.example"]
        );
        for none in ["localhost", "127.0.0.1", "[::1]", "co.uk", "github.io"] {
            assert!(domains(none).is_empty(), "{none}");
        }
    }
}
