//! A site file as it is written, before any check but
//! that of their keys.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A table by language, with the codes as written.
pub type ByLanguage<T> = BTreeMap<String, T>;

/// A whole site file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct SiteFile {
    pub id: Option<String>,
    pub origins: Option<Vec<String>>,
    pub languages: Option<Vec<String>>,
    pub authority: Option<TextOr<AuthorityFile>>,
    pub controller: Table<ControllerFile>,
    pub lifetimes: Table<LifetimesFile>,
    pub categories: BTreeMap<String, Table<CategoryFile>>,
    pub vendors: Vec<Table<VendorFile>>,
    pub purposes: PurposesFile,
    pub texts: ByLanguage<BTreeMap<String, String>>,
    pub theme: Table<ThemeFile>,
    pub timestamp_authority: Option<String>,
    pub log_shards: Option<i64>,
    pub ask_refusers_again: Option<bool>,
    pub time_zone: Option<String>,
    pub first_party: Option<bool>,
    pub cookie_domain: Option<String>,
    pub consent_mode: Option<Table<ConsentModeFile>>,
    pub signals: Table<SignalsFile>,
    pub gpc: Option<Word>,
    pub dnt: Option<Word>,
    pub auto_block: Option<bool>,
    pub unknown_hosts: Option<Word>,
    pub csp_hosts: Option<Vec<String>>,
}

/// `[consent_mode]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct ConsentModeFile {
    pub mode: Option<Word>,
    pub i_know: Option<String>,
    pub wait_for_update_ms: Option<i64>,
    pub ads_data_redaction: Option<bool>,
    pub url_passthrough: Option<bool>,
    pub data_layer: Option<String>,
    pub map: BTreeMap<String, Word>,
    pub region: Vec<Table<RegionFile>>,
}

/// `[[consent_mode.region]]`: codes, and the types that differ there.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct RegionFile {
    pub codes: Vec<String>,
    pub ad_storage: Option<Word>,
    pub ad_user_data: Option<Word>,
    pub ad_personalization: Option<Word>,
    pub analytics_storage: Option<Word>,
    pub functionality_storage: Option<Word>,
    pub personalization_storage: Option<Word>,
}

/// `[signals]`: whom else the loader tells of the choice.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct SignalsFile {
    pub microsoft: bool,
    pub matomo: bool,
    pub piano: bool,
    pub adobe: bool,
    pub meta: bool,
    pub tiktok: bool,
    pub linkedin: bool,
    pub posthog: bool,
    pub plausible: bool,
    pub shopify: bool,
    pub wordpress: bool,
}

/// `authority = { name = "…", url = "…" }`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct AuthorityFile {
    pub name: Option<String>,
    pub url: Option<String>,
}

/// `[controller]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct ControllerFile {
    pub name: Option<String>,
    pub address: Option<String>,
    pub dpo_email: Option<String>,
    pub policy_url: Option<TextOr<ByLanguage<String>>>,
}

/// `[lifetimes]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct LifetimesFile {
    pub choice_months: Option<i64>,
    pub proof_months: Option<i64>,
}

/// `[categories.NAME]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct CategoryFile {
    pub exempt: Option<bool>,
    pub exemption: Option<Table<ExemptionFile>>,
}

/// `[categories.audience.exemption]`: the conditions under which the French
/// authority exempts audience measurement from consent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct ExemptionFile {
    pub own_use_only: Option<bool>,
    pub anonymous_statistics_only: Option<bool>,
    pub no_cross_site_tracking: Option<bool>,
    pub no_merging_or_sharing: Option<bool>,
    pub visitors_informed: Option<bool>,
    pub tracker_months: Option<i64>,
    pub data_months: Option<i64>,
}

/// `[[vendors]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct VendorFile {
    pub id: Option<String>,
    pub name: Option<String>,
    pub company: Option<String>,
    pub category: Option<String>,
    pub policy_url: Option<String>,
    pub country: Option<String>,
    pub transfer: Option<String>,
    pub purposes: Option<Vec<String>>,
    pub hosts: Option<Vec<String>>,
    pub cookies: Option<BTreeMap<String, Table<CookieFile>>>,
}

/// `[vendors.cookies.NAME]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct CookieFile {
    pub duration_days: Option<i64>,
    pub purpose: Option<String>,
    pub storage: Option<String>,
    pub first_party: Option<bool>,
    pub http_only: Option<bool>,
    pub path: Option<String>,
    pub partitioned: Option<bool>,
}

/// `[purposes.ID.LANGUAGE]`, and the catalogue's `[ID.LANGUAGE]`.
pub type PurposesFile = BTreeMap<String, ByLanguage<Table<PurposeFile>>>;

/// A purpose in one language.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct PurposeFile {
    pub title: Option<String>,
    pub description: Option<String>,
}

/// `[theme.light]` and `[theme.dark]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct ThemeFile {
    pub light: Table<PaletteFile>,
    pub dark: Table<PaletteFile>,
}

/// The colours of one mode. Both buttons can be written, so that a site file
/// that sets them apart is refused with a reason.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct PaletteFile {
    pub background: Option<String>,
    pub text: Option<String>,
    pub allow_all: Option<Table<ButtonFile>>,
    pub refuse_all: Option<Table<ButtonFile>>,
}

/// `{ background = "#…", text = "#…" }`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct ButtonFile {
    pub background: Option<String>,
    pub text: Option<String>,
}

/// One of a few words. Whoever switches something on or off may write `true` or a number: that is taken as it stands,
/// so that the check of the key can say which words there are.
#[derive(Debug)]
pub struct Word(String);

impl std::ops::Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl Visitor<'_> for WordVisitor {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word(text.to_owned()))
    }

    fn visit_bool<E>(self, on: bool) -> Result<Word, E> {
        Ok(Word(on.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }
}

/// One table. Serde's derived structs also take a list, by the places of its values: `signals = [true]` would switch the
/// first of them on.
#[derive(Clone, Debug, Default)]
pub struct Table<T>(pub T);

impl<T> std::ops::Deref for Table<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Table<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Table)
    }
}

/// One text, or a table. Serde's untagged enums would lose line and key.
#[derive(Debug)]
pub enum TextOr<T> {
    Text(String),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrVisitor(PhantomData))
    }
}

struct TextOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOrVisitor<T> {
    type Value = TextOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<TextOr<T>, E> {
        Ok(TextOr::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextOr<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Table)
    }
}
