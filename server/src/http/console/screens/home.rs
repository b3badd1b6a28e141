//! `/console/`: what waits, and the sites.

use super::account::site_of;
use super::notices::history;
use super::records::searched;
use crate::access::audited;
use crate::access::error::{AccessError, Refusal};
use crate::access::news::{self, News};
use crate::access::permission::Permission;
use crate::access::principal::Principal;
use crate::http::console::answer::{refused, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::check::{Check, Standing};
use crate::http::console::view::frame::{Section, SiteName};
use crate::http::console::view::home::{Home, NoticeInForce, SiteRow, Wait};
use crate::http::console::view::notices::NoticeRow;
use crate::http::console::who::Person;
use crate::http::console::{difference, moment, standing, zone};
use crate::proof::site_history;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, SiteId, Timestamp};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The most sites on the screen.
const SITES_MAX: usize = 200;
/// The most things that wait.
const WAITS_MAX: usize = 50;

/// Shows it.
pub async fn get(Person(session): Person, request: HttpRequest) -> HttpResponse {
    let console = console(&request);
    let session = Arc::new(session);
    let own = Arc::clone(&session);
    let language = shell::language(&request, &session);
    let read = on_console(&console, move |console, now| {
        let seen = shell::seen(console, own.principal()).into_iter().take(SITES_MAX);
        let sites = seen.map(|site| site_state(console, own.principal(), site, language, now));
        let sites = sites.collect::<Result<Vec<_>, _>>()?;
        let reads_trail = own.principal().may_anywhere(Permission::AuditTrailRead);
        let trail = if reads_trail { audited::of_trail(&console.access, now)? } else { None };
        Ok((news::of(&console.access, &own.signed_in.account, now)?, sites, trail))
    });
    let (news, sites, trail) = match read.await {
        Ok(read) => read,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let when = |at: Timestamp| moment::moment(at, &TimeZone::UTC, language);
    let own_email = session.signed_in.account.email.clone();
    let waits = news.into_iter().map(|item| match item {
        News::OwnRole { role, site, at, by } => Wait::RoleGiven {
            email: own_email.clone(),
            role: role.to_string(),
            site: site_of(&console, &site),
            given_by: by,
            at: when(at),
        },
        News::NewDpo { email, site, at, by } => Wait::RoleGiven {
            email,
            role: "dpo".to_owned(),
            site: site_of(&console, &site),
            given_by: by,
            at: when(at),
        },
        News::RecordToken { name, at, by } => Wait::TokenMade { name, made_by: by, at: when(at) },
    });
    let mut rows = Vec::new();
    let failed = trail.and_then(|trail| Some((trail.at, difference::sentence(&trail, language)?)));
    let mut waiting: Vec<Wait> =
        failed.into_iter().map(|(at, finding)| Wait::TrailFailed { at: when(at), finding }).collect();
    for site in sites {
        waiting.extend(waits_of(&site));
        rows.push(site.row);
    }
    waiting.extend(waits);
    waiting.truncate(WAITS_MAX);
    let view = Home {
        shell: shell::of(&request, &session, Place::Of(Section::Home)),
        waits: waiting,
        searched: searched(&console, &session),
        sites: rows,
    };
    screen(&view)
}

/// A site on the screen, and what its row does not show.
struct SiteState {
    row: SiteRow,
    /// The notice whose terms no data protection officer has acknowledged.
    unacknowledged: Option<NoticeRow>,
    may_acknowledge: bool,
    reads_log: bool,
    /// Whether there is a log that the reader may see: without one nothing is to be stamped.
    has_log: bool,
}

fn site_state(
    console: &Console,
    principal: &Principal,
    site: SiteName,
    language: Language,
    now: Timestamp,
) -> Result<SiteState, AccessError> {
    let id = SiteId::parse(&site.id).map_err(|_| Refusal::SiteUnknown)?;
    let zone = zone::of(console, &id);
    let may = |permission| principal.require(permission, &id).is_ok();
    let never = Check { standing: Standing::Never, at: None, finding: None };
    let is_open = may(Permission::NoticesRead);
    let mut row =
        SiteRow { site, is_open, notice: None, last_answer_at: None, audit: never.clone(), stamp: never };
    let (mut unacknowledged, mut has_log) = (None, false);
    if is_open {
        let history = history(console, &id, now)?;
        let last = history.periods.len().checked_sub(1).map(|at| history.row(at, &zone, language));
        let open = history.unacknowledged();
        row.notice = last.map(|last| NoticeInForce {
            hash: last.hash,
            since: last.from,
            is_acknowledged: open.is_none(),
        });
        unacknowledged = open.map(|at| history.row(at, &zone, language));
        let answered = console.app.store.answered(&id)?;
        row.last_answer_at = answered.map(|(_, last)| moment::moment(last, &zone, language));
    }
    if may(Permission::LogRead) {
        let audits = audited::of_site(&console.access, &id, now)?;
        let running = console.audits.progress(&id).map(|progress| progress.since);
        row.audit = standing::audit(audits.first(), running, &zone, language, now);
        let logs = site_history::logs(&*console.app.store, console.app.keys.signing(), &id, now)?;
        let served = console.app.sites.get(&id);
        let has_authority = served.is_some_and(|served| served.site.timestamp_authority.is_some());
        row.stamp = standing::stamps(&logs, has_authority, &zone, language, now);
        has_log = !logs.is_empty();
    }
    let (may_acknowledge, reads_log) = (may(Permission::NoticesAcknowledge), may(Permission::LogRead));
    Ok(SiteState { row, unacknowledged, may_acknowledge, reads_log, has_log })
}

/// What waits on a site: new terms for those who may acknowledge them, and checks that failed.
fn waits_of(state: &SiteState) -> Vec<Wait> {
    let site = &state.row.site;
    let mut waits = Vec::new();
    let Check { standing, at, finding } = &state.row.audit;
    match (standing, at) {
        _ if !state.reads_log => {}
        (Standing::Failed, Some(at)) => waits.push(Wait::AuditFailed {
            site: site.clone(),
            at: at.clone(),
            finding: finding.clone().unwrap_or_default(),
        }),
        (Standing::Old | Standing::Never, at) if state.row.last_answer_at.is_some() => {
            waits.push(Wait::AuditOld { site: site.clone(), at: at.clone() });
        }
        _ => {}
    }
    if state.has_log && matches!(state.row.stamp.standing, Standing::Old | Standing::Never) {
        waits.push(Wait::StampOld { site: site.clone(), at: state.row.stamp.at.clone() });
    }
    if let (Some(row), true) = (&state.unacknowledged, state.may_acknowledge) {
        waits.push(Wait::NewTerms {
            site: site.clone(),
            hash: row.hash.clone(),
            before: row.before.clone(),
            since: row.from.clone(),
        });
    }
    waits
}
