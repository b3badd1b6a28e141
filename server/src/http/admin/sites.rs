//! `GET /v1/admin/sites`: the sites of a token.

use super::page::{self, Order, Page};
use super::query::Query;
use crate::http::console::state::console;
use crate::http::console::who::Program;
use crate::http::problem::ApiError;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, SiteId};
use serde::Serialize;
use utoipa::ToSchema;

/// A site.
#[derive(Serialize, ToSchema)]
pub struct SiteItem {
    /// Its id in the addresses.
    #[schema(value_type = String, example = "helvia")]
    id: SiteId,
    /// Its controller, as visitors are told.
    #[schema(example = "Helvia SA")]
    name: String,
    /// The notice that it shows now.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    notice_hash: Hash,
}

/// Those that the token sees, by id.
pub async fn list(program: Program, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let page = Page::read(&Query::read(&request, &page::NAMES)?)?;
    let console = console(&request);
    let seen = console.app.sites.all().into_iter().filter(|site| program.0.sees(&site.notice().site));
    let items = seen.map(|served| {
        let notice = served.notice();
        let name = notice.controller.name.clone();
        SiteItem { id: notice.site.clone(), name, notice_hash: notice.notice_hash() }
    });
    Ok(page.of(items.collect(), Order::Rising, |item| item.id.to_string()).answer())
}
