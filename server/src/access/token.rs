//! API tokens: JWTs (RFC 7519) in the profile for access tokens (RFC 9068), signed with a key
//! of their own.

use super::access::Access;
use super::account::{self, Account};
use super::api_token::{self, ApiToken};
use super::console_key::ConsoleKeys;
use super::document;
use super::error::{AccessError, Refusal};
use super::permission::Permission;
use super::principal::Principal;
use super::site_scope::SiteScope;
use super::trail::{Action, Note};
use super::{jwt_algorithm, random, setting};
use constat_shared::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::{Builder, Uuid};

const DAY_MS: i64 = 24 * 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// The most days of a token.
pub const DAYS_MAX: i64 = 90;
/// The most tokens that are listed, those that ended lately included.
const TOKENS_MAX: usize = 1000;
/// The most sites of a token.
pub const SITES_MAX: usize = 100;
/// The most characters of a name.
const NAME_CHARS_MAX: usize = 64;
/// The most bytes of a token that is read: one with the most sites fits.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The type of an access token (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
/// Who issues tokens.
const ISSUER: &str = "constat";

/// The claims of a token (RFC 9068, section 2.2, and `sites`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    /// The installation.
    aud: String,
    /// Who made it.
    sub: String,
    /// Its name: the program that uses it.
    client_id: String,
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    sites: Vec<SiteScope>,
}

/// What a token is asked to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What to call it: 1 to 64 characters.
    pub name: String,
    /// What it permits.
    pub scope: Vec<Permission>,
    /// On which sites.
    pub sites: Vec<SiteScope>,
    /// Until when; at most [`DAYS_MAX`] away.
    pub expires_at: Timestamp,
}

/// A token that was made.
pub struct MadeToken {
    /// The token, to be shown once.
    pub token: String,
    /// What is kept of it.
    pub kept: ApiToken,
}

/// Makes a token.
///
/// # Errors
/// [`Refusal::PermissionMissing`] and [`Refusal::NotYours`] for what its maker may not give;
/// [`Refusal::NameInvalid`], [`Refusal::ScopeInvalid`], [`Refusal::SitesInvalid`],
/// [`Refusal::EndInvalid`], [`Refusal::TooMany`]; when the store fails.
pub fn make(
    access: &Access,
    keys: &ConsoleKeys,
    by: &Principal,
    new: NewToken,
    now: Timestamp,
) -> Result<MadeToken, AccessError> {
    by.require_anywhere(Permission::TokensWrite)?;
    check(&new, now)?;
    let is_given = |permission: &Permission| new.sites.iter().all(|site| by.gives(*permission, site));
    if !is_given(&Permission::TokensWrite) || !new.scope.iter().all(is_given) {
        return Err(Refusal::NotYours.into());
    }
    if api_token::all(access.store(), now)?.len() >= TOKENS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let maker = by.email().map(|email| account::live(access.store(), email, now)).transpose()?;
    let kept = ApiToken {
        jti: new_id(now)?.to_string(),
        name: new.name.trim().to_owned(),
        scope: BTreeSet::from_iter(new.scope).into_iter().collect(),
        sites: BTreeSet::from_iter(new.sites).into_iter().collect(),
        made_by: maker.as_ref().map_or_else(|| by.name().to_owned(), |maker| maker.email.clone()),
        account_id: maker.map(|maker| maker.id),
        made_at: now,
        // A token knows no fraction of a second.
        expires_at: Timestamp::from_unix_ms(new.expires_at.unix_ms().div_euclid(1000) * 1000),
        revoked_at: None,
        last_used_at: None,
    };
    let token = sign(keys, &kept, setting::installation(access.store())?)?;
    document::insert(access.store(), &kept.jti, &kept, now)?;
    note(access, Action::TokenMade, by, &kept, now)?;
    Ok(MadeToken { token, kept })
}

