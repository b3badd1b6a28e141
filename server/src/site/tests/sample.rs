//! A small site without a mistake, and a small catalogue, for the tests.

use crate::site::{Catalogue, Site, SiteError, parse};

/// Tests change one thing in it.
pub const BASE: &str = r#"id = "boreale"
origins = ["https://www.boreale.example"]
languages = ["fr", "nl", "de", "en"]
authority = "cnil"
[controller]
name = "Assurances Boréale"
address = "1 rue du Pôle, 59000 Lille"
dpo_email = "dpo@boreale.example"
policy_url = "https://www.boreale.example/cookies"
[lifetimes]
choice_months = 6
proof_months = 13
[categories.functional]
exempt = true
[categories.audience]
exempt = true # audience
[categories.audience.exemption]
own_use_only = true
anonymous_statistics_only = true
no_cross_site_tracking = true
no_merging_or_sharing = true
visitors_informed = true
tracker_months = 13
data_months = 25
[categories.advertising]
[[vendors]]
id = "retarget"
[vendors.cookies."_re_*"]
duration_days = 390
[[vendors]]
id = "counter"
[[vendors]]
id = "own-chat"
name = "Chat"
company = "Chat SAS"
category = "functional"
policy_url = "https://chat.example/privacy"
country = "FR"
transfer = "none"
purposes = ["chat"]
hosts = ["chat.example"]
[vendors.cookies.chat]
duration_days = 30
purpose = "chat"
[purposes.chat.fr]
title = "Conversation"
description = "Répondre."
[purposes.chat.nl]
title = "Chat"
description = "Antwoorden."
[purposes.chat.de]
title = "Chat"
description = "Antworten."
[purposes.chat.en]
title = "Chat"
description = "Answering."
"#;

const COUNTER: &str = r#"name = "Counter"
company = "Counter SAS"
category = "audience"
policy_url = "https://counter.example/privacy"
country = "FR"
transfer = "none"
purposes = ["counting"]
hosts = ["counter.example"]
source = "https://counter.example/cookies"
[[cookies]]
name = "_count"
duration_days = 365
purpose = "counting"
first_party = true
"#;

const RETARGET: &str = r#"name = "Retarget"
company = "Retarget Inc."
category = "advertising"
policy_url = "https://retarget.example/privacy"
country = "US"
transfer = "dpf"
purposes = ["advertising"]
hosts = ["retarget.example"]
source = "https://retarget.example/cookies"
[[cookies]]
name = "_re_*"
duration_days = 730
purpose = "advertising"
[[cookies]]
name = "seen"
duration_days = 0
purpose = "advertising"
storage = "session_storage"
first_party = true
"#;

/// A catalogue of three vendors and two purposes, with the texts that ship.
pub fn catalogue() -> Catalogue {
    let billboard = RETARGET.replace("duration_days = 730", "duration_days = 30");
    let vendors =
        [("billboard.toml", billboard.as_str()), ("counter.toml", COUNTER), ("retarget.toml", RETARGET)];
    Catalogue::of(&vendors, &purposes()).expect("the sample catalogue has no mistake")
}

/// The purposes of the sample catalogue.
pub fn purposes() -> String {
    let words = |id: &str| {
        let words = |code| format!("[{id}.{code}]\ntitle = \"{id}\"\ndescription = \"About {id}.\"\n");
        ["fr", "nl", "de", "en"].map(words).concat()
    };
    words("advertising") + &words("counting")
}

/// The base with one thing changed.
pub fn changed(from: &str, to: &str) -> String {
    let text = BASE.replacen(from, to, 1);
    assert!(text != BASE, "the base does not hold {from}");
    text
}

/// The site of a text that has no mistake.
pub fn site(text: &str) -> Site {
    let site = parse("boreale.toml", text, &catalogue());
    site.unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| format!("{e}\n")).collect::<String>()))
}

/// The mistakes of a text.
pub fn faults(text: &str) -> Vec<SiteError> {
    parse("boreale.toml", text, &catalogue()).expect_err("the text has a mistake")
}

/// Checks that the base with that change has one mistake, reported at the
/// first line that holds `line`, under `key`, with that remedy.
pub fn assert_fault(from: &str, to: &str, line: &str, key: &str, remedy: &str) {
    assert_only_fault(&changed(from, to), line, key, remedy);
}

/// The same for a whole text.
pub fn assert_only_fault(text: &str, line: &str, key: &str, remedy: &str) {
    let errors = faults(text);
    let shown: Vec<_> = errors.iter().map(SiteError::to_string).collect();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    let number = 1 + text.lines().position(|there| there.contains(line)).expect("the line is there");
    let start = format!("boreale.toml:{number}: {key}: ");
    assert!(shown[0].starts_with(&start), "{} should start with {start}", shown[0]);
    assert!(shown[0].contains(remedy), "{} should contain {remedy}", shown[0]);
}
