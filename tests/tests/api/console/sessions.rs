//! Sessions end at once: by signing out, from another browser, by a new password, by a removal.

use constat_tests::console::{House, OWN, PASSWORD, Visitor, between};
use constat_tests::server::run;

const EMAIL: &str = "ana@helvia.example";
const NEW: &str = "a better horse battery";

/// The same account in a second browser.
async fn second(house: &House, person: &mut constat_tests::console::Person) -> Visitor {
    let mut browser = house.visitor();
    let code = person.recovery_code();
    assert_eq!(browser.sign_in(&person.email, PASSWORD, &code).await.status, 303);
    browser
}

#[tokio::test]
async fn signing_out_ends_the_session_also_for_a_copy_of_its_cookie() {
    let house = House::start();
    let (mut visitor, _) = house.person(EMAIL, "dpo", OWN).await;
    let mut copy = visitor.clone();
    let out = visitor.submit("/console/account", "/console/sign-out", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/console/sign-in?signed-out"));
    let set = out.header("set-cookie");
    assert!(set.starts_with("constat-session=;") && set.contains("Max-Age=0"), "{set}");
    assert!(!copy.is_in().await && !visitor.is_in().await);
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let house = House::start();
    let (mut first, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let (mut stranger, _) = house.person("eve@helvia.example", "dpo", OWN).await;
    let mut other = second(&house, &mut person).await;
    let page = first.get("/console/account").await;
    let end = format!(
        "/console/account/sessions/{}/end",
        between(page.text(), "/console/account/sessions/", "/end")
    );
    assert_eq!(stranger.submit("/console/account", &end, &[]).await.status, 404, "another's");
    assert!(other.is_in().await);
    assert_eq!(first.submit("/console/account", &end, &[]).await.status, 303);
    assert!(!other.is_in().await && first.is_in().await);
    assert_eq!(first.submit("/console/account", &end, &[]).await.status, 404, "it has ended");

    let mut others = [second(&house, &mut person).await, second(&house, &mut person).await];
    let ended = first.submit("/console/account", "/console/account/sessions/end", &[]).await;
    assert_eq!(ended.status, 303);
    for other in &mut others {
        assert!(!other.is_in().await);
    }
    assert!(first.is_in().await && stranger.is_in().await);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_changes_this_one() {
    let house = House::start();
    let (mut visitor, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let mut other = second(&house, &mut person).await;
    let mut copy = visitor.clone();
    for (current, new, field) in [
        ("a wrong horse battery", NEW, "current_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, EMAIL, "password"),
    ] {
        let fields = [("current_password", current), ("password", new)];
        let refused = visitor.submit("/console/account", "/console/account/password", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(&format!("id=\"error-{field}\"")), "{field}: {refused:?}");
    }
    assert!(other.is_in().await);
    let fields = [("current_password", PASSWORD), ("password", NEW)];
    assert_eq!(visitor.submit("/console/account", "/console/account/password", &fields).await.status, 303);
    assert!(visitor.is_in().await && !other.is_in().await && !copy.is_in().await);
    let code = person.recovery_code();
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &code).await.status, 401);
    assert_eq!(house.visitor().sign_in(EMAIL, NEW, &code).await.status, 303, "the code was not used up");
}

#[tokio::test]
async fn a_removal_a_reset_and_a_role_count_at_the_next_request() {
    let house = House::start();
    let (mut admin, _) = house.person("root@helvia.example", "admin", "*").await;
    let (mut owner, _) = house.person(EMAIL, "owner", OWN).await;
    assert_eq!(owner.get("/console/audit-trail").await.status, 403);
    let add = [("email", EMAIL), ("role", "auditor"), ("site", OWN)];
    let given = admin.submit("/console/people", "/console/people", &add).await;
    assert_eq!(given.status, 200, "{given:?}");
    assert_eq!(owner.get("/console/audit-trail").await.status, 200);
    let path = format!("{}/remove", admin.screens_of(EMAIL).await);
    let asked = admin.get(&path).await;
    assert!(asked.status == 200 && asked.text().contains(EMAIL));
    assert!(owner.is_in().await, "asking removes nobody");
    assert_eq!(admin.submit(&path, &path, &[]).await.status, 303);
    assert!(!owner.is_in().await);
    let own = [("email", "root@helvia.example"), ("role", "dpo"), ("site", OWN)];
    let refused = admin.submit("/console/people", "/console/people", &own).await;
    assert!(refused.status == 422 && refused.text().contains("id=\"error-email\""), "{refused:?}");
    let (mut second, _) = house.person("second@helvia.example", "admin", "*").await;
    let itself = format!("{}/remove", second.screens_of("root@helvia.example").await);
    assert_eq!(admin.submit("/console/people", &itself, &[]).await.status, 403);
    assert!(admin.is_in().await);
}

#[tokio::test]
async fn the_command_line_ends_sessions_of_a_running_server() {
    let house = House::start();
    let (mut visitor, _) = house.person(EMAIL, "admin", "*").await;
    assert!(visitor.is_in().await);
    let data = house.data.path().to_str().unwrap();
    let removed = run(["user", "remove", EMAIL, "--data", data]).await;
    assert!(removed.status.success(), "also the last admin: {removed:?}");
    assert!(!visitor.is_in().await);
    let (mut back, _) = house.person(EMAIL, "admin", "*").await;
    assert!(back.is_in().await && !visitor.is_in().await, "a new account is not the one before");
}

#[tokio::test]
async fn a_cookie_is_kept_from_scripts_and_other_sites_and_over_https_from_plain_pages() {
    let house = House::start();
    let (_, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let code = person.recovery_code();
    let entered = house.visitor().sign_in(EMAIL, PASSWORD, &code).await;
    let found = attributes(entered.header("set-cookie"));
    assert!(found[0].starts_with("constat-session="));
    assert_eq!(found[1..], ["HttpOnly", "Path=/", "SameSite=Strict"]);

    // The port is free again: nobody else asks for it in between but by chance.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let public = "https://console.helvia.example";
    let house = House::start_with(&["--console-address", &address, "--public-url", public]);
    let link = house.link(EMAIL, "dpo", OWN).await;
    assert!(link.starts_with("https://console.helvia.example/console/welcome/"), "{link}");
    assert_eq!(house.server.console, "https://console.helvia.example/console/");
    let mut visitor = house.visitor();
    visitor.url = format!("http://{address}");
    let path = constat_tests::console::path_of(&link).to_owned();
    let form = visitor.get(&path).await;
    for (cookie, name) in [
        (form.header("set-cookie"), "__Host-constat-form="),
        (&*enter(&mut visitor, &link).await, "__Host-constat-session="),
    ] {
        let found = attributes(cookie);
        assert!(found[0].starts_with(name), "{cookie}");
        assert_eq!(found[1..], ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
    }
    assert!(visitor.is_in().await);
    let session = visitor.cookies.remove("__Host-constat-session").unwrap();
    visitor.cookies.insert("constat-session".to_owned(), session);
    assert!(!visitor.is_in().await, "one without the prefix could be another page's");
}

/// Enters by a link; returns the cookie.
async fn enter(visitor: &mut Visitor, link: &str) -> String {
    let mut person = visitor.welcome(EMAIL, link).await;
    let code = person.recovery_code();
    visitor.sign_in(EMAIL, PASSWORD, &code).await.header("set-cookie").to_owned()
}

fn attributes(cookie: &str) -> Vec<String> {
    let mut parts = cookie.split("; ").map(str::to_owned);
    let first = parts.next();
    let mut rest: Vec<_> = parts.collect();
    rest.sort();
    first.into_iter().chain(rest).collect()
}
