//! `GET /v1/sites/{site}/notice/{language}` and `/v1/notices/{notice_hash}`.

use crate::bodies;
use constat_shared::{Hash, Notice, canonical};
use constat_tests::api::{Api, SITE, site_path};
use serde_json::json;

#[tokio::test]
async fn a_notice_has_in_one_language_all_that_is_shown() {
    let api = Api::shared().await;
    for language in ["fr", "nl", "de", "en"] {
        let notice = api.get(&site_path(&format!("notice/{language}"))).await.json();
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
async fn a_notice_is_the_canonical_json_whose_hash_is_its_address() {
    let api = Api::shared().await;
    let hash = api.notice_hash().await;
    let answer = api.get(&format!("/v1/notices/{hash}")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(Hash::of(&answer.body).to_string(), hash);
    let notice: Notice = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(canonical::to_vec(&notice), answer.body);
    assert_eq!((notice.site.as_str(), notice.texts.len()), (SITE, 4));
    bodies::is_immutable(&answer);
}

#[tokio::test]
async fn a_notice_is_sent_once_and_then_confirmed() {
    let api = Api::shared().await;
    let path = format!("/v1/notices/{}", api.notice_hash().await);
    bodies::is_not_sent_again(&api, &path).await;
    bodies::answers_head_as_get(&api, &path).await;
    bodies::answers_no_other_method(&api, &path).await;
}

#[tokio::test]
async fn a_hash_that_was_never_published_is_not_found() {
    let api = Api::shared().await;
    let hash = api.notice_hash().await;
    let others =
        ["0".repeat(64), hash.to_uppercase(), hash[1..].to_owned(), "x".to_owned(), "%ff".to_owned()];
    for other in &others {
        let answer = api.get(&format!("/v1/notices/{other}")).await;
        assert_eq!(answer.status, 404, "{other}");
        answer.assert_problem(other, "notice_unknown", "");
    }
    for view in ["banner/fr", "notice/fr"] {
        for other in &others {
            let answer = api.get(&format!("/v1/sites/{SITE}/{view}?notice={other}")).await;
            assert_eq!(answer.status, 404, "{view} {other}");
            answer.assert_problem(other, "notice_unknown", "");
        }
    }
}

#[tokio::test]
async fn what_is_shown_by_a_notices_hash_never_changes() {
    let api = Api::shared().await;
    let hash = api.notice_hash().await;
    for view in ["banner/fr", "notice/en"] {
        let current = api.get(&format!("/v1/sites/{SITE}/{view}")).await;
        let by_hash = api.get(&format!("/v1/sites/{SITE}/{view}?notice={hash}")).await;
        assert_eq!(by_hash.body, current.body);
        bodies::may_change(&current);
        bodies::is_immutable(&by_hash);
    }
}
