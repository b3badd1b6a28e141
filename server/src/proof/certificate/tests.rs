//! Certificates of records in every language, with texts in every script.

use super::{Certified, certificate};
use crate::proof::checked::Checked;
use crate::site::{Catalogue, parse};
use crate::store::UnreadableRecord;
use constat_shared::proof::{
    CheckedStep, FORMAT, GivenFiles, Step, StepResult, Unreadable, Verification, statement,
};
use constat_shared::sample::{notice, record};
use constat_shared::{
    CommitmentKey, Evidence, EvidenceError, Jwk, Language, LogId, LogShards, Notice, PublishedNotice, Record,
    TextKey, Timestamp, TreeHead, VendorId, merkle,
};
use ed25519_dalek::SigningKey;
use jiff::tz::TimeZone;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The notice of the demo site: four languages, ten vendors.
fn demo() -> Notice {
    let file = include_str!("../../../../www/demo/boreale.toml");
    let site = parse("boreale.toml", file, &Catalogue::embedded().unwrap()).unwrap();
    (*site.notice).clone()
}

/// The evidence of one record, alone in its log.
fn evidence(notice: Notice, language: Language) -> Evidence {
    let mut record = record(&PublishedNotice::new(notice.clone()), at("2026-03-01T09:30:00.123Z"));
    record.language = language;
    let (key, signing) = (CommitmentKey::from_bytes([9; 32]), SigningKey::from_bytes(&[3; 32]));
    let log = LogId::of(&record, LogShards::ONE);
    let root = merkle::leaf_hash(key.commit(&record).as_bytes());
    Evidence {
        format: FORMAT,
        statement: statement(&record),
        checkpoint: TreeHead { size: 1, root }.sign(&log, &signing),
        commitment_key: key,
        notice,
        leaf_index: 0,
        inclusion_proof: Vec::new(),
        public_key: Jwk::of(&signing.verifying_key()),
        serving: None,
        snapshot: None,
        timestamp: None,
        log,
        record,
    }
}

fn certified(evidence: &Evidence) -> Vec<u8> {
    let bytes = evidence.to_vec();
    let verification = Verification::read(&bytes);
    let steps = verification.as_ref().unwrap().steps(&GivenFiles::default());
    let record = Ok(evidence.record.clone());
    certificate_of(evidence, &Checked { record, bundle: Some(bytes), verification, steps })
}

fn certificate_of(Evidence { record, .. }: &Evidence, checked: &Checked) -> Vec<u8> {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    certificate(&Certified {
        site: &record.site,
        consent_id: &record.consent_id,
        event_id: &record.event_id,
        checked,
        zone: &zone,
        exported_at: at("2026-11-27T09:04:18.000Z"),
        verifier: "https://consent.polaire.example/verify/",
    })
    .unwrap()
}

fn pages(pdf: &[u8]) -> usize {
    pdf.windows(11).filter(|window| *window == b"/Type/Page/").count()
}

/// Kept where the variable says, to be looked at.
fn keep(name: &str, pdf: &[u8]) {
    if let Some(dir) = std::env::var_os("CONSTAT_CERTIFICATES") {
        std::fs::write(std::path::Path::new(&dir).join(name), pdf).unwrap();
    }
}

fn failed(pdf: &[u8]) -> Vec<&'static str> {
    let steps = Verification::read(pdf).unwrap().steps(&GivenFiles::default());
    let failed = steps.iter().filter(|step| step.result == StepResult::Failed);
    failed.map(|step| step.step.as_str()).collect()
}

#[test]
fn a_certificate_in_each_language_holds_its_bundle_and_is_the_same_each_time() {
    for language in Language::ALL {
        let evidence = evidence(demo(), language);
        let (bundle, pdf) = (evidence.to_vec(), certified(&evidence));
        keep(&format!("{language}.pdf"), &pdf);
        assert!(pdf == certified(&evidence), "{language}: the same input gives the same bytes");
        let read = Verification::read(&pdf).unwrap();
        assert!(read.is_certificate && read.faults.is_empty());
        assert!(read.evidence.to_vec() == bundle);
        let is_in = |text: &str| pdf.windows(text.len()).any(|window| window == text.as_bytes());
        for text in [
            "/AFRelationship/Source",
            "pdfaid:part>3<",
            "pdfaid:conformance>B<",
            "/MarkInfo",
            &format!("/Lang({language})"),
        ] {
            assert!(is_in(text), "{language}: {text}");
        }
    }
}

#[test]
fn a_record_that_is_not_proven_gets_a_certificate_that_names_the_step() {
    let mut evidence = evidence(demo(), Language::En);
    evidence.commitment_key = CommitmentKey::from_bytes([8; 32]);
    let pdf = certified(&evidence);
    keep("not-proven.pdf", &pdf);
    assert_eq!(failed(&pdf), ["inclusion_proof"]);
}

