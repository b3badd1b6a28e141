//! `[consent_mode]`: what the loader tells Google's tags (Google Consent Mode, version 2).

use crate::site::file::report::{Fault, Report, hint, list};
use crate::site::file::schema::{ConsentModeFile, RegionFile};
use crate::site::file::values;
use crate::site::notice::contacts::is_known;
use constat_shared::{Category, Notice, Vendor, VendorId};
use std::collections::BTreeSet;

/// How long Google's tags may wait for the choice, in milliseconds, and the most that a file may ask for.
const WAIT_MS: u16 = 500;
const WAIT_MAX_MS: u16 = 5_000;
/// The most regions, and the most codes of one: the page carries them.
const REGIONS_MAX: usize = 16;
const CODES_MAX: usize = 64;
/// The longest name of a data layer, in characters: the snippet has to stay below its 400 bytes.
const DATA_LAYER_CHARS_MAX: usize = 15;
/// Where consent is asked for before anything is stored: the European Economic Area (Directive 2002/58/EC, article
/// 5(3)), the United Kingdom and Switzerland, with the territories of Finland (AX), France (BL, GF, GP, MF, MQ, NC, PF,
/// PM, RE, TF, WF, YT), Norway (SJ) and the United Kingdom in Europe (GG, GI, IM, JE) that have a code of their own.
const CONSENT_FIRST: [&str; 50] = [
    "AT", "AX", "BE", "BG", "BL", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GF", "GG",
    "GI", "GP", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU", "LV", "MF", "MQ", "MT",
    "NC", "NL", "NO", "PF", "PL", "PM", "PT", "RE", "RO", "SE", "SI", "SJ", "SK", "TF", "WF", "YT",
];
/// The countries of ISO 3166-1.
const COUNTRIES: &str = include_str!("countries.txt");
constat_shared::names! {
    /// A consent type of Google that a choice decides. `security_storage` is none of them: it is always granted.
    ConsentType;
    /// Cookies and other storage for advertising.
    AdStorage = "ad_storage";
    /// Data of the visitor sent to Google for advertising.
    AdUserData = "ad_user_data";
    /// Personalised advertising.
    AdPersonalization = "ad_personalization";
    /// Storage for audience measurement.
    AnalyticsStorage = "analytics_storage";
    /// Storage for functions of the site, such as its language.
    FunctionalityStorage = "functionality_storage";
    /// Storage for personalisation, such as recommendations.
    PersonalizationStorage = "personalization_storage";
}

/// How a site uses Google Consent Mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentMode {
    /// Whether Google's tags run before an answer (“advanced”).
    pub advanced: bool,
    /// How long Google's tags wait for the choice, in milliseconds.
    pub wait_for_update_ms: u16,
    /// Whether clicks on advertisements are sent without what identifies them while advertising is refused.
    pub ads_data_redaction: bool,
    /// Whether they are sent on in the addresses of links instead of cookies.
    pub url_passthrough: bool,
    /// The name of the global array that Google's tags read.
    pub data_layer: String,
    /// What decides each type, in the order of [`ConsentType::ALL`].
    pub map: [Decider; 6],
    /// Where other types are granted before an answer.
    pub regions: Vec<Region>,
}

