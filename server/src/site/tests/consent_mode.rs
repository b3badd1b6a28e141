//! Whole site files: what is right and wrong about `[consent_mode]`.

use super::sample::{SITE_FILE, assert_only_fault, site, today};
use crate::site::{ConsentMode, ConsentType, Decider, Region};
use constat_shared::{Category, VendorId};

/// The base with a table at its end.
fn with(keys: &str) -> String {
    format!("{SITE_FILE}[consent_mode]\n{keys}")
}

fn mode(keys: &str) -> ConsentMode {
    site(&with(keys)).tags.consent_mode.expect("the table is there")
}

fn decides(of: ConsentType, mode: &ConsentMode) -> &Decider {
    &mode.map[ConsentType::ALL.iter().position(|known| *known == of).expect("it is one of all")]
}

#[test]
fn a_site_without_the_table_tells_google_nothing() {
    assert_eq!(site(SITE_FILE).tags.consent_mode, None);
}

#[test]
fn an_empty_table_has_the_defaults() {
    let [ads, audience, functional] =
        [Category::Advertising, Category::Audience, Category::Functional].map(Decider::Category);
    let expected = ConsentMode {
        advanced: false,
        wait_for_update_ms: 500,
        ads_data_redaction: true,
        url_passthrough: false,
        data_layer: "dataLayer".into(),
        map: [ads.clone(), ads.clone(), ads, audience, functional.clone(), functional],
        regions: Vec::new(),
    };
    assert_eq!(mode(""), expected);
    let written = "mode = \"basic\"\nwait_for_update_ms = 500\nads_data_redaction = true\nurl_passthrough = false\n\
        [consent_mode.map]\nad_storage = \"advertising\"\nad_user_data = \"advertising\"\n\
        ad_personalization = \"advertising\"\nanalytics_storage = \"audience\"\n\
        functionality_storage = \"functional\"\npersonalization_storage = \"functional\"";
    assert_eq!(mode(written), expected);
}

#[test]
fn every_key_is_read_and_none_changes_the_notice() {
    let keys = "mode = \"advanced\"\ni_know = \"Nobody of the EEA is served.\"\nwait_for_update_ms = 2000\n\
        ads_data_redaction = false\nurl_passthrough = true\ndata_layer = \"myLayer_$1\"\n\
        [consent_mode.map]\nad_storage = \"vendor:retarget\"\nfunctionality_storage = \"essential\"\n\
        [[consent_mode.region]]\ncodes = [\"US\", \"CA-QC\"]\nanalytics_storage = \"granted\"\n\
        [[consent_mode.region]]\ncodes = [\"BR\"]\npersonalization_storage = \"granted\"\nad_storage = \"granted\"\n\
        [[consent_mode.region]]\ncodes = [\"US-CA\"]\nanalytics_storage = \"denied\"\nad_storage = \"granted\"";
    let site_with = site(&with(keys));
    let usual = site(SITE_FILE);
    assert_eq!(site_with.notice.notice_hash(), usual.notice.notice_hash());
    assert_eq!(site_with.notice.terms_hash(), usual.notice.terms_hash());
    let mode = site_with.tags.consent_mode.unwrap();
    assert!(mode.advanced && !mode.ads_data_redaction && mode.url_passthrough);
    assert_eq!((mode.wait_for_update_ms, mode.data_layer.as_str()), (2000, "myLayer_$1"));
    assert_eq!(
        decides(ConsentType::AdStorage, &mode),
        &Decider::Vendor(VendorId::parse("retarget").unwrap())
    );
    assert_eq!(decides(ConsentType::AdUserData, &mode), &Decider::Category(Category::Advertising));
    assert_eq!(decides(ConsentType::FunctionalityStorage, &mode), &Decider::Category(Category::Essential));
    let region = |codes: &[&str], types: &[(ConsentType, bool)]| Region {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        types: types.to_vec(),
    };
    let expected = [
        region(&["US", "CA-QC"], &[(ConsentType::AnalyticsStorage, true)]),
        region(&["BR"], &[(ConsentType::AdStorage, true), (ConsentType::PersonalizationStorage, true)]),
        region(&["US-CA"], &[(ConsentType::AdStorage, true), (ConsentType::AnalyticsStorage, false)]),
    ];
    assert_eq!(mode.regions, expected);
}

