//! `/console/sites/{site}/purges/{log}/{index}`: that records were erased, and the file that proves it.

use super::account::site_name;
use super::notices::site_of;
use crate::access::error::{AccessError, Refusal};
use crate::http::console::answer::{refused, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::frame::Section;
use crate::http::console::view::timeline::Purge;
use crate::http::console::who::{May, RecordsRead};
use crate::http::console::{moment, query, zone};
use crate::proof::purge_proof::purge_proof;
use crate::store::StoreError;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::proof::PurgeProof;
use constat_shared::{Language, LogEntry, LogId, SiteId};

/// Where the entry of a log is shown: the shard follows the month behind a dot, in one part of the address.
pub fn path(log: &LogId, index: u64) -> String {
    format!("/console/sites/{}/purges/{}/{index}", log.site, log.name().replace('/', "."))
}

/// Shows it.
pub async fn get(
    may: May<RecordsRead>,
    request: HttpRequest,
    path: Path<(String, String, u64)>,
) -> HttpResponse {
    let (session, (site, log, index)) = (may.session, path.into_inner());
    let site = site_of(&site);
    let console = console(&request);
    let language = shell::language(&request, &session);
    let own = site.clone();
    let read = on_console(&console, move |console, _| proof(console, own, &log, index, language));
    let proof = match read.await {
        Ok(proof) => proof,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let LogEntry::Purge(purge) = &proof.entry else {
        return refused(&request, Some(&session), &Refusal::PurgeUnknown.into());
    };
    let view = Purge {
        shell: shell::of(&request, &session, Place::Site(Section::Records, site.clone())),
        site: site_name(&console, &site),
        is_new: query::value(&request, "erased").is_some(),
        log: proof.log.name(),
        index,
        count: purge.record_counts.values().sum(),
        at: moment::moment(purge.purged_at, &zone::of(&console, &site), language),
        file_href: format!("{}/file", self::path(&proof.log, index)),
    };
    screen(&view)
}

/// The file.
pub async fn file(
    may: May<RecordsRead>,
    request: HttpRequest,
    path: Path<(String, String, u64)>,
) -> HttpResponse {
    let (session, (site, log, index)) = (may.session, path.into_inner());
    let site = site_of(&site);
    let language = shell::language(&request, &session);
    let name = format!("attachment; filename=\"erasure-{site}-{}-{index}.json\"", log.replace('.', "-"));
    let console = console(&request);
    let read = on_console(&console, move |console, _| proof(console, site, &log, index, language));
    match read.await {
        Ok(proof) => HttpResponse::Ok()
            .content_type("application/json")
            .insert_header((CONTENT_DISPOSITION, name))
            .body(proof.to_vec()),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

fn proof(
    console: &Console,
    site: SiteId,
    log: &str,
    index: u64,
    language: Language,
) -> Result<PurgeProof, AccessError> {
    let log = LogId::named(site, &log.replacen('.', "/", 1)).ok_or(Refusal::PurgeUnknown)?;
    let made = purge_proof(&*console.app.store, &console.app.keys, log, index, language);
    let made = made.map_err(|failure| StoreError::Engine(failure.to_string()))?;
    Ok(made.ok_or(Refusal::PurgeUnknown)?)
}
