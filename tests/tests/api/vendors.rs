//! `GET /v1/sites/{site}/vendors`.

use constat_tests::api::{Api, SITE, client, site_path};
use serde_json::json;

#[tokio::test]
async fn the_vendors_come_by_category_with_everything_declared() {
    let api = Api::shared().await;
    let vendors = api.get(&site_path("vendors?lang=nl")).await.json();
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
    assert_eq!(
        api.get(&site_path("vendors")).await.json(),
        api.get(&site_path("vendors?lang=fr")).await.json()
    );
}

/// The vendors in another form.
async fn as_form(api: &Api, query: &str, accept: &str) -> constat_tests::api::Answer {
    let asked = client()
        .get(format!("{}{}", api.server.url, site_path(&format!("vendors?{query}"))))
        .header("accept", accept);
    constat_tests::api::answer(asked).await
}

#[tokio::test]
async fn a_program_can_ask_for_one_category_and_a_category_that_is_not_used_is_a_problem() {
    let api = Api::shared().await;
    let one = api.get(&site_path("vendors?category=third_party&lang=de")).await.json();
    let categories = one["categories"].as_array().unwrap();
    assert_eq!((categories.len(), &categories[0]["id"]), (1, &json!("third_party")));
    assert_eq!((&one["language"], one["notice_hash"].as_str().unwrap().len()), (&json!("de"), 64));
    for unknown in ["tracking", "Audience", ""] {
        let answer = api.get(&site_path(&format!("vendors?category={unknown}"))).await;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["field"]), (422, &json!("category")), "{unknown}: {problem}");
    }
}

#[tokio::test]
async fn the_vendors_come_as_json_ld_and_csv_with_an_entity_tag_in_the_same_order() {
    let api = Api::shared().await;
    let linked = as_form(&api, "lang=en", "application/ld+json").await;
    assert_eq!(linked.header("content-type"), "application/ld+json");
    let graph = linked.json()["@graph"].as_array().unwrap().clone();
    let of_type = |kind: &str| graph.iter().filter(|node| node["@type"] == kind).cloned().collect::<Vec<_>>();
    let names: Vec<_> =
        of_type("dpv:ThirdParty").iter().map(|node| node["dpv:hasIdentifier"].clone()).collect();
    assert_eq!(names, ["google-analytics", "recaptcha", "youtube"]);
    assert_eq!(of_type("dpv:Process").len(), 3);

    let csv = as_form(&api, "category=audience&lang=fr", "text/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<_> = csv.text().split("\r\n").collect();
    assert_eq!(
        lines[0],
        "category,id,name,company,country,transfer,policy_url,purposes,cookie,duration_days,storage,cookie_purpose"
    );
    assert!(
        lines[1]
            .starts_with("audience,google-analytics,Google Analytics,Google Ireland Limited,US,dpf,https://")
    );
    assert_eq!(lines.iter().filter(|line| line.contains(",_ga,390,cookie,")).count(), 1, "{lines:?}");

    for accept in ["application/json", "application/ld+json", "text/csv"] {
        let first = as_form(&api, "category=third_party", accept).await;
        let again = as_form(&api, "category=third_party", accept).await;
        assert_eq!((first.header("etag"), &first.body), (again.header("etag"), &again.body), "{accept}");
        assert!(first.header("vary").contains("Accept, Accept-Encoding"), "{accept}: {first:?}");
        let url = format!("{}{}", api.server.url, site_path("vendors?category=third_party"));
        let known = client().get(url).header("accept", accept).header("if-none-match", first.header("etag"));
        assert_eq!(constat_tests::api::answer(known).await.status, 304, "{accept}");
    }
}