#[test]
fn the_bounds_of_the_wait_are_allowed_and_nothing_beyond() {
    for ms in [0, 5000] {
        assert_eq!(i64::from(mode(&format!("wait_for_update_ms = {ms}")).wait_for_update_ms), ms);
    }
    for ms in [-1, 5001, 70_000] {
        let text = with(&format!("wait_for_update_ms = {ms}"));
        let key = "consent_mode.wait_for_update_ms";
        assert_only_fault(&text, "wait_for_update_ms", key, "Write 0 to 5000 milliseconds");
    }
}

#[test]
fn an_unknown_mode_is_a_mistake() {
    assert_only_fault(&with("mode = \"advance\""), "mode = \"adv", "consent_mode.mode", "`advanced`");
}

#[test]
fn the_authorities_that_ask_for_consent_refuse_advanced_mode_unless_the_owner_knows() {
    let written = |name: &str, url: &str| format!("{{ name = {name:?}, url = {url:?} }}");
    for authority in [
        "\"cnil\"".to_owned(),
        "\"apd\"".to_owned(),
        "\"ap\"".to_owned(),
        written("CNIL", "https://cnil.fr/fr"),
        written("Notre autorité", "https://linc.cnil.fr/"),
        written("GBA", "https://www.gegevensbeschermingsautoriteit.be/burger"),
        written("APD", "https://www.dataprotectionauthority.be"),
        written("Toezichthouder", "https://www.AutoriteitPersoonsgegevens.nl./"),
        written("Autoriteit Persoonsgegevens", "https://www.rijksoverheid.nl"),
    ] {
        let of =
            |keys: &str| with(keys).replacen("authority = \"cnil\"", &format!("authority = {authority}"), 1);
        let remedy = "Write mode = \"basic\", or say in `i_know` why the site may do it";
        assert_only_fault(&of("mode = \"advanced\""), "mode = \"adv", "consent_mode.mode", remedy);
        assert!(
            site(&of("mode = \"advanced\"\ni_know = \"No visitor of it.\""))
                .tags
                .consent_mode
                .unwrap()
                .advanced
        );
        assert!(!site(&of("mode = \"basic\"")).tags.consent_mode.unwrap().advanced);
        for nothing in ["", "  "] {
            let text = of(&format!("mode = \"advanced\"\ni_know = {nothing:?}"));
            assert_only_fault(&text, "i_know", "consent_mode.i_know", "");
        }
    }
    for (name, url) in [("CNPD", "https://cnpd.public.lu"), ("Not theirs", "https://notcnil.fr")] {
        let other = format!("authority = {}", written(name, url));
        let text = with("mode = \"advanced\"").replacen("authority = \"cnil\"", &other, 1);
        assert!(site(&text).tags.consent_mode.unwrap().advanced);
    }
}

#[test]
fn a_data_layer_that_is_no_name_of_a_variable_is_a_mistake() {
    for name in ["a", "_l", "$", "a2345678901234$"] {
        assert_eq!(mode(&format!("data_layer = {name:?}")).data_layer, name);
    }
    for name in ["", "1a", "my layer", "a.b", "a-b", "été", "a\"]", "a23456789012345$"] {
        let text = with(&format!("data_layer = {name:?}"));
        assert_only_fault(&text, "data_layer", "consent_mode.data_layer", "15 at most, such as dataLayer");
    }
}

#[test]
fn a_data_layer_with_a_name_that_every_page_has_is_a_mistake() {
    for name in [
        "name",
        "location",
        "status",
        "top",
        "length",
        "event",
        "parent",
        "self",
        "window",
        "document",
        "history",
        "frames",
        "origin",
        "opener",
        "closed",
        "constat",
        "screen",
        "open",
        "fetch",
        "onload",
        "Array",
        "__proto__",
        "toString",
        "class",
        "undefined",
        "_paq",
        "gtag",
        "uetq",
    ] {
        let text = with(&format!("data_layer = {name:?}"));
        assert_only_fault(&text, "data_layer", "consent_mode.data_layer", "such as dataLayer");
    }
}

