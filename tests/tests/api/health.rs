//! `GET /healthz` and `/readyz`.

use crate::bodies;
use constat_tests::api::Api;

#[tokio::test]
async fn a_running_server_is_healthy_and_ready() {
    let api = Api::shared().await;
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = api.get(path).await;
        assert_eq!((answer.status, answer.text()), (200, body));
        assert!(answer.header("content-type").starts_with("text/plain"), "{path}");
        bodies::answers_head_as_get(&api, path).await;
        bodies::answers_no_other_method(&api, path).await;
    }
}
