//! What the files prove, in one language: exactly what the page shows.

use crate::files::{Bundle, Content, Files, Given, Refusal};
use crate::subject::{Subject, bundle_subject, purge_subject, receipt_subject};
use constat_shared::proof::GivenFiles;
use constat_shared::{Hash, KeySet, Language};
use serde::Serialize;

/// All that the page shows about the files.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of this verifier.
    pub version: &'static str,
    /// Each bundle and each receipt.
    pub subjects: Vec<Subject>,
    /// Each file that is not shown as a subject and needs a note.
    pub others: Vec<Other>,
}

/// A file that is neither bundle nor receipt.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Its name.
    pub file: String,
    /// The note on it.
    pub note: Note,
}

/// A note on such a file. The page has a sentence for each name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Note {
    /// It cannot be used.
    Refused(Refusal),
    /// It waits for a bundle.
    Waiting(Waiting),
}

/// What a file needs before it can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A picture needs a bundle to be compared with.
    PictureAlone,
    /// Keys need a bundle or a receipt.
    KeysAlone,
    /// A receipt needs keys.
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
                    let pictures = pictures_for(bundle, given);
                    let with_it = GivenFiles { keys: keys.clone(), pictures, stamp: None };
                    report.subjects.push(bundle_subject(name, bundle, &with_it, language));
                    continue;
                }
                (Content::Purge(bytes), _) => {
                    let with_it = GivenFiles { keys: keys.clone(), ..GivenFiles::default() };
                    report.subjects.push(purge_subject(name, bytes, &with_it, language));
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
                (Content::Keys(_), _) if !given.iter().any(needs_keys) => Note::Waiting(Waiting::KeysAlone),
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

fn needs_keys(given: &Given) -> bool {
    matches!(given.content, Content::Bundle(_) | Content::Purge(_) | Content::Receipt(_))
}

/// The keys of all sets; nothing when there is no set.
fn all_keys(given: &[Given]) -> Option<KeySet> {
    let mut sets = given.iter().filter_map(|given| match &given.content {
        Content::Keys(set) => Some(set.clone()),
        _ => None,
    });
    let mut all = sets.next()?;
    all.keys.extend(sets.flat_map(|set| set.keys));
    Some(all)
}

/// The pictures to compare with a bundle: all but those that only another given
/// bundle names.
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
    let snapshot = bundle.checked.as_ref().ok().and_then(|checked| checked.evidence.snapshot());
    snapshot.is_some_and(|snapshot| {
        snapshot.images.iter().any(|image| image.sha256 == hash || image.file_name() == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::{Jwk, LogId, LogShards, Receipt, Record};
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
        assert_eq!(subject["findings"][0]["result"], "ok");
        assert_eq!(subject["findings"][0]["step"], "signature");
        assert_eq!(subject["choices"][2]["vendors"], json!([["matomo", true]]));
        assert!(subject["facts"].to_string().contains("2027-04-01T09:30:00.000Z"));
        let other = report(&[("r.jwt", &receipt()), ("a.json", &key_set(&[2]))]);
        let why = other["subjects"][0]["why"].as_str().unwrap();
        assert_eq!(other["subjects"][0]["verdict"], "not_proven");
        assert!(why.starts_with("no key of the set has its name"), "{why}");
    }

    #[test]
    fn a_file_that_needs_another_names_which() {
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
    fn a_file_that_is_not_a_bundle_is_not_proven_and_the_part_at_fault_is_named() {
        let report = report(&[("evidence.json", r#"{"format":2}"#)]);
        assert_eq!(report["subjects"][0]["verdict"], "not_proven");
        let why = report["subjects"][0]["why"].as_str().unwrap();
        assert!(why.starts_with("file: it is not an evidence bundle (missing field"), "{why}");
        assert_eq!(report["subjects"][0]["findings"][0]["step"], "file");
        assert_eq!(report["subjects"][0]["findings"][0]["result"], "failed");
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
            "purge_proven",
            "purge_not_proven",
            "purge_contradicted",
        ];
        let kinds = ["bundle", "certificate", "receipt", "purge"];
        for key in refusals.iter().chain(&waiting).chain(&verdicts).chain(&reasons).chain(&kinds) {
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