#[test]
fn a_type_is_decided_by_a_category_or_a_vendor_of_the_site() {
    for (line, key, remedy) in [
        ("security_storage = \"essential\"", "security_storage", "Leave it out"),
        ("ad_storag = \"advertising\"", "ad_storag", "Did you mean `ad_storage`?"),
        ("ad_storage = \"advertisin\"", "ad_storage", "Did you mean `advertising`?"),
        ("ad_storage = \"third_party\"", "ad_storage", "Add [categories.third_party], or name another one"),
        ("analytics_storage = \"third_party\"", "analytics_storage", "Add [categories.third_party]"),
        ("ad_storage = \"vendor:retarge\"", "ad_storage", "Did you mean `retarget`?"),
        ("ad_storage = \"vendor:\"", "ad_storage", "[[vendors]]"),
        ("ad_storage = \"retarget\"", "ad_storage", ""),
    ] {
        let text = with(&format!("[consent_mode.map]\n{line}"));
        assert_only_fault(&text, line, &format!("consent_mode.map.{key}"), remedy);
    }
}

#[test]
fn the_defaults_may_be_written_where_a_site_does_not_use_their_categories() {
    let written = "[consent_mode.map]\nad_storage = \"advertising\"\nanalytics_storage = \"audience\"";
    let small = SITE_FILE.split("[categories.functional]").next().unwrap();
    let text = format!("{small}[consent_mode]\n{written}");
    assert_eq!(site(&text).tags.consent_mode, Some(mode("")));
}

#[test]
fn a_region_has_codes_of_where_something_may_be_granted_and_what_differs() {
    let region = |codes: &str, more: &str| with(&format!("[[consent_mode.region]]\ncodes = {codes}\n{more}"));
    let granted = "analytics_storage = \"granted\"";
    let key = "consent_mode.region[0].codes";
    for (codes, remedy) in [
        ("[]", "Write 1 to 64"),
        ("[\"usa\"]", "Write a code of ISO 3166-2, such as US or US-CA"),
        ("[\"us\"]", "Write a code of ISO 3166-2"),
        ("[\"US-\"]", "Write a code of ISO 3166-2"),
        ("[\"US-CALI\"]", "Write a code of ISO 3166-2"),
        ("[\"\\\"]);alert()\"]", "Write a code of ISO 3166-2"),
        ("[\"FR\"]", "Take it out"),
        ("[\"ES-CN\"]", "Take it out"),
        ("[\"GB\"]", "Take it out"),
        ("[\"CH-GE\"]", "Take it out"),
        ("[\"RE\"]", "Take it out"),
        ("[\"TF\"]", "Take it out"),
        ("[\"UK\"]", "Write GB"),
        ("[\"EU\"]", "Leave it out"),
        ("[\"XX\"]", "Write a code of ISO 3166-2"),
        ("[\"US\", \"US\"]", "List it once"),
    ] {
        assert_only_fault(&region(codes, granted), "codes = ", key, remedy);
    }
    let refused = region("[\"US\"]", &format!("{granted}\nad_storage = \"refused\""));
    let at = "consent_mode.region[0].ad_storage";
    assert_only_fault(&refused, "ad_storage", at, "Write one of `granted`, `denied`");
    let nothing = region("[\"US\"]", "");
    assert_only_fault(&nothing, "[[consent_mode.region]]", "consent_mode.region[0]", "analytics_storage");
    let security = region("[\"US\"]", &format!("{granted}\nsecurity_storage = \"granted\""));
    assert_only_fault(&security, "security_storage", "consent_mode.region[0].security_storage", "");
    let twice = format!(
        "{}\n[[consent_mode.region]]\ncodes = [\"BR\", \"US\"] # again\n{granted}",
        region("[\"US\"]", granted)
    );
    assert_only_fault(&twice, "# again", "consent_mode.region[1].codes", "List it once");
}

