//! `/console/sites/{site}/notices`: every version, and which was in force on a day.

use crate::access::acknowledgement::{self, Acknowledgement as Kept};
use crate::access::error::{AccessError, Refusal};
use crate::access::permission::Permission;
use crate::http::console::answer::{refused, screen_as};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::notices::{Acknowledgement, NoticeRow, Notices, OnDay};
use crate::http::console::who::{May, NoticesRead};
use crate::http::console::{day, fault, moment, zone};
use crate::http::query;
use crate::proof::site_history::{self, Period};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::log::Snapshot;
use constat_shared::{Hash, Language, SiteId, Timestamp};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The most versions on the screen.
const ROWS_MAX: usize = 200;

/// What is known of the notices of a site.
pub struct History {
    /// When each was in force, oldest first.
    pub periods: Vec<Period>,
    /// Who has acknowledged which.
    pub acknowledged: BTreeMap<String, Kept>,
    /// The newest pictures of each.
    pub pictures: BTreeMap<Hash, Snapshot>,
}

/// Reads the history of a site.
///
/// # Errors
/// When the store fails.
pub fn history(console: &Console, site: &SiteId, now: Timestamp) -> Result<History, AccessError> {
    let store = &*console.app.store;
    let entries = site_history::entries(store, site)?;
    Ok(History {
        acknowledged: acknowledgement::of_site(&console.access, site, now)?,
        periods: site_history::periods(store, site, &entries)?,
        pictures: site_history::pictures(entries),
    })
}

impl History {
    /// A period as a row.
    pub fn row(&self, at: usize, zone: &TimeZone, language: Language) -> NoticeRow {
        let period = &self.periods[at];
        let hash = period.notice_hash;
        let before = at.checked_sub(1).map(|at| &self.periods[at]);
        let when = |at: Timestamp| moment::moment(at, zone, language);
        NoticeRow {
            hash: hash.to_string(),
            from: when(period.from),
            until: period.until.map(when),
            has_new_terms: before.is_none_or(|before| before.terms_hash != period.terms_hash),
            before: before.map(|before| before.notice_hash.to_string()),
            acknowledged: self.acknowledged.get(&hash.to_string()).map(|kept| shown(kept, zone, language)),
            pictures_count: self.pictures.get(&hash).map_or(0, |pictures| pictures.images.len() as u64),
        }
    }

    /// The newest period of a notice.
    pub fn place(&self, hash: &Hash) -> Option<usize> {
        self.periods.iter().rposition(|period| period.notice_hash == *hash)
    }

    /// The notice in force, when its terms are new and no data protection officer has acknowledged them.
    pub fn unacknowledged(&self) -> Option<usize> {
        let last = self.periods.len().checked_sub(1)?;
        let terms = self.periods[last].terms_hash?;
        let has_terms = |period: &&Period| period.terms_hash == Some(terms);
        let is_known = |period: &Period| self.acknowledged.contains_key(&period.notice_hash.to_string());
        // Since the terms are these: an acknowledgement of an earlier wording counts.
        let same = self.periods.iter().rev().take_while(has_terms);
        (!same.clone().any(is_known)).then(|| last + 1 - same.count())
    }
}

/// An acknowledgement as it is shown.
pub fn shown(kept: &Kept, zone: &TimeZone, language: Language) -> Acknowledgement {
    Acknowledgement { by: kept.who.clone(), at: moment::moment(kept.at, zone, language) }
}

/// Shows them.
pub async fn get(may: May<NoticesRead>, request: HttpRequest, site: SitePath) -> HttpResponse {
    let session = may.session;
    let site = site_of(&site);
    let console = console(&request);
    let own = site.clone();
    let history = match on_console(&console, move |console, now| history(console, &own, now)).await {
        Ok(history) => history,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let (zone, language) = (zone::of(&console, &site), shell::language(&request, &session));
    let on = query::value(&request, "on").unwrap_or_default().trim().to_owned();
    let shell = shell::of(&request, &session, Place::Site(Section::Notices, site.clone()));
    let (on_day, errors) = match (&*on, day::in_zone(&on, &zone)) {
        ("", _) => (OnDay::NotAsked, Errors::default()),
        (_, None) => (OnDay::NotAsked, fault::one("on", &shell.t.errors.day_malformed)),
        (_, Some(bounds)) => (in_force(&history, &on, bounds, &zone, language), Errors::default()),
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let count = history.periods.len();
    let rows = (0..count).rev().take(ROWS_MAX).map(|at| history.row(at, &zone, language));
    let view = Notices {
        site: super::account::site_name(&console, &site),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        shell,
        on,
        on_day,
        notices: rows.collect(),
        is_cut: count > ROWS_MAX,
        errors,
    };
    screen_as(status, &view)
}

fn in_force(
    history: &History,
    on: &str,
    (start, end): (Timestamp, Timestamp),
    zone: &TimeZone,
    language: Language,
) -> OnDay {
    let day = day::parse(on).map_or_else(|| on.to_owned(), |date| moment::day(date, language));
    let is_in_force = |period: &Period| period.from < end && period.until.is_none_or(|until| until > start);
    let places: Vec<_> = (0..history.periods.len()).filter(|at| is_in_force(&history.periods[*at])).collect();
    if places.is_empty() {
        let first_at = history.periods.first().map(|first| moment::moment(first.from, zone, language));
        return OnDay::None { day, first_at };
    }
    OnDay::InForce { day, notices: places.into_iter().map(|at| history.row(at, zone, language)).collect() }
}

/// The site of an address, as it stands there: as an argument, a site would be refused before the permission is.
pub type SitePath = actix_web::web::Path<String>;

/// The site of an address for which a permission was checked.
pub fn site_of(text: &str) -> SiteId {
    SiteId::parse(text).expect("a permission was asked for it")
}

/// The hash of an address.
pub fn hash_of(text: &str) -> Result<Hash, AccessError> {
    Hash::parse(text).map_err(|_| Refusal::SiteUnknown.into())
}

/// Whether somebody may acknowledge a notice of a site.
pub fn may_acknowledge(session: &crate::http::console::signed::Session, site: &SiteId) -> bool {
    session.principal().require(Permission::NoticesAcknowledge, site).is_ok()
}
