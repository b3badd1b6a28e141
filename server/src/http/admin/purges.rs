//! `GET /v1/admin/sites/{site}/purges/{month}/{index}`: the proof that an erasure stands in the log.

use super::place;
use super::work::done;
use crate::access::records::purge_proof;
use crate::http::console::state::console;
use crate::http::console::who::{Can, RecordsRead};
use crate::http::problem::{self, ApiError};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::LogId;

/// A purge entry of the only log of a month.
pub async fn get(_: Can<RecordsRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (site, month, index) = place::parts::<(String, String, u64)>(&request).await?;
    proof(&request, &site, &month, index).await
}

/// A purge entry of one of several logs of a month.
pub async fn get_of_shard(_: Can<RecordsRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (site, month, shard, index) = place::parts::<(String, String, String, u64)>(&request).await?;
    proof(&request, &site, &format!("{month}/{shard}"), index).await
}

async fn proof(request: &HttpRequest, site: &str, log: &str, index: u64) -> Result<HttpResponse, ApiError> {
    let served = place::site(&console(request), site)?;
    let (id, language) = (served.notice().site.clone(), served.notice().languages[0]);
    let Some(log) = LogId::named(id, log) else { return Err(problem::not_found().await) };
    let made = done(request, move |console, _| {
        Ok(purge_proof(&console.access, &console.app.keys, log, index, language)?.to_vec())
    });
    Ok(HttpResponse::Ok().content_type("application/json").body(made.await?))
}
