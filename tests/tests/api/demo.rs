//! `constat serve --demo`: the demo insurer and its third parties.

use constat_tests::api;
use constat_tests::server::Server;

#[tokio::test]
async fn the_demo_serves_its_pages_and_counts_what_reaches_the_third_parties() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    let client = api::client();
    let get = |url: String| api::answer(client.get(url));
    let page = get(format!("{}/demo/fr/", server.url)).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let third_parties = server.third_parties.clone().expect("the demo has third parties");
    assert!(page.text().contains(&third_parties) && page.text().contains("/v1/sites/boreale/consent.js"));
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), "{}");
    assert_eq!(get(format!("{third_parties}/audience.js")).await.status, 200);
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), r#"{"/audience.js":1}"#);
    assert_eq!(get(format!("{}/demo/fr/none.html", server.url)).await.status, 404);
}