impl ConsentMode {
    /// What Google calls the options that are on.
    pub fn options(&self) -> impl Iterator<Item = &'static str> {
        let all =
            [(self.ads_data_redaction, "ads_data_redaction"), (self.url_passthrough, "url_passthrough")];
        all.into_iter().filter(|(on, _)| *on).map(|(_, key)| key)
    }

    /// A sentence for each category that decides types although a service of Google in it, which reads them, has a
    /// switch of its own: who refuses that service and leaves the category on would be counted as having allowed it.
    pub fn unheard_switches(&self, notice: &Notice) -> impl Iterator<Item = String> {
        Category::ALL.iter().filter(|category| !notice.is_exempt(**category)).filter_map(move |category| {
            let here: Vec<_> = readers(notice).filter(|(vendor, _)| vendor.category == *category).collect();
            let read = |of: &ConsentType| here.iter().any(|(_, types)| types.contains(of));
            let decided = ConsentType::ALL.iter().zip(&self.map).filter(|(of, _)| read(of));
            let types = decided.filter(|(_, decider)| **decider == Decider::Category(*category));
            let types: Vec<_> = types.map(|(of, _)| of.as_str()).collect();
            let each = |how: &dyn Fn(&VendorId) -> String| {
                here.iter().map(|(vendor, _)| how(&vendor.id)).collect::<Vec<_>>().join(" or ")
            };
            let names = each(&|id| format!("`{id}`"));
            let deciders = each(&|id| format!("\"vendor:{id}\""));
            (!types.is_empty()).then(|| {
                format!(
                    "The category `{category}` decides {}, also for a visitor who refuses {names} alone. Write \
                     {deciders} in [consent_mode.map] (docs/consent-mode.md).",
                    list(types.iter().copied()),
                )
            })
        })
    }

    /// A sentence for each service of Google of which nothing that it reads can ever be granted, or one where no type
    /// can.
    pub fn never_granted(&self, notice: &Notice) -> Vec<String> {
        let unused = |of: ConsentType| match &self.map[of as usize] {
            Decider::Category(category) if notice.category(*category).is_none() => Some(*category),
            _ => None,
        };
        let sentence = |who: &str, types: &[ConsentType]| {
            let categories: BTreeSet<_> = types.iter().map(|of| unused(*of)).collect::<Option<_>>()?;
            let tables: Vec<_> =
                categories.iter().map(|category| format!("[categories.{category}]")).collect();
            Some(format!(
                "{who}: the site does not use the categories that decide it. Add {}, or name what decides it in \
                 [consent_mode.map] (docs/consent-mode.md).",
                list(tables.iter().map(String::as_str)),
            ))
        };
        if let Some(of_all) = sentence("Google is told of a refusal, whatever is allowed", ConsentType::ALL) {
            return vec![of_all];
        }
        let of_one = |(vendor, types): (&Vendor, &[ConsentType])| {
            sentence(&format!("`{}` is told of a refusal, whatever is allowed", vendor.id), types)
        };
        readers(notice).filter_map(of_one).collect()
    }
}

/// The types that advertising reads.
const OF_ADS: &[ConsentType] =
    &[ConsentType::AdStorage, ConsentType::AdUserData, ConsentType::AdPersonalization];
/// The services of the catalogue that obey consent types, and those that they read.
const READERS: [(&str, &[ConsentType]); 4] = [
    ("google-ads", OF_ADS),
    ("google-adsense", OF_ADS),
    ("google-analytics", &[ConsentType::AnalyticsStorage]),
    ("google-marketing-platform", OF_ADS),
];

/// Those of them that a site has.
fn readers(notice: &Notice) -> impl Iterator<Item = (&Vendor, &'static [ConsentType])> {
    notice.vendors.iter().filter_map(|vendor| {
        let found = READERS.iter().find(|(id, _)| *id == vendor.id.as_str());
        found.map(|(_, types)| (vendor, *types))
    })
}

/// Whose switch decides a consent type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    /// A category's.
    Category(Category),
    /// A vendor's.
    Vendor(VendorId),
}

/// Where the types before an answer differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// ISO 3166-2 codes, such as `US` or `US-CA`.
    pub codes: Vec<String>,
    /// What differs there, and whether it is granted. A part of a country may deny what the country grants.
    pub types: Vec<(ConsentType, bool)>,
}

/// What the table says.
pub fn check(file: &ConsentModeFile, notice: &Notice, report: &mut Report) -> ConsentMode {
    let advanced = mode(file, notice, report);
    let wait = file.wait_for_update_ms.map(|ms| report.take("consent_mode.wait_for_update_ms", wait_ms(ms)));
    let layer = file.data_layer.as_deref();
    let layer = layer.map(|name| report.take("consent_mode.data_layer", data_layer(name)));
    if file.region.len() > REGIONS_MAX {
        let problem = format!("there are {}", file.region.len());
        report.add("consent_mode.region", problem, format!("Write {REGIONS_MAX} at most"));
    }
    let regions = file.region.iter().take(REGIONS_MAX).enumerate();
    let mut seen = BTreeSet::new();
    let regions = regions.map(|(number, region)| self::region(number, region, &mut seen, report)).collect();
    ConsentMode {
        advanced,
        wait_for_update_ms: wait.flatten().unwrap_or(WAIT_MS),
        ads_data_redaction: file.ads_data_redaction.unwrap_or(true),
        url_passthrough: file.url_passthrough.unwrap_or(false),
        data_layer: layer.flatten().unwrap_or_else(|| "dataLayer".to_owned()),
        map: map(file, notice, report),
        regions,
    }
}

