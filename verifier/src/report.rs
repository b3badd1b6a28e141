//! What the files prove, in one language: what the page shows, and nothing else.

use crate::files::{Bundle, Content, Files, Given, Refusal};
use constat_shared::proof::{Beside, Finding, Standing};
use constat_shared::{Category, Checkpoint, Evidence, Hash, KeySet, Language, Receipt, Record, TextKey};
use serde::Serialize;

/// All that the page shows about the files.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of this verifier.
    pub version: &'static str,
    /// Each bundle and each receipt.
    pub subjects: Vec<Subject>,
    /// Each file that proves nothing by itself here.
    pub others: Vec<Other>,
}

/// A bundle or a receipt, and what was found.
#[derive(Debug, Serialize)]
pub struct Subject {
    /// Its file.
    pub file: String,
    /// `bundle` or `receipt`.
    pub kind: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether a bundle's key was compared with none, so that anybody may have made it.
    pub key_open: bool,
    /// Why it is not proven, as a sentence; nothing when it is, or when a
    /// finding says it.
    pub why: Option<String>,
    /// Point by point.
    pub findings: Vec<Point>,
    /// The statement of a bundle.
    pub statement: Option<Text>,
    /// What was allowed and refused.
    pub choices: Vec<Group>,
    /// Hashes, names and dates, each under its name in the file.
    pub facts: Vec<(String, String)>,
}

/// The word on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The file is good, and nothing beside it says otherwise.
    Proven,
    /// The file is not good.
    NotProven,
    /// The file is good, and what was given beside it does not belong to it.
    Contradicted,
}

/// A finding in words.
#[derive(Debug, Serialize)]
pub struct Point {
    /// `proven`, `not_proven`, `said`, or `contradicted` where something given
    /// does not belong to the bundle.
    pub standing: &'static str,
    /// That standing in words.
    pub label: &'static str,
    /// The sentence that completes it.
    pub text: String,
}

/// A text that may be of another language than the page.
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
    /// Its name in the record; nothing where vendors stand without their category.
    pub id: Option<Category>,
    /// Whether it was allowed as a whole.
    pub allowed: Option<bool>,
    /// Whether it needs no consent.
    pub exempt: bool,
    /// Each vendor's name, and whether it was allowed.
    pub vendors: Vec<(String, bool)>,
}

/// A file that is neither bundle nor receipt.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Its name.
    pub file: String,
    /// What to say about it.
    pub note: Note,
}

/// What there is to say about such a file, by the name the page has a sentence for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Note {
    /// It cannot be used.
    Refused(Refusal),
    /// It waits for a bundle.
    Waiting(Waiting),
}

/// What is missing before a file can be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A picture is compared with a bundle, and there is none.
    PictureAlone,
    /// Keys are compared with a bundle or check a receipt, and there is none.
    KeysAlone,
    /// A receipt is checked against keys, and there are none.
    ReceiptWithoutKeys,
}

impl Report {
    /// What the files prove.
    pub fn of(files: &Files, language: Language) -> Report {
        let given = files.given();
        let keys = all_keys(given);
        let mut report =
            Report { version: env!("CARGO_PKG_VERSION"), subjects: Vec::new(), others: Vec::new() };
        for Given { name, content } in given {
            let note = match (content, &keys) {
                (Content::Bundle(bundle), _) => {
                    let beside =
                        Beside { keys: keys.clone(), pictures: pictures_for(bundle, given), stamp: None };
                    report.subjects.push(bundle_subject(name, bundle, &beside, language));
                    continue;
                }
                (Content::Receipt(text), Some(keys)) => {
                    report.subjects.push(receipt_subject(name, text, keys, language));
                    continue;
                }
                (Content::Receipt(_), None) => Note::Waiting(Waiting::ReceiptWithoutKeys),
                (Content::Refused(refusal), _) => Note::Refused(*refusal),
                (Content::Picture(_), _) if !given.iter().any(is_bundle) => {
                    Note::Waiting(Waiting::PictureAlone)
                }
                (Content::Keys(_), _) if !given.iter().any(|given| is_bundle(given) || is_receipt(given)) => {
                    Note::Waiting(Waiting::KeysAlone)
                }
                (Content::Picture(_) | Content::Keys(_), _) => continue,
            };
            report.others.push(Other { file: name.clone(), note });
        }
        report
    }
}