#[test]
fn there_are_sixteen_regions_of_sixty_four_codes_at_most() {
    let codes = |first: u8| {
        let code = |at: u8| {
            format!(
                "\"US-{}{}\"",
                char::from(first),
                char::from(if at < 26 { b'A' + at } else { b'0' + at - 26 })
            )
        };
        (0..32).map(code).collect::<Vec<_>>()
    };
    let region = |codes: &[String]| {
        format!("[[consent_mode.region]]\ncodes = [{}]\nad_storage = \"granted\"\n", codes.join(", "))
    };
    let most = [codes(b'A'), codes(b'B')].concat();
    assert_eq!(mode(&region(&most)).regions[0].codes.len(), 64);
    let more = [most, codes(b'C')[..1].to_vec()].concat();
    assert_only_fault(&with(&region(&more)), "codes = ", "consent_mode.region[0].codes", "Write 1 to 64");
    let many = |count: u8| (0..count).map(|at| region(&codes(b'A' + at)[..1])).collect::<String>();
    assert_eq!(mode(&many(16)).regions.len(), 16);
    assert_only_fault(&with(&many(17)), "[[consent_mode.region]]", "consent_mode.region", "Write 16 at most");
}

/// What is said of Google's tags in a file that has no mistake.
fn warned(text: &str) -> Vec<String> {
    let warnings = site(text).warnings(today());
    warnings.into_iter().filter(|warning| warning.contains("docs/consent-mode.md")).collect()
}

/// The text with an advertising service of Google's in place of the site's own chat.
fn with_google_ads(text: &str) -> String {
    text.replace("id = \"own-chat\"", "id = \"google-ads\"")
        .replace("category = \"functional\"", "category = \"advertising\"")
}

#[test]
fn types_that_follow_a_category_although_a_service_of_google_has_its_own_switch_are_named() {
    assert_eq!(warned(&with("")), [""; 0], "no service of Google has a switch");
    assert_eq!(warned(&with_google_ads(SITE_FILE)), [""; 0], "nothing is told to Google");
    let said = warned(&with_google_ads(&with("")));
    let wanted = "The category `advertising` decides `ad_storage`, `ad_user_data`, `ad_personalization`";
    assert!(said.len() == 1 && said[0].starts_with(wanted), "{said:?}");
    assert!(said[0].contains("Write \"vendor:google-ads\" in"), "{said:?}");
    let all = ["ad_storage", "ad_user_data", "ad_personalization"];
    let map: String = all.iter().map(|of| format!("{of} = \"vendor:google-ads\"\n")).collect();
    assert_eq!(warned(&with_google_ads(&with(&format!("[consent_mode.map]\n{map}")))), [""; 0]);
    // One that reads no consent type is not named, whoever makes it.
    let fonts = with_google_ads(&with("")).replace("\"google-ads\"", "\"google-fonts\"");
    assert_eq!(warned(&fonts), [""; 0]);
}

#[test]
fn a_service_of_google_that_nobody_can_ever_allow_is_named() {
    let text = with_google_ads(&with("")).replace("category = \"advertising\"", "category = \"functional\"");
    let (before, after) = text.split_once("[categories.advertising]\n").unwrap();
    let (_, counter) = after.split_once("[[vendors]]\nid = \"counter\"").unwrap();
    let unused = format!("{before}[[vendors]]\nid = \"counter\"{counter}");
    let said = warned(&unused);
    assert!(said.len() == 1 && said[0].starts_with("`google-ads` is told of a refusal"), "{said:?}");
    assert!(said[0].contains("Add `[categories.advertising]`"), "{said:?}");
    assert_eq!(warned(&format!("{unused}[consent_mode.map]\nad_storage = \"functional\"\n")), [""; 0]);
    // Where no type can be granted, that is said once.
    let small = SITE_FILE.split("[categories.functional]").next().unwrap();
    let said = warned(&format!("{small}[consent_mode]\n"));
    assert!(said.len() == 1 && said[0].starts_with("Google is told of a refusal"), "{said:?}");
}

#[test]
fn advanced_mode_beside_blocking_without_marks_is_warned_of() {
    let blocking = |text: &str| format!("auto_block = true\n{text}");
    let advanced = with("mode = \"advanced\"\ni_know = \"Our counsel has agreed.\"\n");
    assert_eq!(warned(&advanced), [""; 0]);
    assert_eq!(warned(&blocking(&with(""))), [""; 0]);
    let said = warned(&blocking(&advanced));
    assert!(said.len() == 1 && said[0].contains("mode = \"basic\""), "{said:?}");
}
