use super::history::{json_ld, notice_iri};
use crate::consent::{Action, ConsentRequest, Record, sample};
use crate::notice::sample::notice as sample_notice;
use crate::notice::{
    Category, Notice, NoticeCategory, PublishedNotice, PurposeText, Storage, TextKey, Texts, Transfer,
};
use crate::values::{EventId, Hash, Language, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every term that DPV 2.2 defines and that a document here may use, as its
/// tables give them (modules consent, context, entities, jurisdiction, legal
/// basis, notice, organisational measures, personal data, process, processing,
/// processing context, purposes, rights; extensions eu-gdpr and loc).
const TERMS: &[&str] = &[
    "dpv:ConsentExpired",
    "dpv:ConsentGiven",
    "dpv:ConsentNotice",
    "dpv:ConsentRecord",
    "dpv:ConsentRefused",
    "dpv:ConsentWithdrawn",
    "dpv:Country",
    "dpv:DataController",
    "dpv:DataProtectionAuthority",
    "dpv:DataProtectionOfficer",
    "dpv:DataSubject",
    "dpv:DataSubjectRight",
    "dpv:LocalLocation",
    "dpv:NoticeLayer",
    "dpv:PersonalData",
    "dpv:PrivacyNotice",
    "dpv:Process",
    "dpv:Purpose",
    "dpv:Service",
    "dpv:StorageDuration",
    "dpv:StorageLocation",
    "dpv:TemporalDuration",
    "dpv:ThirdParty",
    "dpv:Transfer",
    "dpv:UntilEventDuration",
    "dpv:UntilTimeDuration",
    "dpv:WithdrawConsent",
    "dpv:hasAddress",
    "dpv:hasAuthority",
    "dpv:hasConsentControl",
    "dpv:hasConsentStatus",
    "dpv:hasContact",
    "dpv:hasCountry",
    "dpv:hasDataController",
    "dpv:hasDataProtectionOfficer",
    "dpv:hasDataSubject",
    "dpv:hasDuration",
    "dpv:hasIdentifier",
    "dpv:hasIndicationMethod",
    "dpv:hasJurisdiction",
    "dpv:hasLegalBasis",
    "dpv:hasLocation",
    "dpv:hasName",
    "dpv:hasNotice",
    "dpv:hasNoticeLayer",
    "dpv:hasOrganisationalMeasure",
    "dpv:hasPersonalData",
    "dpv:hasProcess",
    "dpv:hasProcessing",
    "dpv:hasPurpose",
    "dpv:hasRecipientThirdParty",
    "dpv:hasRight",
    "dpv:hasService",
    "dpv:hasStorageCondition",
    "dpv:isExercisedAt",
    "dpv:isIndicatedAtTime",
    "dpv:isIndicatedBy",
    "eu-gdpr:A6-1-a",
    "eu-gdpr:A7-3",
    "eu-gdpr:A77",
    "eu-gdpr:AdequacyDecision",
    "eu-gdpr:BindingCorporateRules",
    "eu-gdpr:StandardContractualClauses",
    "loc:EU",
];

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// In four languages, with every transfer mechanism, every place of storage
/// and one exempt vendor.
fn notice() -> Notice {
    let mut notice = sample_notice(6);
    notice.languages = Language::ALL.to_vec();
    let of = |language: Language, key: &str| Some(format!("{key} in {language}"));
    let texts = |language| (language, Texts::from_fn(|key: TextKey| of(language, key.as_str())).unwrap());
    notice.texts = Language::ALL.map(texts).into();
    let words = |language: Language| PurposeText {
        title: format!("purpose in {language}"),
        description: format!("description in {language}"),
    };
    for texts in notice.purposes.values_mut() {
        *texts = Language::ALL.map(|language| (language, words(language))).into();
    }
    let policy = |language: Language| (language, format!("https://boreale.example/{language}/cookies"));
    notice.controller.policy_url = Language::ALL.map(policy).into();
    for (vendor, transfer) in notice.vendors.iter_mut().zip(Transfer::ALL) {
        vendor.transfer = transfer;
    }
    notice.vendors[1].cookies[0].storage = Storage::LocalStorage;
    notice.vendors[2].cookies[0].storage = Storage::SessionStorage;
    notice.vendors[2].cookies[0].duration_days = 0;
    notice.vendors[5].category = Category::Functional;
    notice.categories.insert(1, NoticeCategory { id: Category::Functional, exempt: true });
    notice
}

fn record(notice: &Notice, action: Action, recorded_at: &str, previous: Option<&Record>) -> Record {
    let (notice, recorded_at) = (PublishedNotice::new(notice.clone()), at(recorded_at));
    let mut event_id = *sample::event_id().as_bytes();
    event_id[..8].copy_from_slice(&(recorded_at.unix_ms() << 16 | 0x7000).to_be_bytes());
    let request = ConsentRequest {
        event_id: EventId::from_bytes(event_id).unwrap(),
        previous_event_id: previous.map(|previous| previous.event_id),
        language: Language::Fr,
        ..sample::request(&notice, action)
    };
    Record::new(request, &notice, recorded_at).unwrap()
}

/// A choice service by service that allows these vendors and nothing else.
fn save(notice: &Notice, allowed: &[usize], recorded_at: &str, previous: Option<&Record>) -> Record {
    let mut record = record(notice, Action::Save, recorded_at, previous);
    for vendor in allowed {
        record.vendors.insert(notice.vendors[*vendor].id.clone(), true);
    }
    record
}

fn document(notice: &Notice, records: &[Record], now: &str) -> Value {
    let history: Vec<_> = records.iter().map(|record| (record, notice)).collect();
    json_ld(&history, at(now))
}

/// The node whose name ends so.
fn node<'a>(document: &'a Value, ending: &str) -> &'a Value {
    let named = |node: &&Value| node["@id"].as_str().unwrap().ends_with(ending);
    document["@graph"].as_array().unwrap().iter().find(named).unwrap_or_else(|| panic!("no {ending}"))
}

