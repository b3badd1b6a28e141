//! `GET /v1/sites/{site}/…`: the loader, the first layer, the notice, the vendors.

use crate::bodies;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::sites::Sites;
use serde_json::json;

fn path(rest: &str) -> String {
    format!("/v1/sites/{SITE}/{rest}")
}

/// Everything a site serves, with its content type.
fn all() -> [(String, &'static str); 5] {
    [
        (path("consent.js"), "text/javascript; charset=utf-8"),
        (path("banner/fr"), "application/json"),
        (path("notice/nl"), "application/json"),
        (path("vendors"), "application/json"),
        (path("vendors?lang=de"), "application/json"),
    ]
}

#[tokio::test]
async fn everything_of_a_site_has_its_type_and_is_open_to_its_pages() {
    let api = Api::shared().await;
    for (path, content_type) in all() {
        let answer = api.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        bodies::may_change(&answer);
    }
}

#[tokio::test]
async fn everything_of_a_site_comes_in_the_form_asked_for() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::is_served_in_the_form_asked_for(&api, &path).await;
    }
}

#[tokio::test]
async fn everything_of_a_site_is_sent_once_and_then_confirmed() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::is_not_sent_to_whoever_has_it(&api, &path).await;
    }
}

#[tokio::test]
async fn everything_of_a_site_is_read_and_nothing_else() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::answers_head_as_get(&api, &path).await;
        bodies::answers_no_other_method(&api, &path).await;
    }
    let answer = api.get(&path("consents")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    answer.assert_problem("GET consents", "method_not_allowed", "");
}