#[test]
fn a_byte_changed_in_the_bundle_inside_is_found_at_the_step_that_the_bundle_alone_gives() {
    let evidence = evidence(notice(2), Language::Fr);
    let (bundle, pdf) = (evidence.to_vec(), certified(&evidence));
    let start = pdf.windows(bundle.len()).position(|window| window == bundle).unwrap();
    for offset in (0..bundle.len()).step_by(97) {
        let (mut alone, mut inside) = (bundle.clone(), pdf.clone());
        alone[offset] ^= 1;
        inside[start + offset] ^= 1;
        match (Verification::read(&alone), Verification::read(&inside)) {
            (Ok(alone), Ok(inside)) => assert_eq!(alone.faults, inside.faults, "byte {offset}"),
            (Err(alone), Err(inside)) => assert_eq!(alone, inside, "byte {offset}"),
            (alone, inside) => panic!("byte {offset}: {alone:?} {inside:?}"),
        }
        assert!(
            Verification::read(&inside).is_ok_and(|read| !read.faults.is_empty())
                || Verification::read(&inside).is_err()
        );
    }
}

#[test]
fn every_script_and_every_mark_of_direction_or_of_html_fits_into_a_certificate() {
    let attacks = [
        "Ασφάλειες Ελλάδος <b>Α.Ε.</b>",
        "Страхование «Полюс» &amp; <script>alert(1)</script>",
        "شركة التأمين الوطنية (باريس) 2026",
        "חברת הביטוח הלאומית בע״מ",
        "left \u{202e}thgir\u{202c} \u{2066}isolate\u{2069} \u{200f}\u{61c}\u{feff}\u{0}\u{1b}[2J",
        "名前 😀 ไทย \u{e000}\u{10ffff}",
    ];
    for (number, attack) in attacks.iter().enumerate() {
        let mut notice = demo();
        notice.controller.name = (*attack).to_owned();
        notice.controller.address = format!("{attack}\n{attack}");
        for vendor in &mut notice.vendors {
            vendor.name = (*attack).to_owned();
            vendor.company = (*attack).to_owned();
        }
        for texts in notice.texts.values_mut() {
            for key in [
                TextKey::Title,
                TextKey::Intro,
                TextKey::CategoryAdvertisingTitle,
                TextKey::CategoryAudienceTitle,
            ] {
                texts.set(key, format!("{attack} {attack} {attack}"));
            }
        }
        let language = Language::ALL[number % 4];
        let pdf = certified(&evidence(notice, language));
        keep(&format!("script-{number}.pdf"), &pdf);
        assert_eq!(failed(&pdf), [] as [&str; 0]);
    }
}

#[test]
fn long_texts_and_the_most_vendors_go_on_over_the_next_pages() {
    let mut long = notice(256);
    long.controller.name = "Ω".repeat(400);
    long.controller.address = "rue de la Très-Longue-Adresse, ".repeat(200);
    for texts in long.texts.values_mut() {
        texts.set(TextKey::Intro, "Un texte qui ne finit pas. ".repeat(400));
    }
    let pdf = certified(&evidence(long, Language::Fr));
    keep("long.pdf", &pdf);
    assert!(pages(&pdf) > 4, "{}", pages(&pdf));
}

#[test]
fn a_certificate_has_two_pages_also_with_many_vendors() {
    for language in Language::ALL {
        assert_eq!(pages(&certified(&evidence(demo(), language))), 2, "{language}");
        let mut many = demo();
        for number in 0..30 {
            let mut vendor = many.vendors[number % 10].clone();
            vendor.id = VendorId::parse(&format!("vendor-{number}")).unwrap();
            vendor.name = format!("{} {number}", vendor.name);
            many.vendors.push(vendor);
        }
        many.vendors.sort_by(|one, other| one.id.cmp(&other.id));
        let pdf = certified(&evidence(many, language));
        keep(&format!("many-{language}.pdf"), &pdf);
        assert_eq!(pages(&pdf), 2, "{language}");
    }
}

#[test]
fn a_record_that_cannot_be_read_gets_a_certificate_of_one_page_that_names_the_step() {
    for language in Language::ALL.map(Some).into_iter().chain([None]) {
        let evidence = evidence(demo(), Language::Fr);
        let Record { site, consent_id, event_id, recorded_at, .. } = evidence.record.clone();
        let bundle = Unreadable { format: FORMAT, site, consent_id, event_id, unreadable: Step::Notice };
        let record = UnreadableRecord {
            event_id: Some(event_id),
            consent_id: Some(consent_id),
            recorded_at: Some(recorded_at),
            language,
            step: Step::Notice,
            why: String::new(),
        };
        let error = EvidenceError::Unreadable(Step::Notice);
        let checked = Checked {
            record: Err(record),
            bundle: Some(bundle.to_vec()),
            verification: Err(error.clone()),
            steps: vec![CheckedStep::failed(error.clone())],
        };
        let pdf = certificate_of(&evidence, &checked);
        keep(&format!("unreadable-{language:?}.pdf"), &pdf);
        assert_eq!((pages(&pdf), Verification::read(&pdf)), (1, Err(error)));
    }
    assert_eq!(Verification::read(b"%PDF-1.7\n"), Err(EvidenceError::NoBundle));
}
