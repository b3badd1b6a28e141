//! From a site file as written to the notice it stands for, with every
//! mistake reported.

use super::hidden_cookies::{self, HiddenCookie};
use super::{categories, contacts, general, signals, texts, theme, vendors};
use crate::site::catalogue::Catalogue;
use crate::site::facts::cited::UsedFact;
use crate::site::facts::purposes;
use crate::site::file::report::Report;
use crate::site::file::schema::SiteFile;
use constat_shared::notice::FORMAT;
use constat_shared::{Language, Notice, Texts};
use std::collections::BTreeMap;
use std::mem::take;

/// What a site file stands for.
pub struct Made {
    /// The notice.
    pub notice: Notice,
    /// The origins it is shown on.
    pub origins: Vec<String>,
    /// The cookies that its pages cannot remove.
    pub hidden_cookies: Vec<HiddenCookie>,
    /// The facts that come from the catalogue.
    pub facts: Vec<UsedFact>,
}

/// What a site file stands for, when it has no mistake that keeps it from being made. Takes authority and
/// controller out of it.
pub fn make(file: &mut SiteFile, catalogue: &Catalogue, report: &mut Report) -> Option<Made> {
    let id = report.field(
        "id",
        file.id.as_deref(),
        None,
        "Give the site a name, such as id = \"boreale\"",
        general::id,
    );
    let origins = general::origins(file.origins.as_deref(), report);
    let languages = general::languages(file.languages.as_deref(), report);
    let authority = contacts::authority(file.authority.take(), report);
    let controller = contacts::controller(take(&mut file.controller.0), &languages, report);
    let lifetimes = general::lifetimes(&file.lifetimes, report);
    let categories = categories::check(&file.categories, report);
    let own_purposes = purposes::complete("purposes.", &file.purposes, &languages, report);
    let known = catalogue.purposes().clone().into_iter().chain(own_purposes).collect();
    let (vendors, facts) = vendors::check(&file.vendors, catalogue, &categories, &known, report);
    let hidden_cookies = hidden_cookies::check(&file.vendors, &vendors, report);
    let refusal_signals = signals::check(file, report);
    let texts: BTreeMap<Language, Texts> =
        texts::overridden(&file.texts, &languages, &refusal_signals, catalogue, report);
    let theme = theme::check(&file.theme, report);
    let notice = Notice {
        format: FORMAT,
        site: id?,
        controller: controller?,
        authority: authority?,
        purposes: purposes::named(&known, &vendors, &languages),
        languages,
        categories: categories.used,
        vendors,
        lifetimes: lifetimes?,
        texts,
        theme: theme?,
        refusal_signals,
    };
    Some(Made { notice, origins, hidden_cookies, facts })
}