#[tokio::test]
async fn the_loader_carries_the_sites_settings_and_nothing_to_fill_in() {
    let api = Api::shared().await;
    let loader = api.get(&path("consent.js")).await;
    let text = loader.text();
    assert!(!text.contains("__CONSTAT_SETTINGS__"));
    for part in [api.notice_hash().await.as_str(), SITE, "google-analytics", "Tout refuser"] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn the_first_layer_has_every_word_and_two_equal_answers_in_every_language() {
    let api = Api::shared().await;
    for language in ["fr", "nl", "de", "en"] {
        let banner = api.get(&path(&format!("banner/{language}"))).await.json();
        let notice = api.get(&path(&format!("notice/{language}"))).await.json();
        let (html, texts) = (banner["html"].as_str().unwrap(), &notice["texts"]);
        let text = |key: &str| texts[key].as_str().unwrap().replace('&', "&amp;");
        let keys = [
            "title",
            "intro_functional",
            "intro_audience",
            "intro_advertising",
            "intro_third_party",
            "continue_without_accepting",
            "refuse_all",
            "configure",
            "allow_all",
            "site_policy_link",
        ];
        for key in keys {
            assert!(html.contains(&text(key)), "{language} {key}: {html}");
        }
        assert!(text("intro").split("{purposes}").all(|part| html.contains(part)), "{language}: {html}");
        let filled =
            [text("lifetime").replace("{months}", "6"), text("third_parties").replace("{count}", "3")];
        assert!(filled.iter().all(|text| html.contains(text)), "{language}: {html}");
        assert!(!html.contains('{') && html.contains(&format!("lang=\"{language}\"")), "{language}: {html}");
        assert_eq!(attribute(html, "refuse_all", "class"), attribute(html, "allow_all", "class"), "{html}");
        assert!(html.contains(notice["controller"]["policy_url"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn the_first_layer_names_the_purposes_the_site_asks_for_and_no_others() {
    let site = with_shipped_vendors(SITE, SITE_ORIGIN).replace("[categories.advertising]\n", "");
    let exempt = site.replace("[categories.functional]", "[categories.functional]\nexempt = true");
    let api = Api::serve(Sites::with(SITE, &exempt));
    let html = api.get(&path("banner/en")).await.json()["html"].to_string();
    assert!(html.contains("audience measurement, third-party content"), "{html}");
    assert!(!html.contains("advertising") && !html.contains("convenience"), "{html}");
}

/// An attribute of the button with that action.
fn attribute<'a>(html: &'a str, action: &str, name: &str) -> &'a str {
    let at = html.find(&format!("data-action=\"{action}\"")).expect("the button is there");
    let start = html[..at].rfind("<button").expect("it is a button");
    let tag = &html[start..][..html[start..].find('>').expect("the tag ends")];
    let value = tag.split_once(&format!("{name}=\"")).expect("the attribute is there").1;
    value.split_once('"').expect("the attribute ends").0
}

#[tokio::test]
async fn a_notice_says_in_one_language_all_that_is_shown() {
    let api = Api::shared().await;
    for language in ["fr", "nl", "de", "en"] {
        let notice = api.get(&path(&format!("notice/{language}"))).await.json();
        assert_eq!((&notice["site"], &notice["language"]), (&json!(SITE), &json!(language)));
        assert_eq!(notice["notice_hash"], json!(api.notice_hash().await));
        assert_eq!(notice["terms_hash"].as_str().unwrap().len(), 64);
        assert_eq!(notice["lifetimes"], json!({ "choice_months": 6, "proof_months": 13 }));
        assert_eq!(notice["controller"]["dpo_email"], "dpo@boreale.example");
        assert!(notice["authority"]["url"].as_str().unwrap().starts_with("https://"));
        let categories: Vec<_> =
            notice["categories"].as_array().unwrap().iter().map(|used| &used["id"]).collect();
        assert_eq!(categories, ["essential", "functional", "audience", "advertising", "third_party"]);
    }
}

#[tokio::test]
async fn the_vendors_come_by_category_with_everything_declared() {
    let api = Api::shared().await;
    let vendors = api.get(&path("vendors?lang=nl")).await.json();
    assert_eq!((&vendors["site"], &vendors["language"]), (&json!(SITE), &json!("nl")));
    assert_eq!(vendors["notice_hash"], json!(api.notice_hash().await));
    let named = |category: usize| -> Vec<&str> {
        let vendors = vendors["categories"][category]["vendors"].as_array().unwrap();
        vendors.iter().filter_map(|vendor| vendor["id"].as_str()).collect()
    };
    assert_eq!((named(2), named(4)), (vec!["google-analytics"], vec!["recaptcha", "youtube"]));
    let analytics = &vendors["categories"][2]["vendors"][0];
    for field in ["name", "company", "policy_url", "country", "transfer"] {
        assert!(analytics[field].as_str().is_some_and(|value| !value.is_empty()), "{field}: {analytics}");
    }
    assert!(!analytics["purposes"][0]["title"].as_str().unwrap().is_empty());
    let cookies = analytics["cookies"].as_array().unwrap();
    let ga = cookies.iter().find(|cookie| cookie["name"] == "_ga").unwrap();
    assert_eq!((&ga["duration_days"], &ga["storage"]), (&json!(390), &json!("cookie")));
    // Without a language, the site's main one.
    assert_eq!(api.get(&path("vendors")).await.json(), api.get(&path("vendors?lang=fr")).await.json());
}

#[tokio::test]
async fn an_unknown_site_or_language_is_not_found() {
    let file = with_shipped_vendors(SITE, SITE_ORIGIN).replace(r#"["fr", "nl", "de", "en"]"#, r#"["fr"]"#);
    let api = Api::serve(Sites::with(SITE, &file));
    for rest in ["consent.js", "banner/fr", "notice/fr", "vendors"] {
        for site in ["australe", "Polaire", "%20", "%ff"] {
            let answer = api.get(&format!("/v1/sites/{site}/{rest}")).await;
            assert_eq!(answer.status, 404, "{site} {rest}");
            answer.assert_problem(site, "site_unknown", "");
        }
    }
    for rest in
        ["banner/nl", "notice/en", "vendors?lang=de", "notice/it", "banner/FR", "notice/%ff", "vendors?lang="]
    {
        let answer = api.get(&path(rest)).await;
        assert_eq!(answer.status, 404, "{rest}");
        answer.assert_problem(rest, "language_unknown", "");
    }
    for rest in ["", "notice", "notice/fr/x", "consent.css", "vendors/"] {
        let answer = api.get(&path(rest)).await;
        assert_eq!(answer.status, 404, "{rest}");
        answer.assert_problem(rest, "not_found", "");
    }
}

#[tokio::test]
async fn a_query_that_says_one_thing_twice_is_refused() {
    let api = Api::shared().await;
    let hash = api.notice_hash().await;
    let queries = ["vendors?lang=fr&lang=nl".to_owned(), format!("banner/fr?notice={hash}&notice={hash}")];
    for query in queries {
        let answer = api.get(&path(&query)).await;
        assert_eq!(answer.status, 400, "{query}");
        answer.assert_problem(&query, "invalid_field", "");
    }
}

#[tokio::test]
async fn a_site_is_found_among_others() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    sites.write("other", &with_shipped_vendors("other", "https://other.example"));
    let api = Api::serve(sites);
    for site in [SITE, "other"] {
        assert_eq!(api.get(&format!("/v1/sites/{site}/vendors")).await.json()["site"], site);
    }
}