fn mode(file: &ConsentModeFile, notice: &Notice, report: &mut Report) -> bool {
    let key = "consent_mode.mode";
    let named = file.mode.as_deref().unwrap_or("basic");
    let modes = [("basic", false), ("advanced", true)];
    let advanced = report.take(key, values::one_of(named, "a mode", &modes)) == Some(true);
    if let Some(words) = &file.i_know {
        report.take("consent_mode.i_know", values::text(words));
    }
    if advanced && file.i_know.is_none() && is_known(&notice.authority) {
        let problem = format!(
            "in advanced mode Google's tags send requests before an answer, for which {} asks for consent",
            notice.authority.name
        );
        report.add(key, problem, "Write mode = \"basic\", or say in `i_know` why the site may do it");
    }
    advanced
}

fn wait_ms(ms: i64) -> Result<u16, Fault> {
    let fits = u16::try_from(ms).ok().filter(|ms| *ms <= WAIT_MAX_MS);
    let remedy = format!("Write 0 to {WAIT_MAX_MS} milliseconds");
    fits.ok_or_else(|| Fault::new(format!("{ms} is out of bounds"), remedy))
}

/// What services besides Google's read, or make themselves.
const OF_SERVICES: [&str; 15] = [
    "_fbq",
    "_paq",
    "alloy",
    "clarity",
    "constat",
    "fbq",
    "ga",
    "gtag",
    "pa",
    "pdl",
    "plausible",
    "posthog",
    "Shopify",
    "ttq",
    "uetq",
];
/// What a window has already, and what JavaScript keeps for itself.
const TAKEN: &str = include_str!("window_names.txt");

/// The name of a global variable that a script may have without quotes, and that is free.
fn data_layer(name: &str) -> Result<String, Fault> {
    let letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$');
    let good = name.starts_with(letter)
        && name.len() <= DATA_LAYER_CHARS_MAX
        && name.chars().all(|c| letter(c) || c.is_ascii_digit());
    let remedy =
        format!("Write letters, digits, `_` and `$`, {DATA_LAYER_CHARS_MAX} at most, such as dataLayer");
    if !good {
        return Err(Fault::new(format!("`{name}` is no name of a variable"), remedy));
    }
    if OF_SERVICES.contains(&name) {
        return Err(Fault::new(format!("`{name}` is what another service reads"), remedy));
    }
    // In the place of `location`, a list would be an address.
    if TAKEN.split_whitespace().any(|taken| taken == name) {
        return Err(Fault::new(format!("`{name}` means something else in every page"), remedy));
    }
    Ok(name.to_owned())
}

fn map(file: &ConsentModeFile, notice: &Notice, report: &mut Report) -> [Decider; 6] {
    for name in file.map.keys() {
        let key = format!("consent_mode.map.{name}");
        if name == "security_storage" {
            report.add(&key, "it is always granted", "Leave it out");
        } else if ConsentType::parse(name).is_err() {
            let all = || ConsentType::ALL.iter().map(|known| known.as_str());
            let otherwise = format!("Write one of {}", list(all()));
            report.add(&key, format!("`{name}` is no consent type"), hint(name, all(), otherwise));
        }
    }
    let mut decider = |of: ConsentType, otherwise: Category| {
        let given = file.map.get(of.as_str());
        let key = format!("consent_mode.map.{of}");
        let found = given.and_then(|text| report.take(&key, decides(text, otherwise, notice)));
        found.unwrap_or(Decider::Category(otherwise))
    };
    [
        decider(ConsentType::AdStorage, Category::Advertising),
        decider(ConsentType::AdUserData, Category::Advertising),
        decider(ConsentType::AdPersonalization, Category::Advertising),
        decider(ConsentType::AnalyticsStorage, Category::Audience),
        decider(ConsentType::FunctionalityStorage, Category::Functional),
        decider(ConsentType::PersonalizationStorage, Category::Functional),
    ]
}

