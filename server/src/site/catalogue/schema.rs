//! The files of the catalogue as they are written, before any check but that of their keys and types.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A file of `www/catalogue/vendors`: what is known of a vendor, and where it was read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct VendorFile {
    pub name: Option<String>,
    pub also: Vec<String>,
    pub company: Option<String>,
    pub category: Option<String>,
    pub policy_url: Option<String>,
    pub country: Option<String>,
    pub transfer: Option<String>,
    pub purposes: Option<Vec<String>>,
    pub hosts: Option<Vec<String>>,
    pub cookies: Option<Vec<CookieFile>>,
    pub sources: BTreeMap<String, CitedFile>,
}

/// `[[cookies]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct CookieFile {
    pub name: String,
    pub duration_days: Option<i64>,
    pub purpose: Option<String>,
    pub storage: Option<String>,
    pub first_party: bool,
    pub default: Option<bool>,
    pub shorten: Option<String>,
}

/// `FACT = { source = "…", read = "…" }` of `[sources]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct CitedFile {
    pub source: Option<String>,
    pub and: Vec<String>,
    pub read: Option<String>,
    pub dated: Option<String>,
}

/// `[ID]` of `www/catalogue/sources.toml`: a collection of facts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct SourceFile {
    pub title: Option<String>,
    pub address: Option<String>,
}

/// The part of `www/catalogue/overrides.toml` that look-ups need. The rest is the importer's.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a table")]
pub struct OverridesFile {
    pub host: Vec<SettledFile>,
    pub cookie: Vec<SettledFile>,
}

/// Which vendor is the answer, where several have the same pattern.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct SettledFile {
    pub name: String,
    pub vendor: String,
    pub reason: String,
}
