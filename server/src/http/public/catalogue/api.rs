//! `GET /v1/catalogue/{id}`: what the catalogue knows of a vendor, with the source of each fact.

use super::shelf::SHELF;
use crate::http::negotiation::respond;
use crate::http::problem::ApiError;
use crate::render::body::Body;
use crate::site::{Cited, Fact, KnownCookie, KnownVendor, Level};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, PurposeId, Storage, Transfer, VendorId};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// A vendor. What no source says is left out.
#[derive(Serialize)]
struct VendorJson<'a> {
    id: &'a VendorId,
    name: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also: &'a [String],
    level: Level,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hosts: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<CookieJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<Transfer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purposes: Option<&'a [PurposeId]>,
    sources: BTreeMap<Fact, CitedJson<'a>>,
}

#[derive(Serialize)]
struct CookieJson<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'a PurposeId>,
    storage: Storage,
    first_party: bool,
    default: bool,
}

#[derive(Serialize)]
struct CitedJson<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    and: Vec<&'a str>,
    read: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dated: Option<String>,
}

/// Answers with it.
pub async fn get(request: HttpRequest, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let vendor = SHELF.as_ref().and_then(|shelf| shelf.index.vendor(&VendorId::parse(&id).ok()?));
    let vendor = vendor.ok_or_else(|| {
        let detail = "Look the id up at /catalogue/, or with `constat catalogue find`.";
        ApiError::new(Code::CatalogueVendorUnknown, detail)
    })?;
    let json = json!(VendorJson::from(vendor)).to_string();
    Ok(respond(&request, &Body::uncompressed("application/json", json.into_bytes())))
}

impl<'a> From<&'a KnownVendor> for VendorJson<'a> {
    fn from(vendor: &'a KnownVendor) -> VendorJson<'a> {
        let cookies = vendor.cookies.as_ref().map(|cookies| cookies.iter().map(CookieJson::from).collect());
        let sources = vendor.sources.iter().map(|(fact, cited)| (*fact, CitedJson::from(cited)));
        VendorJson {
            id: &vendor.id,
            name: &vendor.name,
            also: &vendor.also,
            level: vendor.level(),
            category: vendor.category.map(|category| category.as_str()),
            company: vendor.company.as_deref(),
            hosts: vendor.hosts.as_deref(),
            cookies,
            country: vendor.country.as_deref(),
            transfer: vendor.transfer,
            policy_url: vendor.policy_url.as_deref(),
            purposes: vendor.purposes.as_deref(),
            sources: sources.collect(),
        }
    }
}

impl<'a> From<&'a KnownCookie> for CookieJson<'a> {
    fn from(cookie: &'a KnownCookie) -> CookieJson<'a> {
        CookieJson {
            name: &cookie.name,
            duration_days: cookie.duration_days,
            purpose: cookie.purpose.as_ref(),
            storage: cookie.storage,
            first_party: cookie.first_party,
            default: cookie.is_default,
        }
    }
}

impl<'a> From<&'a Cited> for CitedJson<'a> {
    fn from(cited: &'a Cited) -> CitedJson<'a> {
        let mut addresses = cited.sources.iter().map(|source| source.address.as_str());
        CitedJson {
            source: addresses.next().unwrap_or_default(),
            and: addresses.collect(),
            read: cited.read.to_string(),
            dated: cited.dated.map(|day| day.to_string()),
        }
    }
}
