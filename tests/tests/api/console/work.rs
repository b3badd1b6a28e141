//! What a data protection officer does: acknowledge a notice, audit the log.

use constat_tests::api::{client, post};
use constat_tests::consent;
use constat_tests::console::{House, OWN, between};
use std::time::{Duration, Instant};

const EMAIL: &str = "ana@helvia.example";
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn acknowledging_a_notice_takes_it_from_what_waits() {
    let house = House::start();
    let (mut owner, _) = house.person("bob@helvia.example", "owner", OWN).await;
    let (mut dpo, _) = house.person(EMAIL, "dpo", OWN).await;
    let hash = constat_tests::api::notice_hash(&house.server).await;
    let path = format!("/console/sites/{OWN}/notices/{hash}");
    let waits = dpo.get("/console/").await;
    assert!(waits.text().contains(&format!("{path}\"")), "{waits:?}");
    let acknowledge = format!("{path}/acknowledgement");
    assert!(dpo.get(&path).await.text().contains(&acknowledge));
    assert!(!owner.get(&path).await.text().contains(&acknowledge), "no form for who may not");
    assert_eq!(owner.submit("/console/account", &acknowledge, &[]).await.status, 403);
    assert!(dpo.get(&path).await.text().contains(&acknowledge), "nothing was changed");

    let done = dpo.submit(&path, &acknowledge, &[]).await;
    assert_eq!((done.status, done.header("location")), (303, &*path));
    let shown = dpo.get(&path).await;
    assert!(shown.text().contains(EMAIL) && !shown.text().contains(&acknowledge), "{shown:?}");
    let home = dpo.get("/console/").await;
    let waiting = home.text().split("id=\"sites\"").next().unwrap();
    assert!(!waiting.contains(&hash), "it waits no longer: {home:?}");
    assert_eq!(dpo.submit("/console/account", &acknowledge, &[]).await.status, 303, "twice is once");
    for wrong in ["0".repeat(64), "x".to_owned()] {
        let wrong = format!("/console/sites/{OWN}/notices/{wrong}/acknowledgement");
        assert_eq!(dpo.submit("/console/account", &wrong, &[]).await.status, 404);
    }
}

#[tokio::test]
async fn the_form_of_the_log_runs_an_audit_and_shows_its_result() {
    let house = House::start();
    let (mut dpo, _) = house.person(EMAIL, "dpo", OWN).await;
    let (mut auditor, _) = house.person("eve@helvia.example", "auditor", OWN).await;
    let hash = constat_tests::api::notice_hash(&house.server).await;
    let stored = post(&house.server, &consent::request(&hash, "allow_all")).await;
    assert_eq!(stored.status, 201, "{stored:?}");
    let (log, audit) = (format!("/console/sites/{OWN}/log"), format!("/console/sites/{OWN}/audit"));
    assert!(!auditor.get(&log).await.text().contains(&audit), "an auditor reads");
    assert_eq!(auditor.submit("/console/account", &audit, &[]).await.status, 403);
    let started = dpo.submit(&log, &audit, &[]).await;
    assert_eq!((started.status, started.header("location")), (303, &*log));
    let start = Instant::now();
    loop {
        let page = dpo.get(&log).await;
        if page.text().contains(EMAIL) && page.header("refresh").is_empty() && has_result(page.text()) {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "the result is shown: {}", page.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let trail = dpo.get("/console/audit-trail?action=log_audited").await;
    assert!(between(trail.text(), "<tbody", "</tbody>").contains(EMAIL), "{trail:?}");
    let site = dpo.get(&format!("/console/sites/{OWN}")).await;
    let shown = client().get(format!("{}/v1/sites/{OWN}/consent.js", house.server.url)).send().await.unwrap();
    assert!(site.text().contains("consent.js") && shown.status() == 200);
}

/// Whether a row of an audit that went well is there.
fn has_result(html: &str) -> bool {
    html.split("<tr").any(|row| row.contains(EMAIL) && row.contains("data-state=\"good\""))
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let house = House::start();
    let (mut dpo, _) = house.person(EMAIL, "dpo", OWN).await;
    let fields = [("name", "nightly"), ("scope", "log:read"), ("site", OWN), ("days", "3")];
    let made = dpo.submit("/console/tokens", "/console/tokens", &fields).await;
    let token = format!("eyJ{}", between(made.text(), "eyJ", "<"));
    assert_eq!(token.split('.').count(), 3, "{token}");
    assert!(!dpo.get("/console/tokens").await.text().contains(&token));
    for (name, value, field) in [
        ("days", "91", "days"),
        ("days", "0", "days"),
        ("days", "-1", "days"),
        ("name", "", "name"),
        ("name", "a@b", "name"),
        ("scope", "none", "scope"),
        ("scope", "people:write", "scope"),
        ("site", "*", "scope"),
    ] {
        let fields: Vec<_> =
            fields.iter().map(|(own, kept)| (*own, if *own == name { value } else { *kept })).collect();
        let refused = dpo.submit("/console/tokens", "/console/tokens", &fields).await;
        assert_eq!(refused.status, 422, "{name}={value}: {refused:?}");
        assert!(
            refused.text().contains(&format!("id=\"error-{field}\"")),
            "{name}={value}: {}",
            refused.text()
        );
    }
}
