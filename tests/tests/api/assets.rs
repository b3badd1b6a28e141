//! `GET /assets/{file}`: the widget.

use crate::bodies;
use constat_shared::Hash;
use constat_tests::api::{Api, SITE};

/// The widget's script, as the loader names it, and its WebAssembly and "My
/// record", as the script names them.
async fn names(api: &Api) -> [(String, &'static str); 3] {
    let loader = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    let script = named(loader.text(), "widget-", ".js");
    let glue = api.get(&format!("/assets/{script}")).await;
    let (wasm, record) = (named(glue.text(), "widget-", ".wasm"), named(glue.text(), "record-", ".js"));
    let javascript = "text/javascript; charset=utf-8";
    [(script, javascript), (wasm, "application/wasm"), (record, javascript)]
}

fn named(text: &str, start: &str, ending: &str) -> String {
    let mut names =
        text.match_indices(start).map(|(at, _)| text[at..].split(['"', '\'', '`']).next().unwrap());
    names.find(|name| name.ends_with(ending)).expect("the file is named").to_owned()
}

#[tokio::test]
async fn the_widget_is_at_the_address_in_the_loader_under_the_hash_of_its_content() {
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
        bodies::is_not_sent_again(&api, &path).await;
        bodies::answers_head_as_get(&api, &path).await;
        bodies::answers_no_other_method(&api, &path).await;
    }
}

#[tokio::test]
async fn the_template_for_tag_manager_is_a_file_to_save() {
    let api = Api::shared().await;
    let answer = api.get("/assets/constat.tpl").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"));
    assert!(answer.text().starts_with("___TERMS_OF_SERVICE___\n"));
    bodies::is_not_sent_again(&api, "/assets/constat.tpl").await;
    bodies::answers_head_as_get(&api, "/assets/constat.tpl").await;
}

#[tokio::test]
async fn nothing_else_lies_beside_the_widget() {
    let api = Api::shared().await;
    let [(script, _), ..] = names(&api).await;
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
