use super::*;
use crate::evidence::tests::evidence;
use crate::log::entry::Image;
use crate::receipt::Jwk;
use ed25519_dalek::SigningKey;

/// Every finding there is, at least once.
fn every_finding() -> Vec<Finding> {
    let whole = evidence();
    let (_, checkpoint) = Evidence::verify(&whole.to_vec()).unwrap();
    let bare = Evidence { serving: None, snapshot: None, timestamp: None, ..whole.clone() };
    let picture = |name: &str, bytes: &[u8]| (name.to_owned(), Hash::of(bytes));
    let at = whole.record.recorded_at;
    let good = Beside {
        keys: Some(KeySet { keys: vec![whole.public_key.clone()] }),
        pictures: vec![picture("renamed.png", b"png")],
        stamp: Some(Stamp { at, accuracy_ms: Some(1500), authority: "Clock Ltd".into() }),
    };
    let bad = Beside {
        keys: Some(KeySet { keys: Vec::new() }),
        pictures: vec![picture("fr-banner-360x740.png", b"forged"), picture("cat.png", b"cat")],
        stamp: None,
    };
    let mut findings = whole.findings(&checkpoint, &good);
    findings.extend(whole.findings(&checkpoint, &bad));
    findings.extend(bare.findings(&checkpoint, &Beside::default()));
    findings.extend(whole.findings(&checkpoint, &Beside::default()));
    findings.push(Finding::Picture { file_name: "x.png".into(), compared: Compared::NotGiven });
    findings.extend(Receipt::new(whole.record, whole.log, 1).findings("key"));
    for (action, language) in Action::ALL.into_iter().zip(Language::ALL.into_iter().cycle()) {
        for layer in [Layer::Banner, Layer::Configuration] {
            findings.push(Finding::Answer { action, layer, language, recorded_at: at });
        }
    }
    findings
}

#[test]
fn every_finding_is_one_sentence_in_each_language_and_says_its_values() {
    let findings = every_finding();
    let kinds: std::collections::HashSet<_> = findings.iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), 23, "the list above lacks a kind of finding");
    for finding in &findings {
        let mut sentences = Language::ALL.map(|language| finding.in_words(language)).to_vec();
        for sentence in &sentences {
            assert!(!sentence.contains(['{', '}', '\'', '"', '\n']), "{sentence}");
            assert!(!sentence.contains("  ") && !sentence.ends_with(['.', ' ']), "{sentence}");
        }
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), Language::ALL.len(), "{sentences:?}");
    }
}

#[test]
fn french_has_its_spaces_and_its_apostrophe() {
    for finding in every_finding() {
        let text = finding.in_words(Language::Fr);
        let chars: Vec<char> = text.chars().collect();
        for pair in chars.windows(2) {
            match pair {
                [before, ';' | '!' | '?'] => assert_eq!(*before, '\u{202f}', "{text}"),
                // A colon between digits belongs to a time.
                [before, ':'] if !before.is_ascii_digit() => assert_eq!(*before, '\u{a0}', "{text}"),
                [before, '»'] => assert_eq!(*before, '\u{a0}', "{text}"),
                ['«', after] => assert_eq!(*after, '\u{a0}', "{text}"),
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_beside_the_bundle_is_compared_with_it() {
    let mut whole = evidence();
    let other = Image { width: 1280, height: 800, sha256: Hash::of(b"wide"), ..image(&whole) };
    let Some(crate::LogEntry::Snapshot(snapshot)) = whole.snapshot.as_mut().map(|part| &mut part.entry)
    else {
        panic!("the bundle has pictures")
    };
    snapshot.images.push(other);
    let found = |given: &[(&str, &[u8])]| -> Vec<(String, Compared)> {
        let given: Vec<_> = given.iter().map(|(name, bytes)| ((*name).to_owned(), Hash::of(bytes))).collect();
        let findings = pictures(whole.snapshot(), &given).into_iter();
        let picture = findings.filter_map(|finding| match finding {
            Finding::Picture { file_name, compared } => Some((file_name, compared)),
            _ => None,
        });
        picture.collect()
    };
    let (small, wide) = ("fr-banner-360x740.png".to_owned(), "fr-banner-1280x800.png".to_owned());
    assert_eq!(found(&[]), []);
    assert_eq!(
        found(&[("x.png", b"png")]),
        [(small.clone(), Compared::Agrees), (wide.clone(), Compared::NotGiven)]
    );
    assert_eq!(
        found(&[(&small, b"retouched"), ("y.png", b"wide"), ("cat.png", b"cat")]),
        [
            (small.clone(), Compared::Differs),
            (wide.clone(), Compared::Agrees),
            ("cat.png".into(), Compared::Unknown)
        ]
    );
    // A good copy under another name does not hide a changed one.
    assert!(found(&[("good.png", b"png"), (&small, b"retouched")]).contains(&(small, Compared::Differs)));
}

fn image(evidence: &Evidence) -> Image {
    evidence.snapshot().unwrap().images[0].clone()
}

#[test]
fn a_key_or_picture_that_does_not_belong_to_the_bundle_contradicts_it() {
    let whole = evidence();
    let (_, checkpoint) = Evidence::verify(&whole.to_vec()).unwrap();
    let contradicted = |beside: &Beside| whole.findings(&checkpoint, beside).iter().any(Finding::contradicts);
    let key = |seed: u8| Jwk::of(&SigningKey::from_bytes(&[seed; 32]).verifying_key());
    let keys = |keys| Beside { keys: Some(KeySet { keys }), ..Beside::default() };
    let shown = |bytes: &[u8]| Beside {
        pictures: vec![(image(&whole).file_name(), Hash::of(bytes))],
        ..Beside::default()
    };
    assert!(!contradicted(&Beside::default()));
    assert!(!contradicted(&keys(vec![key(1), key(3)])));
    assert!(contradicted(&keys(vec![key(1)])));
    assert!(!contradicted(&shown(b"png")));
    assert!(contradicted(&shown(b"retouched")));
}

#[test]
fn no_file_writes_lines_of_its_own_into_the_findings() {
    let browser = format!("{{0}} Chromium\u{1b}[2K\nproven: everything{}", "!".repeat(1000));
    let finding = Finding::Pictures {
        picture_count: 16,
        browser,
        taken_at: crate::Timestamp::parse("2026-03-01T09:30:00Z").unwrap(),
    };
    for language in Language::ALL {
        let text = finding.in_words(language);
        assert!(!text.contains(char::is_control) && text.chars().count() < 400, "{text}");
        assert!(text.contains("{0} Chromium[2Kproven: everything!!"), "{text}");
    }
}
