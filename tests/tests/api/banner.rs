//! `GET /v1/sites/{site}/banner/{language}`: the first layer as HTML.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, site_path};
use constat_tests::sites::Sites;

#[tokio::test]
async fn the_first_layer_has_every_word_and_two_equal_answers_in_every_language() {
    let api = Api::shared().await;
    for language in ["fr", "nl", "de", "en"] {
        let banner = api.get(&site_path(&format!("banner/{language}"))).await.json();
        let notice = api.get(&site_path(&format!("notice/{language}"))).await.json();
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
    let html = api.get(&site_path("banner/en")).await.json()["html"].to_string();
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
