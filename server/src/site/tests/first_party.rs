//! Whole site files: what is right and wrong about first-party mode.

use super::sample::{SITE_FILE, assert_only_fault, changed, site, today};

/// The base with keys at the top.
fn with(keys: &str) -> String {
    format!("{keys}\n{SITE_FILE}")
}

#[test]
fn a_site_is_in_first_party_mode_when_it_says_so_and_its_hash_stays() {
    let usual = site(SITE_FILE);
    assert_eq!(usual.first_party, None);
    for (keys, domain) in [
        ("first_party = true", None),
        ("first_party = true\ncookie_domain = \"boreale.example\"", Some("boreale.example")),
        ("first_party = true\ncookie_domain = \"www.boreale.example\"", Some("www.boreale.example")),
    ] {
        let site = site(&with(keys));
        assert_eq!(site.first_party.unwrap().cookie_domain.as_deref(), domain);
        assert_eq!(site.notice.notice_hash(), usual.notice.notice_hash());
    }
    assert_eq!(site(&with("first_party = false")).first_party, None);
}

#[test]
fn a_cookie_domain_that_no_browser_takes_is_a_mistake() {
    for (domain, remedy) in [
        ("127.0.0.1", "such as example.com"),
        ("[::1]", "such as example.com"),
        ("boreale.example:8443", "such as example.com"),
        ("*.boreale.example", "such as example.com"),
        (".boreale.example", "such as example.com"),
        ("boreale.example.", "such as example.com"),
        ("Boreale.example", "such as example.com"),
        ("https://boreale.example", "such as example.com"),
        ("", "such as example.com"),
        ("example", "Write a domain of your own"),
        ("localhost", "Write a domain of your own"),
        ("co.uk", "Write a domain of your own"),
        ("github.io", "Write a domain of your own"),
    ] {
        let text = with(&format!("first_party = true\ncookie_domain = {domain:?}"));
        assert_only_fault(&text, "cookie_domain", "cookie_domain", remedy);
    }
    let text = with("cookie_domain = \"boreale.example\"");
    assert_only_fault(&text, "cookie_domain", "cookie_domain", "Set `first_party = true`");
}

#[test]
fn an_origin_that_is_not_below_the_cookie_domain_is_a_mistake() {
    for other in ["https://www.boreale.com", "https://evilboreale.example", "http://127.0.0.1:8080"] {
        let origins = format!("\"https://boreale.example\",\n  {other:?}]");
        let text = changed("\"https://www.boreale.example\"]", &origins);
        let text = format!("first_party = true\ncookie_domain = \"boreale.example\"\n{text}");
        assert_only_fault(&text, other, "origins[1]", "Name a domain that all origins share");
    }
}

/// The base whose vendor `own-chat` has more keys at its cookie, in first-party mode.
fn chat(keys: &str) -> String {
    let text = changed(
        "duration_days = 30\npurpose = \"chat\"",
        &format!("duration_days = 30\npurpose = \"chat\"\n{keys}"),
    );
    format!("first_party = true\n{text}")
}

#[test]
fn a_cookie_that_a_page_cannot_remove_is_declared_where_the_vendor_is() {
    for (keys, path, partitioned) in [
        ("http_only = true", "/", false),
        ("path = \"/shop\"", "/shop", false),
        ("http_only = true\npath = \"/\"\npartitioned = true", "/", true),
    ] {
        let site = site(&chat(&format!("first_party = true\n{keys}")));
        let [cookie] = site.hidden_cookies.as_slice() else { panic!("{:?}", site.hidden_cookies) };
        assert_eq!((cookie.vendor.as_str(), cookie.name.as_str()), ("own-chat", "chat"));
        assert_eq!((cookie.path.as_str(), cookie.partitioned), (path, partitioned));
        assert!(site.warnings(today()).is_empty(), "{:?}", site.warnings(today()));
    }
    assert!(site(&chat("first_party = true\nhttp_only = false")).hidden_cookies.is_empty());
}

#[test]
fn what_no_server_can_delete_is_a_mistake() {
    let at = "vendors.own-chat.cookies.chat";
    let line = "[vendors.cookies.chat]";
    assert_only_fault(&chat("http_only = true"), line, at, "Write `first_party = true` here");
    let stored = "first_party = true\nhttp_only = true\nstorage = \"local_storage\"";
    assert_only_fault(&chat(stored), line, at, "storage = \"cookie\"");
    for path in ["shop", "", "/a b", "/a;b"] {
        let text = chat(&format!("first_party = true\npath = {path:?}"));
        assert_only_fault(&text, "path = ", &format!("{at}.path"), "Write one such as /shop");
    }
    let text = chat("first_party = true\nhttp_only = true")
        .replace("[vendors.cookies.chat]", "[vendors.cookies.\"a;b\"]");
    assert_only_fault(&text, "a;b", "vendors.own-chat.cookies.a;b", "without quotes");
    let more = |count: usize| {
        let one = |number: usize| {
            format!(
                "[vendors.cookies.c{number}]\nduration_days = 1\npurpose = \"chat\"\nfirst_party = true\nhttp_only = true\n"
            )
        };
        chat(&format!("first_party = true\n{}", (0..count).map(one).collect::<String>()))
    };
    assert_eq!(site(&more(8)).hidden_cookies.len(), 8);
    assert_only_fault(&more(9), "[[vendors]]", "vendors", "Leave out those");
}

#[test]
fn the_owner_is_warned_of_seven_days_and_of_cookies_that_stay() {
    let warnings = site(SITE_FILE).warnings(today());
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("Safari") && warnings[0].contains("7 days, not 6 months"), "{warnings:?}");
    let pattern =
        chat("first_party = true\nhttp_only = true").replace("cookies.chat]", "cookies.\"chat_*\"]");
    let warnings = site(&pattern).warnings(today());
    assert_eq!(
        warnings,
        [
            "The cookie `chat_*` of `own-chat` cannot be deleted because its name ends with `*`: write the whole name."
        ]
    );
    let warnings = site(&pattern.replacen("first_party = true", "first_party = false", 1)).warnings(today());
    assert!(warnings.len() == 2 && warnings[1].contains("without `first_party = true`"), "{warnings:?}");
}
