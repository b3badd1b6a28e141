//! `GET /v1/sites/{site}/log/{name}/…`: what lets anybody check that the log only grows.

use super::lookup::{find_log, log_unknown};
use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::problem::ApiError;
use crate::proof::logs;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The log's signed head (C2SP tlog-checkpoint), over all it holds now.
pub async fn checkpoint(app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (log, keys) = (find_log(&app, &path.0, &path.1)?, Arc::clone(&app.keys));
    let note = on_store(&app, move |store| logs::newest_checkpoint(store, keys.signing(), &log));
    let note = note.await?.ok_or_else(log_unknown)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(String::from(note)))
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
    let (log, leaf_index, size) = (find_log(&app, &path.0, &path.1)?, path.2, query.size);
    let proven = on_store(&app, move |store| {
        let proof = logs::inclusion_proof(store, &log, leaf_index, size)?;
        Ok(proof.map(|(size, proof)| (log, size, proof)))
    });
    let (log, size, proof) = proven.await?.ok_or_else(log_unknown)?;
    Ok(answer(json!({ "log": log, "leaf_index": leaf_index, "size": size, "proof": proof })))
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
        Ok(logs::consistency_proof(store, &log, from, to)?.map(|proof| (log, proof)))
    });
    let (log, proof) = proven.await?.ok_or_else(log_unknown)?;
    Ok(answer(json!({ "log": log, "from": from, "to": to, "proof": proof })))
}

fn answer(body: serde_json::Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body)
}