/// The states of a record, each with the ends of its processes' names.
fn states_of(document: &Value, record: &Record) -> Vec<(String, String)> {
    let statuses = node(document, &record.event_id.to_string())["dpv:hasConsentStatus"].as_array().unwrap();
    let of = |status: &Value| {
        let state = status["@type"].as_str().unwrap().to_owned();
        let ends = status["dpv:hasProcess"].as_array().unwrap().iter();
        let ends = ends.map(|iri| iri.as_str().unwrap().split_once('#').unwrap().1.to_owned());
        (state, ends.collect::<Vec<_>>().join(" "))
    };
    statuses.iter().map(of).collect()
}

fn expect(document: &Value, record: &Record, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(state, ends)| (format!("dpv:{state}"), (*ends).to_owned())).collect();
    assert_eq!(states_of(document, record), expected);
}

/// Everything of the notice that is not exempt.
const ALL: &str = "category-audience category-advertising service-vendor-000 service-vendor-001 \
                   service-vendor-002 service-vendor-003 service-vendor-004";

#[test]
fn each_action_states_what_was_given_refused_or_taken_back() {
    let notice = notice();
    let allowed = record(&notice, Action::AllowAll, "2026-03-01T09:30:00Z", None);
    let refused = record(&notice, Action::RefuseAll, "2026-03-02T09:30:00Z", None);
    let away = record(&notice, Action::ContinueWithoutAccepting, "2026-03-03T09:30:00Z", None);
    let withdrawn = record(&notice, Action::Withdraw, "2026-03-04T09:30:00Z", Some(&allowed));
    let alone =
        Record { previous_event_id: None, ..record(&notice, Action::Withdraw, "2026-03-05T09:30:00Z", None) };
    let records = [allowed, refused, away, withdrawn, alone];
    let document = document(&notice, &records, "2026-04-01T00:00:00Z");
    let states = ["ConsentGiven", "ConsentRefused", "ConsentRefused", "ConsentWithdrawn", "ConsentWithdrawn"];
    for (record, state) in records.iter().zip(states) {
        expect(&document, record, &[(state, ALL)]);
    }
}

