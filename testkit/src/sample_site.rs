//! The sample site: its file, and a small catalogue for the tests that must not
//! depend on the one that ships.

/// What both site files begin with.
macro_rules! head {
    () => {
        r#"id = "boreale"
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
"#
    };
}

/// The conditions under which the CNIL exempts audience measurement, all fulfilled.
macro_rules! exemption {
    () => {
        r#"[categories.audience.exemption]
own_use_only = true
anonymous_statistics_only = true
no_cross_site_tracking = true
no_merging_or_sharing = true
visitors_informed = true
tracker_months = 13
data_months = 25
"#
    };
}

/// The table by which a site file exempts its audience measurement.
pub const EXEMPTION: &str = exemption!();

/// The site file with the vendors of [`vendor_files`] and one that it defines itself. It uses every part
/// of the format but the theme and the texts, and has no mistake.
pub const SITE_FILE: &str = concat!(
    head!(),
    r#"[categories.functional]
exempt = true
[categories.audience]
exempt = true # audience
"#,
    exemption!(),
    r#"[categories.advertising]
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
"#
);

/// The site file with three vendors of the catalogue that ships, in two categories, none exempt.
const SHIPPED_VENDORS_FILE: &str = concat!(
    head!(),
    r#"[categories.functional]
[categories.audience]
[categories.advertising]
[categories.third_party]
[[vendors]]
id = "google-analytics"
[vendors.cookies._ga]
duration_days = 390
[vendors.cookies."_ga_*"]
duration_days = 390
[[vendors]]
id = "youtube"
[[vendors]]
id = "recaptcha"
"#
);

/// The sample site with vendors of the catalogue that ships, under another id; `origin` is where its
/// pages are.
pub fn with_shipped_vendors(id: &str, origin: &str) -> String {
    let text = SHIPPED_VENDORS_FILE.replacen("\"boreale\"", &format!("{id:?}"), 1);
    text.replacen("\"https://www.boreale.example\"", &format!("{origin:?}"), 1)
}

/// The same site in first-party mode.
pub fn in_first_party_mode(id: &str, origin: &str) -> String {
    format!("first_party = true\n{}", with_shipped_vendors(id, origin))
}

/// The same site with another third party, which comes second by its id.
pub fn with_one_vendor_more(id: &str, origin: &str) -> String {
    with_shipped_vendors(id, origin).replace(
        "[[vendors]]\nid = \"youtube\"",
        "[[vendors]]\nid = \"matomo\"\n[[vendors]]\nid = \"youtube\"",
    )
}

const COUNTER: &str = r#"name = "Counter"
company = "Counter SAS"
category = "audience"
policy_url = "https://counter.example/privacy"
country = "FR"
transfer = "none"
purposes = ["counting"]
hosts = ["counter.example"]
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

/// The sources of every fact of a vendor of the catalogue.
pub const SOURCES: &str = r#"[sources]
company = { source = "https://vendor.example/privacy", read = "2026-11-28" }
hosts = { source = "third-party-web", and = ["https://vendor.example/hosts"], read = "2026-11-28" }
cookies = { source = "open-cookie-database", read = "2025-03-31" }
country = { source = "https://vendor.example/privacy", read = "2026-11-28", dated = "2026-05-01" }
transfer = { source = "https://vendor.example/privacy", read = "2026-11-28" }
policy_url = { source = "https://vendor.example/privacy", read = "2026-11-28" }
purposes = { source = "https://vendor.example/privacy", read = "2026-11-28" }
"#;

/// The vendor files of the small catalogue, by name. They use the purposes of [`purposes`].
pub fn vendor_files() -> [(&'static str, String); 3] {
    let billboard = RETARGET.replace("duration_days = 730", "duration_days = 30");
    let files =
        [("billboard.toml", billboard), ("counter.toml", COUNTER.into()), ("retarget.toml", RETARGET.into())];
    files.map(|(name, text)| (name, text + SOURCES))
}

/// The purposes file of the small catalogue: `advertising` and `counting`, in four languages.
pub fn purposes() -> String {
    let purpose = |id: &str| {
        let text = |code| format!("[{id}.{code}]\ntitle = \"{id}\"\ndescription = \"About {id}.\"\n");
        ["fr", "nl", "de", "en"].map(text).concat()
    };
    purpose("advertising") + &purpose("counting")
}
