//! The keys at the top of a site file: its id, origins, languages and lifetimes.

use crate::site::file::report::{Fault, Report};
use crate::site::file::schema::LifetimesFile;
use crate::site::file::values;
use constat_shared::{Language, Lifetimes, SiteId};
use std::collections::BTreeSet;

pub fn id(text: &str) -> Result<SiteId, Fault> {
    values::id(text, SiteId::parse(text), "a site id")
}

pub fn origins(given: Option<&[String]>, report: &mut Report) -> Vec<String> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        let remedy = "List where the site is, such as origins = [\"https://www.example.com\"]";
        report.add("origins", "no origin is allowed", remedy);
    }
    let mut seen = BTreeSet::new();
    let mut origins = Vec::new();
    for (number, text) in given.iter().enumerate() {
        let key = format!("origins[{number}]");
        let Some(origin) = report.take(&key, values::origin(text)) else { continue };
        if seen.insert(origin.clone()) {
            origins.push(origin);
        } else {
            report.add(&key, format!("`{origin}` is listed twice"), "List it once");
        }
    }
    origins
}

pub fn languages(given: Option<&[String]>, report: &mut Report) -> Vec<Language> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        let remedy = "List the site's languages, the main one first, such as languages = [\"fr\", \"nl\"]";
        report.add("languages", "no language is given", remedy);
    }
    let mut languages = Vec::new();
    for (number, code) in given.iter().enumerate() {
        let key = format!("languages[{number}]");
        let Some(language) = report.take(&key, values::language(code)) else { continue };
        if languages.contains(&language) {
            report.add(&key, format!("`{language}` is listed twice"), "List it once");
        } else {
            languages.push(language);
        }
    }
    languages
}

pub fn lifetimes(file: &LifetimesFile, report: &mut Report) -> Option<Lifetimes> {
    let (choice, proof) = ("lifetimes.choice_months", "lifetimes.proof_months");
    let remedy = "Write how many months a choice holds, 6 to 13";
    let choice = report.field(choice, file.choice_months, None, remedy, values::months);
    let remedy = "Write how many months its proof is kept, 6 to 13";
    let kept = report.field(proof, file.proof_months, None, remedy, values::months);
    let (choice, kept) = (choice?, kept?);
    let lifetimes = Lifetimes::new(choice, kept);
    if lifetimes.is_err() {
        let (choice, kept) = (choice.get(), kept.get());
        let problem = format!("the proof ends after {kept} months, before the choice it proves");
        report.add(proof, problem, format!("Write {choice} or more"));
    }
    lifetimes.ok()
}
