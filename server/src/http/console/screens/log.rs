//! `/console/sites/{site}/log`: the log of a site, and its audits.

use super::account::site_name;
use super::notices::{SitePath, site_of};
use crate::access::audited::{self, Audited, Finding, Unfinished};
use crate::access::permission::Permission;
use crate::access::principal::Principal;
use crate::clock;
use crate::http::console::answer::{refused, screen_as, see};
use crate::http::console::audits::Running;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::log::{AuditRow, Log, LogMonth, RunningAudit};
use crate::http::console::who::{LogAudit, LogRead, May};
use crate::http::console::{difference, fault, moment, posted, standing, zone};
use crate::proof::audit::{AuditError, audit};
use crate::proof::site_history::{self, MonthLog};
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, SiteId};
use jiff::tz::TimeZone;
use url::Url;

/// How often the screen asks again while an audit runs, in seconds.
const REFRESH_S: u32 = 3;

/// Shows it.
pub async fn get(may: May<LogRead>, request: HttpRequest, site: SitePath) -> HttpResponse {
    show(&request, may.session, site_of(&site), StatusCode::OK, Errors::default()).await
}

/// Audits every log of the site. The screen tells how far it has come.
pub async fn start_audit(
    may: May<LogAudit>,
    request: HttpRequest,
    site: SitePath,
    payload: Payload,
) -> HttpResponse {
    let session = may.session;
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let site = site_of(&site);
    let console = console(&request);
    let own = site.clone();
    let listed = on_console(&console, move |console, now| {
        Ok(site_history::logs(&*console.app.store, console.app.keys.signing(), &own, now)?)
    });
    let logs = match listed.await {
        Ok(logs) => logs,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let of = logs.iter().map(|log| log.head.size).sum();
    let Some(running) = console.audits.begin(&site, clock::now(), of) else {
        let shell = shell::of(&request, &session, Place::Site(Section::Log, site.clone()));
        let errors = fault::one("audit", &shell.t.errors.audit_runs);
        return show(&request, session, site, StatusCode::CONFLICT, errors).await;
    };
    let by = session.principal().clone();
    let shared = console.clone();
    let own = site.clone();
    // It goes on when the browser leaves; the screen shows the result when it is there.
    drop(web::block(move || audit_all(&shared, &by, &own, &logs, &running)));
    see(&format!("/console/sites/{site}/log"))
}

fn audit_all(console: &Data<Console>, by: &Principal, site: &SiteId, logs: &[MonthLog], running: &Running) {
    let mut leaf_count = 0;
    let mut finding = None;
    for log in logs {
        match audit(&*console.app.store, &log.log) {
            Ok((_, head)) => {
                leaf_count += head.size;
                running.advance(log.head.size);
            }
            Err(AuditError::Differs { log, difference }) => {
                finding = Some(Finding::of(&difference).in_log(&log));
                break;
            }
            Err(AuditError::Store(error)) => {
                tracing::error!(%error, %site, "an audit did not end");
                finding = Some(Finding::of(&Unfinished::StoreFailed));
                break;
            }
        }
    }
    let kept = audited::keep(&console.access, by, site, leaf_count, finding, clock::now());
    if let Err(error) = kept {
        tracing::error!(%error, %site, "the result of an audit was not kept");
    }
}

async fn show(
    request: &HttpRequest,
    session: Session,
    site: SiteId,
    status: StatusCode,
    errors: Errors,
) -> HttpResponse {
    let console = console(request);
    let own = site.clone();
    let read = on_console(&console, move |console, now| {
        let logs = site_history::logs(&*console.app.store, console.app.keys.signing(), &own, now)?;
        Ok((logs, audited::of_site(&console.access, &own, now)?))
    });
    let (logs, audits) = match read.await {
        Ok(read) => read,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let (zone, language) = (zone::of(&console, &site), shell::language(request, &session));
    let served = console.app.sites.get(&site);
    let authority = served.and_then(|served| served.site.timestamp_authority.clone());
    let refreshes = request.query_string() != "refresh=off";
    let running = console.audits.progress(&site).map(|progress| RunningAudit {
        since: moment::moment(progress.since, &zone, language),
        done: progress.done,
        of: progress.of.max(1),
        refreshes,
    });
    let row = |audited: Audited| AuditRow {
        finding: difference::sentence(&audited, language),
        at: moment::moment(audited.at, &zone, language),
        by: audited.by,
        is_well: audited.finding.is_none(),
        leaves: audited.leaf_count,
    };
    let is_refreshed = running.is_some() && refreshes;
    let view = Log {
        shell: shell::of(request, &session, Place::Site(Section::Log, site.clone())),
        site: site_name(&console, &site),
        months: logs.iter().map(|log| month(&console, log, authority.is_some(), &zone, language)).collect(),
        audits: audits.into_iter().map(row).collect(),
        running,
        may_audit: session.principal().require(Permission::LogAudit, &site).is_ok(),
        authority: authority.and_then(|url| Url::parse(&url).ok()?.host_str().map(str::to_owned)),
        errors,
    };
    let mut response = screen_as(status, &view);
    if is_refreshed {
        response.headers_mut().insert(header::REFRESH, REFRESH_S.into());
    }
    response
}

fn month(
    console: &Console,
    log: &MonthLog,
    has_authority: bool,
    zone: &TimeZone,
    language: Language,
) -> LogMonth {
    use base64::Engine;
    let root = base64::engine::general_purpose::STANDARD.encode(log.head.root.as_bytes());
    LogMonth {
        month: moment::month_of(log.log.month, language),
        shard: (!log.log.shard.is_only()).then(|| log.log.shard.number().into()),
        leaves: log.head.size,
        root,
        checkpoint_href: format!(
            "{}/v1/sites/{}/log/{}/checkpoint",
            console.public_url,
            log.log.site,
            log.log.name()
        ),
        stamp: standing::stamp(log, has_authority, zone, language, clock::now()),
    }
}
