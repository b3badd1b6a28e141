//! Programs that ask the admin API of a server under test.

use crate::api::{Answer, Api, answer, client};
use crate::console::{House, OWN, Visitor};
use crate::server::run;
use constat_shared::Record;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl House {
    /// Makes a token for [`OWN`] by the command.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn token(&self, name: &str, scope: &[&str]) -> String {
        token(self.data.path(), name, scope, &[]).await
    }

    /// An address of the console.
    pub fn at(&self, path: &str) -> String {
        let url = self.server.console.split("/console/").next().expect("there is a first part");
        format!("{url}{path}")
    }

    /// Asks the admin API with a token; `path` begins after `/v1/admin/`.
    pub async fn ask(&self, token: &str, method: Method, path: &str) -> Answer {
        answer(client().request(method, self.at(&format!("/v1/admin/{path}"))).bearer_auth(token)).await
    }

    /// GETs JSON from the admin API.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn read(&self, token: &str, path: &str) -> Value {
        let answer = self.ask(token, Method::GET, path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Posts JSON to the admin API, with an idempotency key or none.
    pub async fn make(&self, token: &str, path: &str, body: &Value, key: Option<&str>) -> Answer {
        let request =
            client().post(self.at(&format!("/v1/admin/{path}"))).bearer_auth(token).body(body.to_string());
        answer(key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key))).await
    }
}

/// Makes a token for [`OWN`] in a store, with further arguments that name it.
///
/// # Panics
/// When the command fails.
pub async fn token(data: &Path, name: &str, scope: &[&str], more: &[&str]) -> String {
    let (data, scope) = (data.to_str().expect("a plain name"), scope.join(","));
    let args =
        ["token", "add", "--name", name, "--scope", &scope, "--site", OWN, "--days", "30", "--data", data];
    let output = run([&args, more].concat()).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a token is text").trim().to_owned()
}

/// The certificate of a record of [`OWN`].
///
/// # Panics
/// When there is none.
pub async fn certificate(api: &Api, record: &Record) -> Vec<u8> {
    let token = token(api.data.path(), "certificate", &["records:export"], &[]).await;
    let Record { consent_id, event_id, .. } = record;
    let path = format!("/v1/admin/sites/{OWN}/records/{consent_id}/{event_id}/certificate");
    let asked = json!({ "recipient": "CNIL", "purpose": "complaint", "reason": "dispute" });
    let request = client().post(format!("{}{path}", Visitor::at(&api.server).url)).bearer_auth(token);
    let made = answer(request.body(asked.to_string())).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.body
}

/// The body that makes a token for [`OWN`] that lasts so long.
///
/// # Panics
/// When the clock is before 1970.
pub fn new_token(name: &str, scope: &[&str], lasts: Duration) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
    let ms = i64::try_from((now + lasts).as_millis()).expect("the clock is right");
    let expires_at = constat_shared::Timestamp::from_unix_ms(ms);
    json!({ "name": name, "scope": scope, "sites": [OWN], "expires_at": expires_at })
}