fn is_bundle(given: &Given) -> bool {
    matches!(given.content, Content::Bundle(_))
}

fn is_receipt(given: &Given) -> bool {
    matches!(given.content, Content::Receipt(_))
}

/// The keys of every set together; nothing when there is no set.
fn all_keys(given: &[Given]) -> Option<KeySet> {
    let mut sets = given.iter().filter_map(|given| match &given.content {
        Content::Keys(set) => Some(set.clone()),
        _ => None,
    });
    let mut all = sets.next()?;
    all.keys.extend(sets.flat_map(|set| set.keys));
    Some(all)
}

/// The pictures to compare with a bundle: all but those that only another
/// bundle, given at the same time, names.
fn pictures_for(bundle: &Bundle, given: &[Given]) -> Vec<(String, Hash)> {
    let others: Vec<&Bundle> = given
        .iter()
        .filter_map(|given| match &given.content {
            Content::Bundle(other) if !std::ptr::eq(&**other, bundle) => Some(&**other),
            _ => None,
        })
        .collect();
    let pictures = given.iter().filter_map(|given| match given.content {
        Content::Picture(hash) => Some((given.name.clone(), hash)),
        _ => None,
    });
    pictures
        .filter(|(name, hash)| {
            names_picture(bundle, name, *hash)
                || !others.iter().any(|other| names_picture(other, name, *hash))
        })
        .collect()
}

fn names_picture(bundle: &Bundle, name: &str, hash: Hash) -> bool {
    let snapshot = bundle.checked.as_ref().ok().and_then(|(evidence, _)| evidence.snapshot());
    snapshot.is_some_and(|snapshot| {
        snapshot.images.iter().any(|image| image.sha256 == hash || image.file_name() == name)
    })
}

fn bundle_subject(file: &str, bundle: &Bundle, beside: &Beside, language: Language) -> Subject {
    let sha256 = ("SHA-256".to_owned(), bundle.sha256.to_string());
    match &bundle.checked {
        Err(error) => Subject { facts: vec![sha256], ..refused(file, "bundle", error.in_words(language)) },
        Ok((evidence, checkpoint)) => {
            let findings = evidence.findings(checkpoint, beside);
            let contradicted = findings.iter().any(Finding::contradicts);
            let mut facts = vec![sha256];
            facts.extend(record_facts(&evidence.record));
            facts.extend(log_facts(evidence, checkpoint));
            Subject {
                file: file.to_owned(),
                kind: "bundle",
                verdict: if contradicted { Verdict::Contradicted } else { Verdict::Proven },
                key_open: beside.keys.is_none(),
                why: None,
                findings: points(&findings, language),
                statement: Some(Text {
                    language: evidence.record.language,
                    text: evidence.statement.clone(),
                }),
                choices: choices(evidence, language),
                facts,
            }
        }
    }
}

