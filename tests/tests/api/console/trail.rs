//! The audit trail names who did what, within a second.

use constat_shared::Timestamp;
use constat_tests::console::{House, OWN, PASSWORD, Visitor, between};
use serde_json::Value;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const EMAIL: &str = "ana@helvia.example";
/// A failed sign-in is there within a second; a busy machine may take longer to write and to show it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The rows of the trail, as text.
async fn rows(visitor: &mut Visitor, query: &str) -> Vec<String> {
    let page = visitor.get(&format!("/console/audit-trail{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let body = page.text().split("<tbody").nth(1).unwrap_or_default();
    let text = |row: &str| {
        let mut text = String::new();
        let mut inside = true;
        for letter in row.chars() {
            match letter {
                '<' => inside = false,
                '>' => {
                    inside = true;
                    text.push(' ');
                }
                _ if inside => text.push(letter),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    body.split("<tr").skip(1).map(|row| text(&format!("<tr{row}"))).collect()
}

/// An entry of that action with all these words, which is there as soon as the act was answered.
async fn has(visitor: &mut Visitor, action: &str, words: &[&str]) -> String {
    let rows = rows(visitor, &format!("?action={action}")).await;
    let row = rows.iter().find(|row| words.iter().all(|word| row.contains(word)));
    row.unwrap_or_else(|| panic!("no {action} with {words:?} in {rows:?}")).clone()
}

/// Waits for the entries of so many failed sign-ins.
async fn has_failures(visitor: &mut Visitor, count: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let rows = rows(visitor, "?action=sign_in_failed").await;
        if rows.len() >= count {
            return rows;
        }
        assert!(start.elapsed() < PATIENCE, "{count} of {rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn whatever_is_done_is_in_the_trail_with_who_did_it() {
    let house = House::start();
    let (mut dpo, mut person) = house.person(EMAIL, "dpo", "*").await;
    has(&mut dpo, "account_added", &["constat user add", EMAIL]).await;
    has(&mut dpo, "role_given", &[EMAIL]).await;
    has(&mut dpo, "password_set", &[EMAIL]).await;
    has(&mut dpo, "second_factor_set", &[EMAIL]).await;
    has(&mut dpo, "signed_in", &[EMAIL]).await;
    has(&mut dpo, "notice_published", &[]).await;
    has(&mut dpo, "key_added", &["constat serve"]).await;

    let mut thief = house.visitor();
    assert_eq!(thief.sign_in(EMAIL, "a wrong horse battery", "").await.status, 401);
    assert!(has_failures(&mut dpo, 1).await[0].contains(EMAIL));
    for number in 0..3 {
        let nobody = format!("nobody{number}@helvia.example");
        assert_eq!(thief.sign_in(&nobody, PASSWORD, "").await.status, 401);
    }
    // Those of no account are counted.
    let failed = has_failures(&mut dpo, 2).await.join("\n");
    assert!(!failed.contains("nobody0@") && !failed.contains("nobody2@"), "{failed}");

    let code = person.recovery_code();
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &code).await.status, 303);
    has(&mut dpo, "recovery_code_used", &[EMAIL]).await;
    let token = [("name", "nightly"), ("scope", "log:read"), ("site", OWN), ("days", "3")];
    assert_eq!(dpo.submit("/console/tokens", "/console/tokens", &token).await.status, 200);
    has(&mut dpo, "token_made", &[EMAIL]).await;
    let wrong = [("current_password", "a wrong horse battery"), ("password", "a better horse battery")];
    assert_eq!(dpo.submit("/console/account", "/console/account/password", &wrong).await.status, 422);
    let failed = has_failures(&mut dpo, 3).await;
    assert!(failed[0].contains(EMAIL) && failed[0].contains("My account"), "{failed:?}");
    dpo.submit("/console/account", "/console/account/sessions/end", &[]).await;
    has(&mut dpo, "session_ended", &[EMAIL]).await;
    dpo.submit("/console/audit-trail", "/console/audit-trail/verify", &[]).await;
    has(&mut dpo, "trail_audited", &[EMAIL]).await;
    let change = [("current_password", PASSWORD), ("password", "a better horse battery")];
    dpo.submit("/console/account", "/console/account/password", &change).await;
    has(&mut dpo, "password_changed", &[EMAIL]).await;
    let (mut admin, _) = house.person("root@helvia.example", "admin", "*").await;
    let add = [("email", "eve@helvia.example"), ("role", "owner"), ("site", OWN)];
    assert_eq!(admin.submit("/console/people", "/console/people", &add).await.status, 200);
    has(&mut dpo, "account_added", &["root@helvia.example", "eve@helvia.example"]).await;
    let eve = admin.screens_of("eve@helvia.example").await;
    let link = format!("{eve}/link");
    assert_eq!(admin.submit(&link, &link, &[]).await.status, 200);
    has(&mut dpo, "account_reset", &["root@helvia.example", "eve@helvia.example"]).await;
    let add = [("email", "eve@helvia.example"), ("role", "auditor"), ("site", OWN)];
    assert_eq!(admin.submit("/console/people", "/console/people", &add).await.status, 200);
    let take = format!("{eve}/roles/owner/{OWN}/take");
    assert_eq!(admin.submit(&take, &take, &[]).await.status, 303);
    has(&mut dpo, "role_taken", &["root@helvia.example", "eve@helvia.example"]).await;
    let remove = format!("{eve}/remove");
    assert_eq!(admin.submit(&remove, &remove, &[]).await.status, 303);
    has(&mut dpo, "account_removed", &["root@helvia.example", "eve@helvia.example"]).await;
    admin.submit("/console/account", "/console/sign-out", &[]).await;
    has(&mut dpo, "signed_out", &["root@helvia.example"]).await;

    let verified = dpo.submit("/console/audit-trail", "/console/audit-trail/verify", &[]).await;
    assert!(verified.status == 200 && verified.text().contains("data-state=\"good\""), "{verified:?}");
}

/// When the entries of an action were dated, newest first, in milliseconds.
async fn dates(house: &House, token: &str, action: &str) -> Vec<i64> {
    let listed = house.read(token, &format!("audit-trail?action={action}")).await;
    let at = |item: &Value| Timestamp::parse(item["at"].as_str().unwrap()).unwrap().unix_ms();
    listed["items"].as_array().unwrap().iter().map(at).collect()
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// The action of an entry, the screen with the form, where the form posts, and its fields.
type Act = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

#[tokio::test]
async fn an_entry_can_be_read_when_its_act_is_answered_and_is_dated_by_it() {
    let house = House::start();
    let (mut dpo, _) = house.person(EMAIL, "dpo", "*").await;
    let program = house.token("reports", &["audit-trail:read"]).await;
    let acts: [Act; 3] = [
        ("trail_audited", "/console/audit-trail", "/console/audit-trail/verify", &[]),
        ("language_chosen", "/console/account", "/console/account/language", &[("language", "nl")]),
        (
            "token_made",
            "/console/tokens",
            "/console/tokens",
            &[("name", "nightly"), ("scope", "log:read"), ("site", OWN), ("days", "3")],
        ),
    ];
    for (action, screen, form, fields) in acts {
        let before = now_ms();
        let answer = dpo.submit(screen, form, fields).await;
        assert!(answer.status < 400, "{action}: {answer:?}");
        let answered = now_ms();
        let at = dates(&house, &program, action).await[0];
        assert!((before..=answered).contains(&at), "{action}: {at} in {before}..={answered}");
    }
    // A failed sign-in is written after the answer, so that the answer takes as long for every account.
    let before = now_ms();
    assert_eq!(house.visitor().sign_in(EMAIL, "a wrong horse battery", "").await.status, 401);
    let answered = now_ms();
    has_failures(&mut dpo, 1).await;
    let at = dates(&house, &program, "sign_in_failed").await[0];
    assert!((before..=answered).contains(&at), "{at} in {before}..={answered}");
}

#[tokio::test]
async fn the_trail_of_another_site_is_not_shown() {
    let house = House::start();
    let (mut own, _) = house.person(EMAIL, "dpo", OWN).await;
    let (mut other, _) = house.person("bob@boreale.example", "dpo", "boreale").await;
    let token = [("name", "secret of boreale"), ("scope", "log:read"), ("site", "boreale"), ("days", "3")];
    assert_eq!(other.submit("/console/tokens", "/console/tokens", &token).await.status, 200);
    has(&mut other, "token_made", &["bob@boreale.example"]).await;
    let seen = rows(&mut own, "").await.join("\n");
    assert!(!seen.contains("bob@boreale.example"), "{seen}");
    let listed = own.get("/console/tokens").await;
    assert!(!listed.text().contains("secret of boreale"), "{listed:?}");
    let foreign = [("name", "x"), ("scope", "log:read"), ("site", "boreale"), ("days", "3")];
    let refused = own.submit("/console/tokens", "/console/tokens", &foreign).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(
        own.get("/console/audit-trail?site=boreale").await.status,
        404,
        "as if there were no such site"
    );
}

#[tokio::test]
async fn a_filter_that_names_nothing_shows_nothing() {
    let house = House::start();
    let (mut dpo, _) = house.person(EMAIL, "dpo", "*").await;
    assert!(!rows(&mut dpo, "").await.is_empty());
    // Everybody whom the reader may see can be chosen, and an address stands in no query.
    let page = dpo.get("/console/audit-trail").await;
    let options =
        page.text().split("<option value=\"").map(|option| option.split("</option>").next().unwrap());
    let found = options.filter_map(|option| option.split_once("\">")).find(|(_, label)| *label == EMAIL);
    let theirs = rows(&mut dpo, &format!("?who={}", found.unwrap().0)).await;
    assert!(!theirs.is_empty() && theirs.iter().all(|row| row.contains(EMAIL)), "{theirs:?}");
    let of_server = rows(&mut dpo, "?who=constat+serve").await;
    assert!(!of_server.is_empty() && !of_server.iter().any(|row| row.contains(EMAIL)), "{of_server:?}");
    let refused = dpo.get("/console/audit-trail?who=bob@helvia.example").await;
    assert!(refused.status == 422 && refused.text().contains("id=\"error-who\""), "{refused:?}");
    assert!(!between(refused.text(), "<main", "</main>").contains("bob@"), "{refused:?}");
    for filter in ["?who=nobody", "?action=key_added", "?site=none", "?from=2020-01-01&to=2020-01-02"] {
        let rows = rows(&mut dpo, filter).await;
        assert!(!rows.iter().any(|row| row.contains(EMAIL)), "{filter}: {rows:?}");
    }
}
