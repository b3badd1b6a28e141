//! `GET /assets/{file}`: the widget.

use crate::bodies;
use constat_shared::Hash;
use constat_tests::api::{Api, SITE};

/// The widget's script and WebAssembly, as the loader names them.
async fn names(api: &Api) -> [(String, &'static str); 2] {
    let loader = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    let text = loader.text();
    let named = |ending: &str| {
        let names =
            text.match_indices("widget-").map(|(at, _)| text[at..].split(['"', '\'', '`']).next().unwrap());
        names.map(str::to_owned).find(|name| name.ends_with(ending)).expect("the loader names the widget")
    };
    [(named(".js"), "text/javascript; charset=utf-8"), (named(".wasm"), "application/wasm")]
}

#[tokio::test]
async fn the_widget_lies_where_the_loader_says_under_the_hash_of_its_content() {
    let api = Api::shared().await;
    for (name, content_type) in names(&api).await {
        let answer = api.get(&format!("/assets/{name}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{name}");
        let hash = Hash::of(&answer.body).to_string();
        assert!(name.contains(&hash[..12]), "{name} {hash}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        bodies::is_immutable(&answer);
    }
}

#[tokio::test]
async fn the_widget_comes_in_the_form_asked_for_and_once() {
    let api = Api::shared().await;
    for (name, _) in names(&api).await {
        let path = format!("/assets/{name}");
        bodies::is_served_in_the_form_asked_for(&api, &path).await;
        bodies::is_not_sent_to_whoever_has_it(&api, &path).await;
        bodies::answers_head_as_get(&api, &path).await;
        bodies::answers_no_other_method(&api, &path).await;
    }
}

#[tokio::test]
async fn nothing_else_lies_beside_the_widget() {
    let api = Api::shared().await;
    let [(script, _), _] = names(&api).await;
    let hidden = [
        "manifest.json",
        "loader.js",
        &format!("{script}.br"),
        "..%2fmanifest.json",
        "%2e%2e/Cargo.toml",
        "",
    ];
    for name in hidden {
        let answer = api.get(&format!("/assets/{name}")).await;
        assert_eq!(answer.status, 404, "{name}");
        answer.assert_problem(name, "not_found", "");
    }
}