/// A category of the site, or `vendor:` and a vendor of it. The category that decides otherwise may be written also
/// where the site does not use it: the type is then denied for good, with or without the line.
fn decides(text: &str, otherwise: Category, notice: &Notice) -> Result<Decider, Fault> {
    let Some(id) = text.strip_prefix("vendor:") else {
        let category = values::category(text)?;
        if category == otherwise || notice.category(category).is_some() {
            return Ok(Decider::Category(category));
        }
        let remedy = format!("Add [categories.{category}], or name another one");
        return Err(Fault::new(format!("the site does not use the category `{category}`"), remedy));
    };
    let ids = || notice.vendors.iter().map(|vendor| vendor.id.as_str());
    let vendor = VendorId::parse(id).ok().and_then(|id| notice.vendor(&id));
    vendor.map(|vendor| Decider::Vendor(vendor.id.clone())).ok_or_else(|| {
        let otherwise = format!("Add [[vendors]] with id = \"{id}\"");
        Fault::new(format!("the site has no vendor `{id}`"), hint(id, ids(), otherwise))
    })
}

/// A region; `seen` has the codes of all, as of two defaults for one code nobody knows which holds.
fn region<'a>(
    number: usize,
    file: &'a RegionFile,
    seen: &mut BTreeSet<&'a str>,
    report: &mut Report,
) -> Region {
    let key = format!("consent_mode.region[{number}]");
    let codes_key = format!("{key}.codes");
    let types = differing(&key, file, report);
    if file.codes.is_empty() || file.codes.len() > CODES_MAX {
        let problem = format!("there are {} codes", file.codes.len());
        report.add(&codes_key, problem, format!("Write 1 to {CODES_MAX}, such as codes = [\"US\"]"));
    }
    for code in &file.codes {
        if !is_region(code) {
            let remedy = match code.as_str() {
                "UK" => "Write GB, the code of the United Kingdom",
                "EU" | "EEA" => "Leave it out: everything is denied there",
                _ => "Write a code of ISO 3166-2, such as US or US-CA",
            };
            report.add(&codes_key, format!("`{code}` is no region"), remedy);
        } else if types.iter().any(|(_, granted)| *granted) && CONSENT_FIRST.contains(&&code[..2]) {
            let problem = format!("in `{code}` nothing may be granted before an answer");
            report.add(&codes_key, problem, "Take it out: everything is denied there");
        } else if !seen.insert(code) {
            report.add(&codes_key, format!("`{code}` is listed twice"), "List it once");
        }
    }
    Region { codes: file.codes.clone(), types }
}

/// The types that a region names. Google takes for each type the default of the smallest region that holds the
/// visitor's, so one may deny what a larger one grants.
fn differing(key: &str, file: &RegionFile, report: &mut Report) -> Vec<(ConsentType, bool)> {
    let written = [
        (ConsentType::AdStorage, &file.ad_storage),
        (ConsentType::AdUserData, &file.ad_user_data),
        (ConsentType::AdPersonalization, &file.ad_personalization),
        (ConsentType::AnalyticsStorage, &file.analytics_storage),
        (ConsentType::FunctionalityStorage, &file.functionality_storage),
        (ConsentType::PersonalizationStorage, &file.personalization_storage),
    ];
    let given = written.iter().filter_map(|(of, value)| Some((*of, value.as_deref()?)));
    let types: Vec<_> = given
        .filter_map(|(of, value)| {
            let words = [("granted", true), ("denied", false)];
            let granted = values::one_of(value, "a state", &words);
            Some((of, report.take(&format!("{key}.{of}"), granted)?))
        })
        .collect();
    if written.iter().all(|(_, value)| value.is_none()) {
        report.add(key, "no type differs there", "Write one such as analytics_storage = \"granted\"");
    }
    types
}

/// Whether a text is the code of a country, or has the form of one of a part of it (ISO 3166-2).
fn is_region(code: &str) -> bool {
    let (country, part) = code.split_once('-').map_or((code, None), |(country, part)| (country, Some(part)));
    let short = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    COUNTRIES.split_whitespace().any(|known| known == country) && part.is_none_or(short)
}
