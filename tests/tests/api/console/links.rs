//! One-time links: a new account in three steps, a new password, and the demo.

use constat_tests::console::{House, OWN, PASSWORD, Visitor, between, csrf_of, link_of, path_of};
use constat_tests::server::{Server, run};

const EMAIL: &str = "ana@helvia.example";
const NEW: &str = "a better horse battery";

async fn reset(house: &House, email: &str) -> String {
    let data = house.data.path().to_str().unwrap();
    link_of(run(["user", "reset", email, "--data", data, "--json"]).await)
}

#[tokio::test]
async fn a_link_leads_to_a_password_a_second_factor_recovery_codes_and_home_and_is_used_up_then() {
    let house = House::start();
    let link = house.link(EMAIL, "dpo", OWN).await;
    assert!(link.starts_with(&house.visitor().url), "{link}");
    let path = path_of(&link).to_owned();
    let mut visitor = house.visitor();
    let first = visitor.get(&path).await;
    assert_eq!(first.status, 200);
    assert!(first.text().contains("data-screen=\"welcome\"") && first.text().contains(EMAIL), "{first:?}");

    let short = visitor.submit(&path, &path, &[("password", "short")]).await;
    assert_eq!(short.status, 422);
    assert!(
        short.text().contains("id=\"error-password\"")
            && short.text().contains("aria-describedby=\"error-password")
    );
    let same = visitor.submit(&path, &path, &[("password", EMAIL)]).await;
    assert!(same.status == 422 && same.text().contains("id=\"error-password\""), "{same:?}");
    let early = visitor.submit(&path, &path, &[("code", "123456")]).await;
    assert!(early.status >= 400, "no code before the password: {early:?}");
    assert!(!visitor.is_in().await);

    assert_eq!(visitor.submit(&path, &path, &[("password", PASSWORD)]).await.status, 303);
    let second = visitor.get(&path).await;
    let secret = between(second.text(), "id=\"totp-secret\">", "<").to_owned();
    assert!(second.text().contains("<svg") && !second.text().contains("name=\"skip\""), "{second:?}");
    let again = visitor.get(&path).await;
    assert_eq!(between(again.text(), "id=\"totp-secret\">", "<"), secret, "the same until it is confirmed");
    for wrong in [&[("code", "000000")][..], &[("code", "")], &[("skip", "1")]] {
        let refused = visitor.submit(&path, &path, wrong).await;
        assert!(
            refused.status == 422 && refused.text().contains("id=\"error-code\""),
            "{wrong:?} {refused:?}"
        );
    }
    assert!(!visitor.is_in().await);

    let person = visitor.welcome(EMAIL, &link).await;
    assert_eq!(person.recovery_codes.len(), 10);
    let home = visitor.get("/console/").await;
    assert!(home.status == 200 && home.text().contains("data-screen=\"home\""), "{home:?}");

    let mut thief = house.visitor();
    let used = thief.get(&path).await;
    assert!(used.status == 410 && !used.text().contains(&secret), "{used:?}");
    let csrf = csrf_of(thief.get("/console/sign-in").await.text());
    for field in [("password", NEW), ("code", "123456"), ("skip", "1")] {
        assert_eq!(thief.post(&path, &[("csrf", &csrf), field]).await.status, 410, "{field:?}");
    }
    assert!(!thief.is_in().await);
    let unknown = "/console/welcome/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for none in [unknown, "/console/welcome/x", "/console/welcome/%00", "/console/welcome/..%2f"] {
        assert_eq!(thief.get(none).await.status, 404, "{none}");
    }
}

