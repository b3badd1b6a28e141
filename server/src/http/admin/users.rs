//! `/v1/admin/users`: who may sign in to the console.

use super::idempotent::{self, Made};
use super::page::{self, Listed, Page};
use super::query::Query;
use super::work::done;
use super::{body, place};
use crate::access::people::{self, NewPerson, Seen};
use crate::access::permission::Role;
use crate::access::site_scope::SiteScope;
use crate::http::console::who::{Can, PeopleWrite};
use crate::http::problem::ApiError;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A person.
#[derive(Serialize, ToSchema)]
pub struct UserItem {
    /// The id of the account, by which the audit trail is filtered.
    #[schema(example = "0f8fad5bd9cb469fa16570867728950e")]
    id: String,
    /// The e-mail address, in lower case.
    #[schema(example = "dpo@helvia.example")]
    email: String,
    /// The roles on the sites to which the token lets people in.
    roles: Vec<RoleItem>,
    /// From when on the account opens nothing; `null` when it has no end.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ends_at: Option<Timestamp>,
    /// When the welcome link was used up; `null` until then.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    welcomed_at: Option<Timestamp>,
}

/// A role on a site.
#[derive(Serialize, ToSchema)]
pub struct RoleItem {
    /// The role.
    #[schema(value_type = String, example = "dpo")]
    role: Role,
    /// The site; `*` for all.
    #[schema(value_type = String, example = "helvia")]
    site: SiteScope,
    /// Since when.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    given_at: Timestamp,
    /// Who gave it.
    #[schema(example = "admin@helvia.example")]
    given_by: String,
}

/// Whom to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    role: Role,
    sites: Vec<SiteScope>,
    #[serde(default)]
    ends_at: Option<Timestamp>,
}

impl From<Seen> for UserItem {
    fn from(Seen { account, .. }: Seen) -> UserItem {
        let roles = account.grants.into_iter().map(|grant| RoleItem {
            role: grant.role,
            site: grant.site,
            given_at: grant.given_at,
            given_by: grant.given_by,
        });
        let (ends_at, welcomed_at) = (account.ends_at, account.welcomed_at);
        UserItem { id: account.id, email: account.email, roles: roles.collect(), ends_at, welcomed_at }
    }
}

/// Those with a role on a site to which the token lets people in, by address.
pub async fn list(can: Can<PeopleWrite>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let Page { limit, after } = Page::read(&Query::read(&request, &page::NAMES)?)?;
    let found = done(&request, move |console, now| {
        people::page(&console.access, &console.keys, &can.principal, after.as_deref(), limit, now)
    });
    let people::Page { people, next_cursor } = found.await?;
    Ok(Listed { items: people, next_cursor }.map(UserItem::from).answer())
}

/// Adds a person, and answers with the link that welcomes them.
pub async fn post(
    can: Can<PeopleWrite>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let (new, bytes) = body::read::<NewUser>(payload).await?;
    let NewUser { email, role, sites, ends_at } = new;
    let new = NewPerson { email, role, sites, ends_at, language: None };
    idempotent::create(&request, can.principal, bytes, move |console, by, now| {
        let invited = people::add(&console.access, by, &new, now)?;
        let link = console.address.welcome(&invited.secret);
        let without_secret = json!({ "email": invited.email });
        Ok(Made { whole: json!({ "email": invited.email, "link": link }), without_secret })
    })
    .await
    .map_err(about_an_account)
}

/// The end of an account has another name than that of a token.
fn about_an_account(ApiError(mut problem): ApiError) -> ApiError {
    if problem.field.as_deref() == Some("expires_at") {
        problem.field = Some("ends_at".to_owned());
    }
    ApiError(problem)
}

/// Removes a person: sessions, links and tokens end with the account.
pub async fn delete(can: Can<PeopleWrite>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let email = place::parts::<String>(&request).await?;
    let removed =
        done(&request, move |console, now| people::remove(&console.access, &can.principal, &email, now));
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