fn receipt_subject(file: &str, text: &str, keys: &KeySet, language: Language) -> Subject {
    let (receipt, key_id) = match Receipt::verify(text, keys) {
        Ok(good) => good,
        Err(error) => return refused(file, "receipt", error.in_words(language)),
    };
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
        findings: points(&receipt.findings(&key_id), language),
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

fn points(findings: &[Finding], language: Language) -> Vec<Point> {
    let point = |finding: &Finding| Point {
        standing: match finding.standing() {
            _ if finding.contradicts() => "contradicted",
            Standing::Proven => "proven",
            Standing::NotProven => "not_proven",
            Standing::Said => "said",
        },
        label: finding.standing().in_words(language),
        text: finding.in_words(language),
    };
    findings.iter().map(point).collect()
}

/// The record's choices under the titles of its notice: in the page's language
/// when the notice speaks it, otherwise in the one it was answered in.
fn choices(evidence: &Evidence, language: Language) -> Vec<Group> {
    let (record, notice) = (&evidence.record, &evidence.notice);
    let language = if notice.texts.contains_key(&language) { language } else { record.language };
    let texts = notice.texts.get(&language);
    let group = |category: &constat_shared::NoticeCategory| {
        let vendors = notice.vendors.iter().filter(|vendor| vendor.category == category.id);
        let allowed = |id| record.vendors.get(id).copied().unwrap_or_default();
        Group {
            title: texts.map(|texts| Text { language, text: texts.get(title(category.id)).to_owned() }),
            id: Some(category.id),
            allowed: record.categories.get(&category.id).copied(),
            exempt: category.exempt,
            vendors: vendors.map(|vendor| (vendor.name.clone(), allowed(&vendor.id))).collect(),
        }
    };
    notice.categories.iter().map(group).collect()
}

fn title(category: Category) -> TextKey {
    match category {
        Category::Essential => TextKey::CategoryEssentialTitle,
        Category::Functional => TextKey::CategoryFunctionalTitle,
        Category::Audience => TextKey::CategoryAudienceTitle,
        Category::Advertising => TextKey::CategoryAdvertisingTitle,
        Category::ThirdParty => TextKey::CategoryThirdPartyTitle,
    }
}

fn fact(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn record_facts(record: &Record) -> Vec<(String, String)> {
    let mut facts = vec![
        fact("record.site", &record.site),
        fact("record.consent_id", record.consent_id),
        fact("record.event_id", record.event_id),
    ];
    facts.extend(record.previous_event_id.map(|id| fact("record.previous_event_id", id)));
    facts.extend([
        fact("record.recorded_at", record.recorded_at),
        fact("record.choice_expires_at", record.choice_expires_at),
        fact("record.expires_at", record.expires_at),
        fact("record.notice_hash", record.notice_hash),
        fact("record.terms_hash", record.terms_hash),
    ]);
    facts
}

fn log_facts(evidence: &Evidence, checkpoint: &Checkpoint) -> Vec<(String, String)> {
    let mut facts = vec![
        fact("log", evidence.log.origin()),
        fact("leaf_index", evidence.leaf_index),
        fact("checkpoint.size", checkpoint.size),
        fact("checkpoint.root", checkpoint.root),
        fact("public_key.kid", &evidence.public_key.kid),
    ];
    for (name, hash) in evidence.serving().into_iter().flat_map(|serving| &serving.files) {
        facts.push(fact(&format!("serving.{name}"), hash));
    }
    for image in evidence.snapshot().into_iter().flat_map(|snapshot| &snapshot.images) {
        facts.push(fact(&format!("snapshot.{}", image.file_name()), image.sha256));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::{Jwk, LogId, LogShards};
    use ed25519_dalek::SigningKey;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    const TEXTS: &str = include_str!("../../www/verify/texts.json");

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn receipt() -> String {
        let hash = "0".repeat(64);
        let record: Record = serde_json::from_value(json!({
            "event_id": "019376c0-5b1a-7cc3-98c4-dc0c0c073990", "consent_id": "019376c0-5b1a-7cc3-98c4-dc0c0c07398f",
            "previous_event_id": null, "site": "boreale", "action": "save", "layer": "configuration",
            "language": "nl", "categories": { "essential": true, "audience": false }, "vendors": { "matomo": true },
            "signals": { "gpc": false, "dnt": false }, "notice_hash": hash, "terms_hash": hash,
            "recorded_at": "2026-03-01T09:30:00.000Z", "choice_expires_at": "2026-09-01T09:30:00.000Z",
            "expires_at": "2027-04-01T09:30:00.000Z",
        }))
        .unwrap();
        let key_id = Jwk::of(&key(1).verifying_key()).kid;
        let log = LogId::of(&record, LogShards::ONE);
        Receipt::new(record, log, 7).sign(&key(1), &key_id)
    }

    fn key_set(seeds: &[u8]) -> String {
        let keys: Vec<Jwk> = seeds.iter().map(|seed| Jwk::of(&key(*seed).verifying_key())).collect();
        json!({ "keys": keys }).to_string()
    }

    fn report(files: &[(&str, &str)]) -> Value {
        let mut given = Files::default();
        files.iter().for_each(|(name, content)| given.add(name, content.as_bytes()));
        serde_json::to_value(Report::of(&given, Language::En)).unwrap()
    }

    #[test]
    fn a_receipt_is_proven_by_the_key_it_names_and_by_no_other() {
        let proven = report(&[("r.jwt", &receipt()), ("a.json", &key_set(&[2])), ("b.json", &key_set(&[1]))]);
        let subject = &proven["subjects"][0];
        assert_eq!(subject["verdict"], "proven");
        assert_eq!(subject["findings"][0]["standing"], "proven");
        assert_eq!(subject["choices"][2]["vendors"], json!([["matomo", true]]));
        assert!(subject["facts"].to_string().contains("2027-04-01T09:30:00.000Z"));
        let other = report(&[("r.jwt", &receipt()), ("a.json", &key_set(&[2]))]);
        let why = other["subjects"][0]["why"].as_str().unwrap();
        assert_eq!(other["subjects"][0]["verdict"], "not_proven");
        assert!(why.starts_with("no key of the set has its name"), "{why}");
    }

    #[test]
    fn what_waits_for_another_file_says_for_which() {
        let picture = "GIF8 and so on";
        let alone = |name: &str, content: &str| report(&[(name, content)])["others"][0]["note"].clone();
        assert_eq!(alone("a.gif", picture), "picture_alone");
        assert_eq!(alone("jwks.json", &key_set(&[1])), "keys_alone");
        assert_eq!(alone("r.jwt", &receipt()), "receipt_without_keys");
        assert_eq!(alone("letter.txt", "hello"), "unknown");
        let both = report(&[("r.jwt", &receipt()), ("jwks.json", &key_set(&[1]))]);
        assert_eq!(both["others"], json!([]));
    }

    #[test]
    fn a_file_that_is_no_bundle_is_not_proven_and_its_part_is_named() {
        let report = report(&[("evidence.json", r#"{"format":2}"#)]);
        assert_eq!(report["subjects"][0]["verdict"], "not_proven");
        let why = report["subjects"][0]["why"].as_str().unwrap();
        assert!(why.starts_with("file: it is not an evidence bundle (missing field"), "{why}");
    }

    #[test]
    fn the_page_has_every_text_in_every_language() {
        let texts: Value = serde_json::from_str(TEXTS).unwrap();
        let keys =
            |code: &str| -> BTreeSet<String> { texts[code].as_object().unwrap().keys().cloned().collect() };
        for language in Language::ALL {
            assert_eq!(keys(language.as_str()), keys("en"), "{language}");
        }
        let refusals = ["too_large", "unreadable", "too_many", "keys_malformed", "unknown"];
        let waiting = ["picture_alone", "keys_alone", "receipt_without_keys"];
        let verdicts = ["verdict_proven", "verdict_not_proven", "verdict_contradicted"];
        let reasons = [
            "bundle_proven",
            "bundle_not_proven",
            "bundle_contradicted",
            "receipt_proven",
            "receipt_not_proven",
        ];
        for key in refusals.iter().chain(&waiting).chain(&verdicts).chain(&reasons) {
            assert!(keys("en").contains(*key), "{key}");
        }
    }

    #[test]
    fn the_page_s_texts_have_the_marks_of_their_language() {
        let texts: Value = serde_json::from_str(TEXTS).unwrap();
        for (language, key, text) in Language::ALL.iter().flat_map(|language| {
            let own = texts[language.as_str()].as_object().unwrap();
            own.iter().map(move |(key, text)| (*language, key, text.as_str().unwrap()))
        }) {
            assert!(!text.contains(['\'', '"']) && !text.contains("  "), "{language} {key}: {text}");
            if language != Language::Fr {
                continue;
            }
            // In the address of the keys the colon and the slash stand alone; nothing else does.
            let bare = text.replace("\u{202f};", "").replace("\u{a0}:", "").replace("«\u{a0}", "");
            let bare = bare.replace("\u{a0}»", "");
            assert!(!bare.contains([';', ':', '!', '?', '«', '»']), "{key}: {text}");
        }
    }
}