/// Who asks with a token. Its last use is written at most once a minute.
///
/// # Errors
/// [`Refusal::TokenInvalid`]: not signed with the key of this installation's tokens, for another
/// installation, no access token, expired, revoked, or of a maker who is not here any more; when
/// the store fails.
pub fn verify(
    access: &Access,
    keys: &ConsoleKeys,
    text: &str,
    now: Timestamp,
) -> Result<Principal, AccessError> {
    let claims = read(keys, text, &setting::installation(access.store())?).ok_or(Refusal::TokenInvalid)?;
    let scope = scope(&claims.scope).ok_or(Refusal::TokenInvalid)?;
    let kept: ApiToken = document::read(access.store(), &claims.jti, now)?.ok_or(Refusal::TokenInvalid)?;
    let has_ended = now.unix_ms().div_euclid(1000) >= claims.exp;
    if has_ended || !kept.is_live(now) {
        return Err(Refusal::TokenInvalid.into());
    }
    let maker = maker(access, &kept, now)?;
    if kept.last_used_at.is_none_or(|last| now.unix_ms() - last.unix_ms() >= MINUTE_MS) {
        document::change(access.store(), &kept.jti, now, |kept: &mut ApiToken| {
            kept.last_used_at = kept.last_used_at.max(Some(now));
            Ok(())
        })?;
    }
    Ok(Principal::of_token(&kept.name, maker.as_ref(), &scope, &claims.sites))
}

/// The tokens that may be used on a site whose tokens they make, the newest first.
///
/// # Errors
/// [`Refusal::PermissionMissing`]; when the store fails.
pub fn list(access: &Access, by: &Principal, now: Timestamp) -> Result<Vec<ApiToken>, AccessError> {
    by.require_anywhere(Permission::TokensWrite)?;
    let mut tokens = api_token::all(access.store(), now)?;
    tokens.retain(|token| is_visible(by, token));
    tokens.sort_by(|a, b| b.jti.cmp(&a.jti));
    Ok(tokens)
}

/// Revokes a token, at once on every server of the store. Revoking it again changes nothing.
///
/// # Errors
/// [`Refusal::PermissionMissing`], [`Refusal::TokenUnknown`]; when the store fails.
pub fn revoke(access: &Access, by: &Principal, jti: &str, now: Timestamp) -> Result<(), AccessError> {
    by.require_anywhere(Permission::TokensWrite)?;
    let revoked = document::change(access.store(), jti, now, |token: &mut ApiToken| {
        if !is_visible(by, token) {
            return Err(Refusal::TokenUnknown.into());
        }
        let is_new = token.revoked_at.is_none();
        token.revoked_at = token.revoked_at.or(Some(now));
        Ok(is_new.then(|| token.clone()))
    })?;
    match revoked.ok_or(Refusal::TokenUnknown)? {
        Some(token) => note(access, Action::TokenRevoked, by, &token, now),
        None => Ok(()),
    }
}

/// Revokes every token that an account made.
///
/// # Errors
/// When the store fails.
pub fn revoke_all_of(
    access: &Access,
    by: &Principal,
    account_id: &str,
    now: Timestamp,
) -> Result<(), AccessError> {
    for token in api_token::all(access.store(), now)? {
        if token.account_id.as_deref() != Some(account_id) || token.revoked_at.is_some() {
            continue;
        }
        document::change(access.store(), &token.jti, now, |token: &mut ApiToken| {
            token.revoked_at = token.revoked_at.or(Some(now));
            Ok(())
        })?;
        note(access, Action::TokenRevoked, by, &token, now)?;
    }
    Ok(())
}

