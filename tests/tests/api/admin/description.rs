//! The description of the API, and the screen that shows it.

use super::house::shared;
use constat_tests::api::{answer, client};
use constat_tests::console::OWN;

#[tokio::test]
async fn the_description_names_both_addresses_and_the_permission_of_each_operation() {
    let console = shared().await;
    let found = answer(client().get(console.at("/openapi.json"))).await;
    assert_eq!((found.status, found.header("content-type")), (200, "application/json"));
    let document = found.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], console.at(""));
    let paths = &document["paths"];
    assert_eq!(paths["/healthz"]["servers"][0]["url"], console.server.url);
    let log = &paths["/v1/admin/sites/{site}/log"]["get"];
    assert_eq!(log["security"].to_string(), r#"[{"bearer":["log:read"]}]"#);
    assert!(paths.get("/console/").is_none(), "screens are no API");
}

#[tokio::test]
async fn the_screen_of_the_api_is_for_people_and_loads_only_files_of_this_server() {
    let console = shared().await;
    let stranger = answer(client().get(console.at("/console/api"))).await;
    assert_eq!(stranger.status, 401);
    let (mut visitor, _) = console.person("auditor@helvia.example", "auditor", OWN).await;
    let screen = visitor.get("/console/api").await;
    assert_eq!(screen.status, 200);
    let policy = screen.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self';"), "{policy}");
    let files: Vec<_> =
        screen.text().split("\"/console/api/").skip(1).filter_map(|rest| rest.split_once('"')).collect();
    assert_eq!(files.len(), 5);
    for (file, _) in files {
        let path = format!("/console/api/{file}");
        assert_eq!(visitor.get(&path).await.status, 200, "{path}");
    }
    for other in ["index.html", "swagger-ui.js", "..%2Fconsole.css"] {
        assert_eq!(visitor.get(&format!("/console/api/{other}")).await.status, 404, "{other}");
    }
}
