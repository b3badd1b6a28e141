//! `GET /v1/admin/sites/{site}/log`: the logs of a site.

use super::page::{self, Order, Page};
use super::place;
use super::query::Query;
use super::work::done;
use crate::http::console::state::console;
use crate::http::console::who::{Can, LogRead};
use crate::http::problem::ApiError;
use crate::proof::site_history::{MonthLog, logs};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, Month, SignedCheckpoint, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A log: the commitments to the records of a month.
#[derive(Serialize, ToSchema)]
pub struct LogItem {
    /// The month, in UTC.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-11")]
    month: Month,
    /// Which of the month's logs; `null` when there is one.
    #[schema(required, example = "2of4")]
    shard: Option<String>,
    /// The number of leaves.
    size: u64,
    /// The root over them: SHA-256 in hexadecimal.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    root: Hash,
    /// Size and root, signed (C2SP tlog-checkpoint).
    #[schema(value_type = Option<String>, required)]
    checkpoint: Option<SignedCheckpoint>,
    /// The newest time-stamp.
    #[schema(required)]
    last_stamp: Option<StampItem>,
}

/// A time-stamp (RFC 3161).
#[derive(Serialize, ToSchema)]
pub struct StampItem {
    /// The time of the authority.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    at: Timestamp,
    /// The number of leaves that it covers.
    size: u64,
    /// The authority, as its certificate names it.
    authority: String,
}

impl LogItem {
    fn new(found: MonthLog) -> LogItem {
        let shard = found.log.shard;
        LogItem {
            month: found.log.month,
            shard: (!shard.is_only()).then(|| shard.to_string()),
            size: found.head.size,
            root: found.head.root,
            checkpoint: found.checkpoint,
            last_stamp: found.stamp.map(|stamp| StampItem {
                at: stamp.at,
                size: stamp.size,
                authority: stamp.authority,
            }),
        }
    }
}

/// Those of the site that have leaves, the newest month first.
pub async fn list(_: Can<LogRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let page = Page::read(&Query::read(&request, &page::NAMES)?)?;
    let console = console(&request);
    let site = place::site(&console, &place::parts::<String>(&request).await?)?.notice().site.clone();
    let listed = done(&request, move |console, now| {
        let (store, key) = (&*console.app.store, console.app.keys.signing());
        let shown = page.of(logs(store, key, &site, now)?, Order::Falling, |found| found.log.name());
        Ok(shown.map(LogItem::new))
    });
    Ok(listed.await?.answer())
}