fn check(new: &NewToken, now: Timestamp) -> Result<(), Refusal> {
    let name = new.name.trim();
    // Neither an e-mail address nor a command: the audit trail names all three.
    let is_bad = |c: char| c.is_control() || c == '@';
    let is_long = name.chars().count() > NAME_CHARS_MAX;
    if name.is_empty() || is_long || name.contains(is_bad) || name.to_lowercase().starts_with("constat") {
        return Err(Refusal::NameInvalid);
    }
    if new.scope.is_empty() {
        return Err(Refusal::ScopeInvalid);
    }
    if new.sites.is_empty() || new.sites.len() > SITES_MAX {
        return Err(Refusal::SitesInvalid);
    }
    let lasts_ms = new.expires_at.unix_ms() - now.unix_ms();
    if !(1000..=DAYS_MAX * DAY_MS).contains(&lasts_ms) {
        return Err(Refusal::EndInvalid);
    }
    Ok(())
}

fn sign(keys: &ConsoleKeys, kept: &ApiToken, installation: String) -> Result<String, AccessError> {
    jwt_algorithm::install();
    let header = Header {
        typ: Some(TYPE.to_owned()),
        kid: Some(keys.id().to_owned()),
        ..Header::new(Algorithm::EdDSA)
    };
    let scope: Vec<_> = kept.scope.iter().map(|permission| permission.as_str()).collect();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: installation,
        sub: kept.made_by.clone(),
        client_id: kept.name.clone(),
        exp: kept.expires_at.unix_ms().div_euclid(1000),
        iat: kept.made_at.unix_ms().div_euclid(1000),
        jti: kept.jti.clone(),
        scope: scope.join(" "),
        sites: kept.sites.clone(),
    };
    let signed = jsonwebtoken::encode(&header, &claims, &jwt_algorithm::encoding_key(keys.token()));
    signed.map_err(|error| AccessError::Random(format!("no token can be signed: {error}")))
}

/// The claims of a token of this installation that its key signed. Its end is not checked.
fn read(keys: &ConsoleKeys, text: &str, installation: &str) -> Option<Claims> {
    if text.len() > TOKEN_BYTES_MAX {
        return None;
    }
    jwt_algorithm::install();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[installation]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The time is the caller's, without tolerance.
    validation.validate_exp = false;
    let key = jwt_algorithm::decoding_key(keys.token());
    let token = jsonwebtoken::decode::<Claims>(text, &key, &validation).ok()?;
    // What must be understood (RFC 7515, section 4.1.11) is not.
    let is_access_token = token.header.typ.as_deref() == Some(TYPE) && token.header.crit.is_none();
    is_access_token.then_some(token.claims)
}

fn scope(text: &str) -> Option<Vec<Permission>> {
    text.split(' ').map(|name| Permission::parse(name).ok()).collect()
}

/// The account of the token's maker; `None` when a command made it.
fn maker(access: &Access, kept: &ApiToken, now: Timestamp) -> Result<Option<Account>, AccessError> {
    let Some(id) = &kept.account_id else { return Ok(None) };
    let found = account::find(access.store(), &kept.made_by, now)?;
    let maker = found.filter(|account| account.id == *id && account.is_live(now));
    maker.map(Some).ok_or(Refusal::TokenInvalid.into())
}

fn is_visible(by: &Principal, token: &ApiToken) -> bool {
    token.sites.iter().any(|site| by.meets(Permission::TokensWrite, site))
}

/// A UUIDv7 (RFC 9562) of this moment: tokens sort by the time of their making.
fn new_id(now: Timestamp) -> Result<Uuid, AccessError> {
    let since_1970 = u64::try_from(now.unix_ms()).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(since_1970, &random::bytes()?).into_uuid())
}

fn note(
    access: &Access,
    action: Action,
    by: &Principal,
    token: &ApiToken,
    now: Timestamp,
) -> Result<(), AccessError> {
    // On no single site, it is shown by the sites of the token with this name.
    let site = match token.sites.as_slice() {
        [SiteScope::Site(site)] => Some(site),
        _ => None,
    };
    access.note(Note::of(action).by(by).on(site).to(format!("{} ({})", token.name, token.jti)), now)
}