#[tokio::test]
async fn a_reset_replaces_the_password_and_never_the_second_factor() {
    let house = House::start();
    let (mut visitor, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let link = reset(&house, EMAIL).await;
    let path = path_of(&link).to_owned();
    assert!(visitor.is_in().await, "the link alone ends nothing");
    let mut browser = house.visitor();
    let page = browser.get(&path).await;
    assert!(page.status == 200 && !page.text().contains("totp-secret"), "{page:?}");
    let code = person.next_code();
    for field in [("code", &*code), ("skip", "1")] {
        let refused = browser.submit(&path, &path, &[field]).await;
        assert!(refused.status >= 400, "{field:?} {refused:?}");
    }
    let set = browser.submit(&path, &path, &[("password", NEW)]).await;
    assert_eq!((set.status, set.header("location")), (303, "/console/sign-in?password-set"));
    assert!(!browser.is_in().await, "a reset signs nobody in");
    assert!(!visitor.is_in().await, "every session has ended");
    assert_eq!(browser.get(&path).await.status, 410);

    assert_eq!(browser.sign_in(EMAIL, PASSWORD, &code).await.status, 401, "the password before");
    assert_eq!(browser.sign_in(EMAIL, NEW, "").await.status, 401, "without the second factor");
    assert_eq!(browser.sign_in(EMAIL, NEW, &code).await.status, 303, "with the one that was set at first");
}

#[tokio::test]
async fn a_newer_link_and_a_removal_end_the_links_before() {
    let house = House::start();
    let first = house.link(EMAIL, "owner", OWN).await;
    let second = reset(&house, EMAIL).await;
    let mut visitor = house.visitor();
    assert_eq!(visitor.get(path_of(&first)).await.status, 410);
    assert_eq!(visitor.get(path_of(&second)).await.status, 200);
    let data = house.data.path().to_str().unwrap();
    assert!(run(["user", "remove", EMAIL, "--data", data]).await.status.success());
    assert!([404, 410].contains(&visitor.get(path_of(&second)).await.status));
    let anew = house.link(EMAIL, "owner", OWN).await;
    assert_eq!(visitor.get(path_of(&anew)).await.status, 200);
}

#[tokio::test]
async fn an_owner_may_do_without_a_second_factor_and_is_no_dpo_then() {
    let house = House::start();
    let link = house.link(EMAIL, "owner", OWN).await;
    let path = path_of(&link).to_owned();
    let mut visitor = house.visitor();
    assert_eq!(visitor.submit(&path, &path, &[("password", PASSWORD)]).await.status, 303);
    let entered = visitor.submit(&path, &path, &[("skip", "1")]).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/console/"));
    assert_eq!(visitor.get("/console/sites/polaire/log").await.status, 200);
    let data = house.data.path().to_str().unwrap();
    let dpo = ["user", "add", EMAIL, "--role", "dpo", "--site", OWN, "--data", data];
    assert!(run(dpo).await.status.success());
    assert_eq!(visitor.get("/console/audit-trail").await.status, 403, "without a second factor");
    assert_eq!(visitor.get(&path).await.status, 410);
}

#[tokio::test]
async fn an_account_cannot_end_before_it_begins() {
    let house = House::start();
    let data = house.data.path().to_str().unwrap();
    let past =
        ["user", "add", EMAIL, "--role", "auditor", "--site", OWN, "--until", "2020-01-01", "--data", data];
    assert!(!run(past).await.status.success(), "an end in the past");
}

#[tokio::test]
async fn the_link_of_the_demo_signs_in_once_and_every_screen_says_demo() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    let mut visitor = Visitor::at(&server);
    let path = path_of(&server.console).to_owned();
    let peek = constat_tests::api::answer(constat_tests::api::client().head(&server.console)).await;
    assert!(peek.header("set-cookie").is_empty(), "HEAD is no way in: {peek:?}");
    let entered = visitor.get(&path).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/console/"), "{entered:?}");
    for screen in ["/console/", "/console/account", "/console/tokens", "/console/sites/boreale/log"] {
        let page = visitor.get(screen).await;
        assert!(page.status == 200 && page.text().contains("class=\"demo\""), "{screen}: {page:?}");
    }
    let again = Visitor::at(&server).get(&path).await;
    assert_eq!(again.status, 410);
    assert_eq!(visitor.get("/console/people").await.status, 403);
}
