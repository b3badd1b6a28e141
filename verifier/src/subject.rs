//! A bundle or a receipt with the result of its check, in one language.

use crate::facts::{Fact, fact, log_facts, record_facts};
use crate::files::Bundle;
use constat_shared::proof::Verdict as Whole;
use constat_shared::proof::{
    CheckedStep, GivenFiles, PurgeProof, Step, StepInWords, StepResult, Verification,
};
use constat_shared::{Category, Evidence, Hash, KeySet, Language, NoticeCategory, Receipt, TextKey};
use serde::Serialize;

/// A bundle or a receipt with the result of its check.
#[derive(Debug, Serialize)]
pub struct Subject {
    /// The name of its file.
    pub file: String,
    /// `bundle`, `certificate`, `receipt` or `purge`.
    pub kind: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether no keys were given to compare a bundle's key with: anybody may then have made it.
    pub key_open: bool,
    /// Why it is not proven, as a sentence; nothing when it is proven or when a
    /// finding gives the reason.
    pub why: Option<String>,
    /// Point by point.
    pub findings: Vec<Point>,
    /// The statement of a bundle.
    pub statement: Option<Text>,
    /// What was allowed and refused.
    pub choices: Vec<Group>,
    /// Hashes, names and dates, each under its name in the file.
    pub facts: Vec<Fact>,
}

/// The result for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The file is valid, and nothing given with it contradicts it.
    Proven,
    /// The file is not valid.
    NotProven,
    /// The file is valid, but something given with it does not belong to it.
    Contradicted,
}

/// A check in words.
#[derive(Debug, Serialize)]
pub struct Point {
    /// Its name, its result, and the sentence that completes the label.
    #[serde(flatten)]
    pub step: StepInWords,
    /// The result in words.
    pub label: &'static str,
}

/// A text, which may be in another language than the page.
#[derive(Debug, Serialize)]
pub struct Text {
    /// Its language.
    pub language: Language,
    /// The text.
    pub text: String,
}

/// The choices of one category.
#[derive(Debug, Serialize)]
pub struct Group {
    /// Its title in the notice; nothing in a receipt, which has no notice.
    pub title: Option<Text>,
    /// Its name in the record; nothing for the vendors of a receipt, which have no category there.
    pub id: Option<Category>,
    /// Whether it was allowed as a whole.
    pub allowed: Option<bool>,
    /// Whether it needs no consent.
    pub exempt: bool,
    /// Each vendor's name, and whether it was allowed.
    pub vendors: Vec<(String, bool)>,
}

/// The result for a bundle, compared with what was given with it.
pub fn bundle_subject(file: &str, bundle: &Bundle, given: &GivenFiles, language: Language) -> Subject {
    let sha256 = fact("SHA-256", bundle.sha256);
    let checked = match &bundle.checked {
        Ok(checked) => checked,
        Err(error) => {
            let why = error.in_words(language);
            let findings = points(&[CheckedStep::failed(error.clone())], language);
            return Subject { facts: vec![sha256], findings, ..refused(file, "bundle", why) };
        }
    };
    let Verification { evidence, is_certificate, head, faults } = checked;
    let steps = checked.steps(given);
    let mut facts = vec![sha256];
    facts.extend(record_facts(&evidence.record));
    facts.extend(log_facts(evidence, head.as_ref()));
    Subject {
        file: file.to_owned(),
        kind: if *is_certificate { "certificate" } else { "bundle" },
        verdict: match Whole::of(&steps) {
            Whole::Proven => Verdict::Proven,
            Whole::NotProven if faults.is_empty() => Verdict::Contradicted,
            Whole::NotProven => Verdict::NotProven,
        },
        key_open: given.keys.is_none() && faults.is_empty(),
        why: faults.first().map(|fault| fault.in_words(language)),
        findings: points(&steps, language),
        statement: faults
            .is_empty()
            .then(|| Text { language: evidence.record.language, text: evidence.statement.clone() }),
        choices: if faults.is_empty() { choices(evidence, language) } else { Vec::new() },
        facts,
    }
}

