//! `GET /v1/admin/audit-trail`: who did what, when, on which site.

use super::page::{Listed, Page};
use super::query::Query;
use super::work::done;
use crate::access::trail::Action;
use crate::access::trail::read::{Filter, ShownEntry, Who, read};
use crate::http::console::day;
use crate::http::console::who::{AuditTrailRead, Can};
use crate::http::problem::ApiError;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, Problem, SiteId, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

/// The names that the query has.
const NAMES: [&str; 7] = ["who", "action", "site", "from", "to", "limit", "cursor"];

/// What somebody did.
#[derive(Serialize, ToSchema)]
pub struct TrailItem {
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    at: Timestamp,
    /// Who: an e-mail address, the name of a token, or a command; `null` when nobody who exists did it.
    #[schema(required, example = "dpo@helvia.example")]
    who: Option<String>,
    /// What.
    #[schema(example = "notice_acknowledged")]
    action: String,
    /// To what; `null` also where it was forgotten with the records that it named.
    #[schema(required)]
    target: Option<String>,
    /// On which site; `null` when on no single one.
    #[schema(value_type = Option<String>, required, example = "helvia")]
    site: Option<SiteId>,
}

impl From<ShownEntry> for TrailItem {
    fn from(entry: ShownEntry) -> TrailItem {
        let ShownEntry { at, who, action, target, site, .. } = entry;
        TrailItem { at, who, action, target, site }
    }
}

/// The entries that the token may see, the newest first.
pub async fn list(can: Can<AuditTrailRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let query = Query::read(&request, &NAMES)?;
    let (filter, page) = (filter(&query)?, Page::read(&query)?);
    let cursor = page.after.map(|after| after.parse()).transpose().map_err(|_| {
        let detail = "It must be the next_cursor of the page before.";
        ApiError(Problem::of_field(Code::InvalidField, "cursor", detail))
    })?;
    let found = done(&request, move |console, now| {
        read(console.access.store(), &can.principal, &filter, cursor, page.limit, now)
    });
    let found = found.await?;
    let next_cursor = found.next_cursor.map(|index| index.to_string());
    Ok(Listed { items: found.items, next_cursor }.map(TrailItem::from).answer())
}

fn filter(query: &Query) -> Result<Filter, ApiError> {
    let who = query.parsed("who", Who::parse)?;
    let action = query.parsed("action", Action::parse)?;
    let site = query.parsed("site", |text| SiteId::parse(text).map_err(|error| error.to_string()))?;
    let from = query.parsed("from", |text| moment(text).map(|(start, _)| start))?;
    let until = query.parsed("to", |text| moment(text).map(|(_, end)| end))?;
    Ok(Filter { who, action, site, from, until })
}

/// The bounds of a day in UTC, or twice a moment.
fn moment(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let day = day::in_zone(text, &TimeZone::UTC);
    let moment = || Timestamp::parse(text).ok().map(|at| (at, at));
    day.or_else(moment).ok_or_else(|| "must be a day such as 2026-11-24, or a time of RFC 3339".to_owned())
}
