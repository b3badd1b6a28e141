//! `/console/sites/{site}`: one site.

use super::account::site_name;
use super::notices::{SitePath, history, site_of};
use crate::access::audited;
use crate::access::error::Refusal;
use crate::clock;
use crate::http::console::answer::{refused, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{console, on_console};
use crate::http::console::view::frame::Section;
use crate::http::console::view::home::NoticeInForce;
use crate::http::console::view::site::{Expired, RefusedOrigin, Site};
use crate::http::console::who::{May, NoticesRead};
use crate::http::console::{moment, standing, zone};
use crate::jobs::retention;
use crate::proof::site_history;
use crate::telemetry;
use actix_web::{HttpRequest, HttpResponse};

/// Shows it.
pub async fn get(may: May<NoticesRead>, request: HttpRequest, site: SitePath) -> HttpResponse {
    let session = may.session;
    let site = site_of(&site);
    let console = console(&request);
    let Some(served) = console.app.sites.get(&site) else {
        return refused(&request, Some(&session), &Refusal::SiteUnknown.into());
    };
    let own = site.clone();
    let read = on_console(&console, move |console, now| {
        let store = &*console.app.store;
        let logs = site_history::logs(store, console.app.keys.signing(), &own, now)?;
        let answered = store.answered(&own)?;
        let audits = audited::of_site(&console.access, &own, now)?;
        Ok((history(console, &own, now)?, logs, answered, audits, site_history::last_expired(store, &own)?))
    });
    let (history, logs, answered, audits, expired) = match read.await {
        Ok(read) => read,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let (zone, language, now) =
        (zone::of(&console, &site), shell::language(&request, &session), clock::now());
    let when = |at| moment::moment(at, &zone, language);
    let last = history.periods.len().checked_sub(1).map(|at| history.row(at, &zone, language));
    let pictures_count = last.as_ref().map_or(0, |row| row.pictures_count);
    let in_force = history.periods.last();
    let taken = in_force.and_then(|period| history.pictures.get(&period.notice_hash));
    let notice = last.map(|row| NoticeInForce {
        is_acknowledged: history.unacknowledged().is_none(),
        hash: row.hash,
        since: row.from,
    });
    let refused_origins = telemetry::unlisted_origins(&site).into_iter();
    let lifetimes = &served.notice().lifetimes;
    // In first-party mode it is below a prefix of the site's own host, by custom this one.
    let base = if served.site.first_party.is_some() { "/constat" } else { &console.public_url };
    let view = Site {
        shell: shell::of(&request, &session, Place::Site(Section::Site, site.clone())),
        site: site_name(&console, &site),
        tag: format!("<script async src=\"{base}/v1/sites/{site}/consent.js\"></script>"),
        first_answer_at: answered.map(|(first, _)| when(first)),
        last_answer_at: answered.map(|(_, last)| when(last)),
        origins: served.site.origins.clone(),
        refused_origins: refused_origins
            .map(|(origin, at)| RefusedOrigin { origin, last_at: when(at) })
            .collect(),
        notice,
        time_zone: served.site.time_zone.clone(),
        choice_months: lifetimes.choice().get().into(),
        proof_months: lifetimes.proof().get().into(),
        retention: standing::last_run(retention::last_run(), &zone, language, now),
        expired: expired.map(|expired| Expired { at: when(expired.at), records: expired.record_count }),
        log_months: logs.len() as u64,
        log_leaves: logs.iter().map(|log| log.head.size).sum(),
        audit: standing::audit(audits.first(), &zone, language, now),
        stamp: standing::stamps(&logs, served.site.timestamp_authority.is_some(), &zone, language),
        pictures: standing::pictures(taken, &zone, language),
        pictures_count,
    };
    screen(&view)
}
