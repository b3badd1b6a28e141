//! `/v1/admin/tokens`: the tokens of programs.

use super::idempotent::{self, Made};
use super::page::{self, Order, Page};
use super::query::Query;
use super::work::done;
use super::{body, place};
use crate::access::api_token::ApiToken;
use crate::access::permission::Permission;
use crate::access::site_scope::SiteScope;
use crate::access::token::{self, NewToken};
use crate::http::console::who::{Can, TokensWrite};
use crate::http::problem::ApiError;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A token, without the token itself.
#[derive(Serialize, ToSchema)]
pub struct TokenItem {
    /// Its id, a UUIDv7.
    #[schema(example = "01a204c6-4a64-7652-a173-9806752ea7a7")]
    jti: String,
    /// What its maker calls it.
    #[schema(example = "monitoring")]
    name: String,
    /// What it permits.
    #[schema(value_type = Vec<String>, example = json!(["log:read"]))]
    scope: Vec<Permission>,
    /// On which sites; `*` for all.
    #[schema(value_type = Vec<String>, example = json!(["helvia"]))]
    sites: Vec<SiteScope>,
    /// Who made it: an e-mail address, or a command.
    #[schema(example = "dpo@helvia.example")]
    made_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    made_at: Timestamp,
    /// Until when it is one.
    #[schema(value_type = String, format = DateTime, example = "2026-12-24T08:12:30.000Z")]
    expires_at: Timestamp,
    /// When it was revoked; `null` when it was not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; `null` when never.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used_at: Option<Timestamp>,
}

/// Which token to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    scope: Vec<Permission>,
    sites: Vec<SiteScope>,
    expires_at: Timestamp,
}

impl From<ApiToken> for TokenItem {
    fn from(token: ApiToken) -> TokenItem {
        let ApiToken {
            jti, name, scope, sites, made_by, made_at, expires_at, revoked_at, last_used_at, ..
        } = token;
        TokenItem { jti, name, scope, sites, made_by, made_at, expires_at, revoked_at, last_used_at }
    }
}

/// Those that may be used on a site of which the token makes tokens, the newest first.
pub async fn list(can: Can<TokensWrite>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let page = Page::read(&Query::read(&request, &page::NAMES)?)?;
    let found = done(&request, move |console, now| token::list(&console.access, &can.principal, now));
    let tokens = found.await?;
    Ok(page.of(tokens, Order::Falling, |token| token.jti.clone()).map(TokenItem::from).answer())
}

/// Makes a token, and answers with it, once.
pub async fn post(
    can: Can<TokensWrite>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let (wanted, bytes) = body::read::<Wanted>(payload).await?;
    let Wanted { name, scope, sites, expires_at } = wanted;
    let new = NewToken { name, scope, sites, expires_at };
    idempotent::create(&request, can.principal, bytes, move |console, by, now| {
        let made = token::make(&console.access, &console.keys, by, new, now)?;
        let without_secret = json!({ "jti": made.kept.jti });
        Ok(Made { whole: json!({ "token": made.token, "jti": made.kept.jti }), without_secret })
    })
    .await
}

/// Revokes a token, at once on every server of the store.
pub async fn delete(can: Can<TokensWrite>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let jti = place::parts::<String>(&request).await?;
    let revoked =
        done(&request, move |console, now| token::revoke(&console.access, &can.principal, &jti, now));
    revoked.await?;
    Ok(HttpResponse::NoContent().finish())
}
