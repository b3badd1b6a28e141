//! The signals of a browser that a site takes for a refusal.

use super::sample::{SITE_FILE, assert_only_fault, site};
use constat_shared::{Language, RefusalSignal, TextKey};

fn with(keys: &str) -> String {
    format!("{keys}\n{SITE_FILE}")
}

#[test]
fn a_signal_changes_the_notice_and_not_the_terms() {
    let (before, after) = (site(SITE_FILE).notice, site(&with("dnt = \"refuse\"\ngpc = \"refuse\"")).notice);
    assert_eq!(after.refusal_signals, [RefusalSignal::Gpc, RefusalSignal::Dnt]);
    assert_ne!(before.notice_hash(), after.notice_hash());
    assert_eq!(before.terms_hash(), after.terms_hash());
}

#[test]
fn only_a_site_that_honours_a_signal_has_the_texts_about_it() {
    let (before, after) = (site(SITE_FILE).notice, site(&with("gpc = \"refuse\"")).notice);
    let json = serde_json::to_string(&*before).unwrap();
    assert!(!json.contains("signal"), "the hash of such a notice is what it always was");
    for language in Language::ALL {
        let shown = after.text(language, TextKey::SignalText).unwrap();
        assert!(shown.contains("(Global Privacy Control)"), "{shown}");
    }
}

#[test]
fn where_a_site_honours_both_signals_the_text_says_one_or_the_other() {
    let notice = site(&with("gpc = \"refuse\"\ndnt = \"refuse\"")).notice;
    for (language, or) in
        [(Language::Fr, "ou"), (Language::Nl, "of"), (Language::De, "oder"), (Language::En, "or")]
    {
        let shown = notice.text(language, TextKey::SignalText).unwrap();
        assert!(shown.contains(&format!("(Global Privacy Control {or} Do Not Track)")), "{shown}");
    }
}

#[test]
fn a_signal_is_a_refusal_or_nothing_and_its_texts_are_for_sites_that_honour_one() {
    for key in ["gpc", "dnt"] {
        let (line, remedy) = (format!("{key} = \"ignore\""), "Write \"refuse\", or leave the key out");
        assert_only_fault(&with(&line), &line, key, remedy);
    }
    let text = ["fr", "nl", "de", "en"].map(|language| format!("{language}.signal_title = \"T\"\n")).concat();
    let file = format!("{SITE_FILE}\n[texts]\n{text}");
    let faults = super::sample::faults(&file);
    assert_eq!(faults.len(), 4, "one in each language");
    assert!(faults[0].remedy.contains("gpc = \"refuse\""), "{:?}", faults[0]);
    assert_eq!(
        site(&with("gpc = \"refuse\"").replace(SITE_FILE, &file)).notice.texts[&Language::Fr]
            .get(TextKey::SignalTitle),
        "T"
    );
}
