//! Which categories the site uses, and which of them need no consent.

use crate::site::file::report::{Report, hint, list};
use crate::site::file::schema::{CategoryFile, ExemptionFile, Table};
use constat_shared::{Category, NoticeCategory};
use std::collections::BTreeMap;

/// The longest life of an exempt audience tracker, in months (CNIL guidelines
/// of 17 September 2020, deliberation 2020-091, article 5).
const EXEMPT_TRACKER_MONTHS_MAX: i64 = 13;
/// The longest time what it collects is kept, in months (the same).
const EXEMPT_DATA_MONTHS_MAX: i64 = 25;

/// The categories in use.
pub struct Categories {
    /// In the order of [`Category::ALL`].
    pub used: Vec<NoticeCategory>,
    /// How many months a tracker of an exempt audience category may live.
    pub exempt_tracker_months: Option<u16>,
}

impl Categories {
    pub fn uses(&self, category: Category) -> bool {
        self.used.iter().any(|used| used.id == category)
    }
}

/// A category is used when its table is there; essential always is.
pub fn check(files: &BTreeMap<String, Table<CategoryFile>>, report: &mut Report) -> Categories {
    for unknown in files.keys().filter(|name| Category::parse(name).is_none()) {
        let names = || Category::ALL.map(Category::as_str);
        let remedy = hint(unknown, names(), format!("There are {}", list(names())));
        report.add(&format!("categories.{unknown}"), format!("unknown category `{unknown}`"), remedy);
    }
    let mut used = Vec::new();
    let mut exempt_tracker_months = None;
    for id in Category::ALL {
        let file = files.get(id.as_str());
        let Some(exempt) = exempt(id, file, report) else { continue };
        used.push(NoticeCategory { id, exempt });
        let exemption = file.and_then(|file| file.exemption.as_ref());
        match exemption {
            Some(exemption) if id == Category::Audience && exempt => {
                exempt_tracker_months = checklist(exemption, report);
            }
            Some(_) => {
                let remedy = "Only an audience category with exempt = true has one: take it out";
                report.add(&format!("categories.{id}.exemption"), "this category has no checklist", remedy);
            }
            None => {}
        }
    }
    Categories { used, exempt_tracker_months }
}

/// Whether the category needs no consent; nothing when the site does not use it.
fn exempt(id: Category, file: Option<&Table<CategoryFile>>, report: &mut Report) -> Option<bool> {
    let wanted = file.and_then(|file| file.exempt);
    let key = format!("categories.{id}.exempt");
    match (id, wanted) {
        (Category::Essential, Some(false)) => {
            report.add(&key, "essential trackers cannot be refused", "Take `exempt = false` out");
            Some(true)
        }
        (Category::Essential, _) => Some(true),
        (Category::Advertising | Category::ThirdParty, Some(true)) => {
            report.add(&key, format!("the category `{id}` always needs consent"), "Take `exempt = true` out");
            Some(false)
        }
        (Category::Audience, Some(true)) => {
            if file.is_none_or(|file| file.exemption.is_none()) {
                let remedy = "Fill in [categories.audience.exemption], the conditions of the French authority, \
                              or take `exempt = true` out";
                report.add(&key, "audience measurement without consent needs the checklist", remedy);
            }
            Some(true)
        }
        _ => file.map(|_| wanted.unwrap_or_default()),
    }
}

/// Checks that every condition is met; the result is the trackers' longest life.
fn checklist(file: &ExemptionFile, report: &mut Report) -> Option<u16> {
    const KEY: &str = "categories.audience.exemption";
    let conditions = [
        ("own_use_only", file.own_use_only),
        ("anonymous_statistics_only", file.anonymous_statistics_only),
        ("no_cross_site_tracking", file.no_cross_site_tracking),
        ("no_merging_or_sharing", file.no_merging_or_sharing),
        ("visitors_informed", file.visitors_informed),
    ];
    for (name, met) in conditions {
        let problem = match met {
            Some(true) => continue,
            Some(false) => "the condition is not met, so audience measurement needs consent",
            None => "the condition is missing from the checklist",
        };
        let remedy = "Write true if it is so, or take `exempt = true` and the checklist out";
        report.add(&format!("{KEY}.{name}"), problem, remedy);
    }
    let months = [
        ("tracker_months", file.tracker_months, EXEMPT_TRACKER_MONTHS_MAX),
        ("data_months", file.data_months, EXEMPT_DATA_MONTHS_MAX),
    ];
    for (name, months, max) in months {
        let problem = match months {
            Some(months) if (0..=max).contains(&months) => continue,
            Some(months) => format!("{months} months is out of bounds"),
            None => "it is missing from the checklist".to_owned(),
        };
        report.add(&format!("{KEY}.{name}"), problem, format!("Write {max} or less"));
    }
    file.tracker_months.and_then(|months| u16::try_from(months).ok())
}