#[test]
fn one_answer_may_give_refuse_and_take_back_at_once() {
    let notice = notice();
    let first = save(&notice, &[0, 1], "2026-03-01T09:30:00Z", None);
    let second = save(&notice, &[1, 2], "2026-03-02T09:30:00Z", Some(&first));
    let third = record(&notice, Action::Withdraw, "2026-03-03T09:30:00Z", Some(&second));
    let document = document(&notice, &[first.clone(), second.clone(), third.clone()], "2026-04-01T00:00:00Z");
    let rest = "category-audience category-advertising";
    let given = ("ConsentGiven", "service-vendor-001 service-vendor-002");
    expect(
        &document,
        &second,
        &[
            given,
            ("ConsentRefused", &format!("{rest} service-vendor-003 service-vendor-004")),
            ("ConsentWithdrawn", "service-vendor-000"),
        ],
    );
    // What had not been given is not taken back.
    expect(
        &document,
        &third,
        &[
            ("ConsentRefused", &format!("{rest} service-vendor-000 service-vendor-003 service-vendor-004")),
            ("ConsentWithdrawn", "service-vendor-001 service-vendor-002"),
        ],
    );
    assert_eq!(
        node(&document, &second.event_id.to_string())["dct:replaces"],
        format!("urn:uuid:{}", first.event_id)
    );
}

#[test]
fn a_consent_expires_when_its_time_is_over_and_no_answer_came_before() {
    let notice = notice();
    let first = save(&notice, &[0], "2026-03-01T09:30:00Z", None);
    let given = ("ConsentGiven", "service-vendor-000");
    let refused = ("ConsentRefused", &ALL.replace(" service-vendor-000", "")[..]);
    let expired = ("ConsentExpired", "service-vendor-000");
    let whole = [first.clone()];
    expect(&document(&notice, &whole, "2026-09-01T09:29:59.999Z"), &first, &[given, refused]);
    let late = document(&notice, &whole, "2026-09-01T09:30:00Z");
    expect(&late, &first, &[given, refused, expired]);
    let statuses = &node(&late, &first.event_id.to_string())["dpv:hasConsentStatus"];
    assert_eq!(statuses[2]["dct:date"], "2026-09-01T09:30:00.000Z");

    let sooner = record(&notice, Action::RefuseAll, "2026-08-01T09:30:00Z", Some(&first));
    let history = [first.clone(), sooner.clone()];
    let answered = document(&notice, &history, "2026-12-01T00:00:00Z");
    expect(&answered, &first, &[given, refused]);
    // Asked again after the end: nothing was left to take back.
    let later = record(&notice, Action::RefuseAll, "2026-10-01T09:30:00Z", Some(&first));
    let asked_again = document(&notice, &[first.clone(), later.clone()], "2026-12-01T00:00:00Z");
    expect(&asked_again, &first, &[given, refused, expired]);
    expect(&asked_again, &later, &[("ConsentRefused", ALL)]);
}

#[test]
fn every_text_is_in_the_languages_of_the_records_and_no_other() {
    let notice = notice();
    for language in Language::ALL {
        let record = Record { language, ..record(&notice, Action::AllowAll, "2026-03-01T09:30:00Z", None) };
        let document = document(&notice, std::slice::from_ref(&record), "2026-04-01T00:00:00Z");
        assert_eq!(node(&document, &record.event_id.to_string())["dct:language"], language.as_str());
        let purpose = node(&document, "#purpose-audience-measurement");
        let title = json!([{ "@language": language, "@value": format!("purpose in {language}") }]);
        assert_eq!(purpose["dct:title"], title);
        let text = document["@graph"].to_string();
        for other in Language::ALL.into_iter().filter(|other| *other != language) {
            assert!(!text.contains(&format!("in {other}")), "{other} in a document in {language}");
        }
    }
    let of = |language, day: &str| Record { language, ..record(&notice, Action::AllowAll, day, None) };
    let both = [of(Language::Nl, "2026-03-01T09:30:00Z"), of(Language::De, "2026-03-02T09:30:00Z")];
    let document = document(&notice, &both, "2026-04-01T00:00:00Z");
    let title = node(&document, "#purpose-audience-measurement")["dct:title"].clone();
    assert_eq!(title.as_array().unwrap().len(), 2, "{title}");
}