/// The result for the proof of an erasure, compared with the keys that were given with it.
pub fn purge_subject(file: &str, bytes: &[u8], given: &GivenFiles, language: Language) -> Subject {
    let (proof, steps) = PurgeProof::check(bytes, given);
    let failed = steps.iter().find(|step| step.result == StepResult::Failed);
    let is_contradicted = failed.is_some_and(|step| step.step == Step::PublishedKey);
    let mut facts = vec![fact("SHA-256", Hash::of(bytes))];
    facts.extend(proof.iter().flat_map(|proof| {
        [
            fact("log", proof.log.origin()),
            fact("leaf_index", proof.leaf_index),
            fact("public_key.kid", &proof.public_key.kid),
        ]
    }));
    Subject {
        file: file.to_owned(),
        kind: "purge",
        verdict: match failed {
            None => Verdict::Proven,
            Some(_) if is_contradicted => Verdict::Contradicted,
            Some(_) => Verdict::NotProven,
        },
        key_open: given.keys.is_none() && failed.is_none(),
        why: failed.filter(|_| !is_contradicted).map(|step| step.in_words(language).detail),
        findings: points(&steps, language),
        statement: proof
            .filter(|_| failed.is_none())
            .map(|proof| Text { language: proof.language, text: proof.statement }),
        choices: Vec::new(),
        facts,
    }
}

/// The result for a receipt, checked with these keys.
pub fn receipt_subject(file: &str, text: &str, keys: &KeySet, language: Language) -> Subject {
    let (receipt, key_id) = match Receipt::verify(text, keys) {
        Ok(good) => good,
        Err(error) => return refused(file, "receipt", error.in_words(language)),
    };
    let steps: Vec<_> = receipt.findings(&key_id).into_iter().map(CheckedStep::from).collect();
    let vendors = receipt.record.vendors.iter().map(|(id, allowed)| (id.to_string(), *allowed)).collect();
    let category = |(id, allowed): (&Category, &bool)| Group {
        title: None,
        id: Some(*id),
        allowed: Some(*allowed),
        exempt: false,
        vendors: Vec::new(),
    };
    let mut choices: Vec<Group> = receipt.record.categories.iter().map(category).collect();
    choices.push(Group { title: None, id: None, allowed: None, exempt: false, vendors });
    Subject {
        file: file.to_owned(),
        kind: "receipt",
        verdict: Verdict::Proven,
        key_open: false,
        why: None,
        findings: points(&steps, language),
        statement: None,
        choices,
        facts: record_facts(&receipt.record),
    }
}

fn refused(file: &str, kind: &'static str, why: String) -> Subject {
    Subject {
        file: file.to_owned(),
        kind,
        verdict: Verdict::NotProven,
        key_open: false,
        why: Some(why),
        findings: Vec::new(),
        statement: None,
        choices: Vec::new(),
        facts: Vec::new(),
    }
}

fn points(steps: &[CheckedStep], language: Language) -> Vec<Point> {
    let point = |step: &CheckedStep| Point { step: step.in_words(language), label: step.label(language) };
    steps.iter().map(point).collect()
}

/// The record's choices under the titles of its notice, in the page's language
/// if the notice has it, otherwise in the language of the answer.
fn choices(evidence: &Evidence, language: Language) -> Vec<Group> {
    let (record, notice) = (&evidence.record, &evidence.notice);
    let language = if notice.texts.contains_key(&language) { language } else { record.language };
    let texts = notice.texts.get(&language);
    let group = |category: &NoticeCategory| {
        let vendors = notice.vendors.iter().filter(|vendor| vendor.category == category.id);
        let allowed = |id| record.vendors.get(id).copied().unwrap_or_default();
        Group {
            title: texts.map(|texts| Text {
                language,
                text: texts.get(TextKey::of_category(category.id).0).to_owned(),
            }),
            id: Some(category.id),
            allowed: record.categories.get(&category.id).copied(),
            exempt: category.exempt,
            vendors: vendors.map(|vendor| (vendor.name.clone(), allowed(&vendor.id))).collect(),
        }
    };
    notice.categories.iter().map(group).collect()
}
