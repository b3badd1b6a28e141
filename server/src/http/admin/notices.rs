//! `GET /v1/admin/sites/{site}/notices`: which notice was in force, and who has acknowledged it.

use super::page::{self, Order, Page};
use super::place;
use super::query::Query;
use super::work::done;
use crate::access::acknowledgement;
use crate::http::console::state::console;
use crate::http::console::who::{Can, NoticesRead};
use crate::http::problem::ApiError;
use crate::proof::site_history::{entries, periods};
use crate::store::StoreError;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A time during which a notice was in force. A notice that came back has several.
#[derive(Serialize, ToSchema)]
pub struct NoticeItem {
    /// The SHA-256 of the notice: `GET /v1/notices/{notice_hash}` of the public address answers it.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    hash: Hash,
    /// The hash of what consent depends on: visitors are asked again when it changes.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    terms_hash: Hash,
    /// Since when it was in force.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    from: Timestamp,
    /// Until when; `null` while it is.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    until: Option<Timestamp>,
    /// Who acknowledged it first: an e-mail address, or the name of a token.
    #[schema(required)]
    acknowledged_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    acknowledged_at: Option<Timestamp>,
}

/// Those of the site, the newest first.
pub async fn list(_: Can<NoticesRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let page = Page::read(&Query::read(&request, &page::NAMES)?)?;
    let console = console(&request);
    let site = place::site(&console, &place::parts::<String>(&request).await?)?.notice().site.clone();
    let listed = done(&request, move |console, now| {
        let (store, acknowledged) =
            (console.access.store(), acknowledgement::of_site(&console.access, &site, now)?);
        let shown = page.of(periods(store, &site, &entries(store, &site)?)?, Order::Falling, |period| {
            period.from.to_string()
        });
        let mut items = Vec::with_capacity(shown.items.len());
        for period in shown.items {
            let lost = || {
                StoreError::Unreadable(format!(
                    "the log names the notice {}, which is gone",
                    period.notice_hash
                ))
            };
            let terms_hash = period.terms_hash.ok_or_else(lost)?;
            let by = acknowledged.get(&period.notice_hash.to_string());
            items.push(NoticeItem {
                hash: period.notice_hash,
                terms_hash,
                from: period.from,
                until: period.until,
                acknowledged_by: by.map(|by| by.who.clone()),
                acknowledged_at: by.map(|by| by.at),
            });
        }
        Ok(page::Listed { items, next_cursor: shown.next_cursor })
    });
    Ok(listed.await?.answer())
}