#[test]
fn a_vendor_is_named_with_policy_country_transfer_and_what_it_keeps() {
    let notice = notice();
    let record = record(&notice, Action::AllowAll, "2026-03-01T09:30:00Z", None);
    let document = document(&notice, &[record], "2026-04-01T00:00:00Z");
    let vendor = node(&document, "#vendor-vendor-003");
    assert_eq!(vendor["dpv:hasName"], "Vendor Ltd");
    assert_eq!(vendor["dpv:hasNotice"]["@id"], "https://vendor.example/privacy");
    assert_eq!(vendor["dpv:hasCountry"]["dct:identifier"], "FR");
    let transfer =
        |number: usize| &node(&document, &format!("#service-vendor-00{number}"))["dpv:hasProcessing"];
    let mechanism =
        |number| (&transfer(number)["dpv:hasLegalBasis"], &transfer(number)["dpv:hasOrganisationalMeasure"]);
    let (adequacy, scc, bcr) =
        ("eu-gdpr:AdequacyDecision", "eu-gdpr:StandardContractualClauses", "eu-gdpr:BindingCorporateRules");
    let none = &Value::Null;
    assert_eq!(mechanism(0), (none, none));
    assert_eq!(mechanism(1), (&json!(adequacy), none));
    assert_eq!(mechanism(2), (&json!(adequacy), none));
    assert_eq!(mechanism(3), (none, &json!(scc)));
    assert_eq!(mechanism(4), (none, &json!(bcr)));
    assert_eq!(transfer(2)["dct:description"][0]["@value"], "transfer_dpf in fr");
    let kept = |number: usize| {
        let service = node(&document, &format!("#service-vendor-00{number}"));
        service["dpv:hasPersonalData"][0]["dpv:hasStorageCondition"].clone()
    };
    assert_eq!(kept(0)["dpv:hasDuration"]["rdf:value"]["@value"], "P30D");
    assert_eq!(kept(1)["dct:description"][0]["@value"], "storage_local_storage in fr");
    assert_eq!(kept(2)["dpv:hasDuration"]["rdf:value"][0]["@value"], "duration_session in fr");
}

/// Calls back with every name in a document that has one of DPV's prefixes.
fn visit_terms(value: &Value, visit: &mut impl FnMut(&str)) {
    let mut term = |text: &str| {
        if ["dpv:", "eu-gdpr:", "loc:"].iter().any(|prefix| text.starts_with(prefix)) {
            visit(text);
        }
    };
    match value {
        Value::String(text) => term(text),
        Value::Array(values) => values.iter().for_each(|value| visit_terms(value, visit)),
        Value::Object(members) => {
            members.keys().for_each(|name| term(name));
            members.values().for_each(|value| visit_terms(value, visit));
        }
        _ => {}
    }
}

#[test]
fn every_term_is_one_that_the_vocabulary_defines() {
    let notice = notice();
    let first = save(&notice, &[0], "2026-03-01T09:30:00Z", None);
    let second = save(&notice, &[1], "2026-03-02T09:30:00Z", Some(&first));
    let document = document(&notice, &[first, second], "2027-01-01T00:00:00Z");
    let mut used = BTreeSet::new();
    visit_terms(&document, &mut |term| {
        used.insert(term.to_owned());
    });
    assert_eq!(used.iter().map(String::as_str).collect::<Vec<_>>(), TERMS);
}

#[test]
fn every_name_that_is_pointed_to_is_in_the_document() {
    let notice = notice();
    let first = save(&notice, &[0], "2026-03-01T09:30:00Z", None);
    let document = document(&notice, &[first], "2026-04-01T00:00:00Z");
    let names: BTreeSet<_> =
        document["@graph"].as_array().unwrap().iter().map(|node| node["@id"].as_str().unwrap()).collect();
    let text = document.to_string();
    let pointed: BTreeSet<_> = text.split('"').filter(|text| text.starts_with("ni:///")).collect();
    assert!(pointed.len() > 15 && pointed.is_subset(&names), "{pointed:?}");
    // RFC 6920: the notice by the hash that its record names.
    assert_eq!(
        node(&document, &notice_iri(notice.notice_hash()))["dct:identifier"],
        json!(notice.notice_hash())
    );
}

#[test]
fn an_erased_history_is_an_empty_document() {
    assert_eq!(json_ld(&[], at("2026-04-01T00:00:00Z"))["@graph"], json!([]));
}

#[test]
fn the_name_of_a_notice_is_that_of_the_published_example() {
    // RFC 6920, section 8.1: SHA-256 of "Hello World!".
    let name = notice_iri(Hash::of(b"Hello World!"));
    assert_eq!(name, "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
}
