//! Addresses that do not exist.

use constat_tests::api::Api;

#[tokio::test]
async fn an_unknown_address_gets_a_problem_document() {
    let api = Api::shared().await;
    for path in
        ["/", "/v1", "/v1/sites", "/v1/notices/", "/healthz/", "/%00", "/v1/sites//consent.js", "/demo/fr/"]
    {
        let answer = api.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.assert_problem(path, "not_found", "");
    }
}
