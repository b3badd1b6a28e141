//! `GET /v1/sites/{site}/log/{name}/…`: what lets anybody check that the log only grows.

use super::blocking::{aside, on_store, within};
use super::consent_js::find_site;
use super::problem::ApiError;
use crate::app::App;
use crate::store::StoreError;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Query};
use constat_shared::log::checkpoint::{Checkpoint, CheckpointError};
use constat_shared::{Code, Hash, LogId};
use serde::Deserialize;
use serde_json::json;

/// The log's signed head (C2SP tlog-checkpoint), over all it holds now.
pub async fn checkpoint(app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let log = find_log(&app, &path.0, &path.1)?;
    let note = aside({
        let app = app.clone();
        move || newest_checkpoint(&app, &log)
    });
    let note = within(&app, note).await??.ok_or_else(log_unknown)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(note))
}

/// The checkpoint kept last when it still says all, else a new one, which is then kept.
fn newest_checkpoint(app: &App, log: &LogId) -> Result<Option<String>, StoreError> {
    // A log that was dropped has only its last head.
    let Some(head) = app.store.head(log)? else { return app.store.checkpoint(log) };
    let key = app.keys.signing();
    if let Some(note) = app.store.checkpoint(log)? {
        let kept: Result<Checkpoint, CheckpointError> = Checkpoint::open(&note, log, &key.verifying_key());
        if kept.is_ok_and(|kept| kept.size == head.size) {
            return Ok(Some(note));
        }
    }
    let note = head.sign(log, key);
    app.store.keep_checkpoint(log, &note)?;
    Ok(Some(note))
}

/// Of which size of the log; without it of its size now.
#[derive(Deserialize)]
pub struct OfSize {
    size: Option<u64>,
}

/// The proof that a leaf is in the log.
pub async fn proof(
    app: Data<App>,
    path: Path<(String, String, u64)>,
    query: Query<OfSize>,
) -> Result<HttpResponse, ApiError> {
    let (log, index, size) = (find_log(&app, &path.0, &path.1)?, path.2, query.size);
    let proven = on_store(&app, move |store| {
        let Some(head) = store.head(&log)? else { return Ok(None) };
        let size = size.unwrap_or(head.size);
        Ok(store.inclusion_proof(&log, index, size)?.map(|proof| (log, size, proof)))
    });
    let (log, size, proof) = proven.await?.ok_or_else(log_unknown)?;
    Ok(answer(json!({ "log": log, "leaf_index": index, "size": size, "proof": proof })))
}

/// From which size of the log to which.
#[derive(Deserialize)]
pub struct FromTo {
    from: u64,
    to: u64,
}

/// The proof that the log of one size is the beginning of the log of another.
pub async fn consistency(
    app: Data<App>,
    path: Path<(String, String)>,
    query: Query<FromTo>,
) -> Result<HttpResponse, ApiError> {
    let (log, FromTo { from, to }) = (find_log(&app, &path.0, &path.1)?, query.into_inner());
    let proven = on_store(&app, move |store| {
        let proof: Option<Vec<Hash>> = store.consistency_proof(&log, from, to)?;
        Ok(proof.map(|proof| (log, proof)))
    });
    let (log, proof) = proven.await?.ok_or_else(log_unknown)?;
    Ok(answer(json!({ "log": log, "from": from, "to": to, "proof": proof })))
}

/// Answers with the server's public keys (RFC 7517), oldest first.
pub async fn jwks(app: Data<App>) -> HttpResponse {
    answer(json!({ "keys": app.keys.public() }))
}

fn answer(body: serde_json::Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body)
}

fn find_log(app: &App, site: &str, name: &str) -> Result<LogId, ApiError> {
    let site = find_site(app, site)?.notice().site.clone();
    LogId::named(site, name).ok_or_else(log_unknown)
}

fn log_unknown() -> ApiError {
    ApiError::new(
        Code::LogUnknown,
        "Ask for a month in which the site took records (2026-03, or 2026-03/2of4 where it has \
         several logs a month), and for leaves and sizes it has.",
    )
}
