//! `/console/sites/{site}/purges/{log}/{index}`: that records were erased, and the file that proves it.

use super::account::site_name;
use super::notices::site_of;
use crate::access::error::{AccessError, Refusal};
use crate::access::records::purge_proof;
use crate::http::console::answer::{refused, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{console, on_console};
use crate::http::console::view::frame::Section;
use crate::http::console::view::timeline::Purge;
use crate::http::console::who::{May, RecordsRead};
use crate::http::console::{moment, zone};
use crate::http::query;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::proof::PurgeProof;
use constat_shared::{LogEntry, LogId};

/// Site, log and index.
type Parts = Path<(String, String, u64)>;

/// Where the entry of a log is shown: the shard follows the month behind a dot, in one part of the address.
pub fn path(log: &LogId, index: u64) -> String {
    format!("/console/sites/{}/purges/{}/{index}", log.site, log.name().replace('/', "."))
}

/// Shows it.
pub async fn get(may: May<RecordsRead>, request: HttpRequest, path: Parts) -> HttpResponse {
    let (session, index) = (may.session, path.2);
    let proof = match read(&request, &session, path).await {
        Ok(proof) => proof,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let (console, site) = (console(&request), proof.log.site.clone());
    let language = shell::language(&request, &session);
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
pub async fn file(may: May<RecordsRead>, request: HttpRequest, path: Parts) -> HttpResponse {
    let (session, index) = (may.session, path.2);
    match read(&request, &session, path).await {
        Ok(proof) => {
            let (site, log) = (&proof.log.site, proof.log.name().replace('/', "-"));
            let name = format!("attachment; filename=\"erasure-{site}-{log}-{index}.json\"");
            HttpResponse::Ok()
                .content_type("application/json")
                .insert_header((CONTENT_DISPOSITION, name))
                .body(proof.to_vec())
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

async fn read(request: &HttpRequest, session: &Session, path: Parts) -> Result<PurgeProof, AccessError> {
    let (site, log, index) = path.into_inner();
    let (site, language) = (site_of(&site), shell::language(request, session));
    let console = console(request);
    let read = on_console(&console, move |console, _| {
        let log = LogId::named(site, &log.replacen('.', "/", 1)).ok_or(Refusal::PurgeUnknown)?;
        purge_proof(&console.access, &console.app.keys, log, index, language)
    });
    read.await
}
