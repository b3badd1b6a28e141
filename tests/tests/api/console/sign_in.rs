//! Signing in: what works, what works once, and that nothing says which of the three was wrong.

use constat_tests::console::{House, OWN, PASSWORD, Visitor};

const EMAIL: &str = "ana@helvia.example";

/// What a refused sign-in shows, without what differs in every answer.
async fn refused(visitor: &mut Visitor, email: &str, password: &str, code: &str) -> (u16, String, String) {
    let answer = visitor.sign_in(email, password, code).await;
    let csrf = constat_tests::console::csrf_of(answer.text());
    let mut headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.retain(|header| !header.starts_with("date:") && !header.starts_with("content-length:"));
    let body = answer.text().replace(&csrf, "CSRF").replace(&format!("value=\"{email}\""), "value=\"EMAIL\"");
    (answer.status, headers.join("\n"), body)
}

#[tokio::test]
async fn whichever_of_the_three_is_wrong_the_answer_is_the_same() {
    let house = House::start();
    let (_, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let _ = house.link("invited@helvia.example", "owner", OWN).await;
    let mut visitor = house.visitor();
    visitor.get("/console/sign-in").await;
    let code = person.next_code();
    let expected = refused(&mut visitor, EMAIL, "a wrong horse battery", &code).await;
    assert_eq!(expected.0, 401);
    assert!(expected.2.contains("id=\"error-password\""), "{}", expected.2);
    for (email, password, code) in [
        (EMAIL, PASSWORD, "000000"),
        (EMAIL, PASSWORD, ""),
        (EMAIL, "", &*code),
        (EMAIL, &"x".repeat(300), &*code),
        ("nobody@helvia.example", PASSWORD, &*code),
        ("invited@helvia.example", PASSWORD, &*code),
        ("no address", PASSWORD, &*code),
        ("", "", ""),
        ("ana@helvia.example\u{0}", PASSWORD, &*code),
    ] {
        let said = refused(&mut visitor, email, password, code).await;
        assert_eq!(said, expected, "{email:?} {password:?} {code:?}");
    }
    assert!(!visitor.is_in().await);
    let entered = visitor.sign_in(" Ana@Helvia.Example ", PASSWORD, &code).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/console/"), "{entered:?}");
    assert!(visitor.is_in().await);
}

#[tokio::test]
async fn a_code_works_once_and_so_does_a_recovery_code_in_the_same_field() {
    let house = House::start();
    let (_, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let mut visitor = house.visitor();
    let enrolled = person.last_code();
    assert_eq!(visitor.sign_in(EMAIL, PASSWORD, &enrolled).await.status, 401, "the one of the enrolment");
    let code = person.next_code();
    assert_eq!(visitor.sign_in(EMAIL, PASSWORD, &code).await.status, 303);
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &code).await.status, 401);
    let recovery = person.recovery_code();
    let typed = recovery.to_uppercase().replace('-', " ");
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &typed).await.status, 303);
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &recovery).await.status, 401);
    let account = visitor.get("/console/account").await;
    assert!(account.text().contains('9'), "nine are left: {account:?}");
}

#[tokio::test]
async fn of_two_with_the_same_code_at_once_one_comes_in() {
    let house = House::start();
    let (_, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let code = person.recovery_code();
    let mut browsers: Vec<_> = (0..4).map(|_| house.visitor()).collect();
    let tries = browsers.iter_mut().map(|browser| browser.sign_in(EMAIL, PASSWORD, &code));
    let mut statuses: Vec<_> = join_all(tries).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 401, 401, 401]);
}

async fn join_all<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        for (future, done) in pending.iter_mut().filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(output) = future.as_mut().poll(context) {
                *done = Some(output);
            }
        }
        if pending.iter().all(|(_, done)| done.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    pending.into_iter().filter_map(|(_, done)| done).collect()
}

#[tokio::test]
async fn a_cookie_that_another_chose_is_not_taken_over() {
    let house = House::start();
    let (attacker, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let (_, mut victim) = house.person("vic@helvia.example", "owner", OWN).await;
    // The attacker's session, and one that was never made, lie in the victim's browser.
    let planted = attacker.cookies["constat-session"].clone();
    for cookie in [planted.clone(), "A".repeat(43), "x".to_owned()] {
        let mut browser = house.visitor();
        browser.cookies.insert("constat-session".to_owned(), cookie.clone());
        let entered = browser.sign_in("vic@helvia.example", PASSWORD, &victim.recovery_code()).await;
        assert_eq!(entered.status, 303);
        assert_ne!(browser.cookies["constat-session"], cookie, "a new session");
        let account = browser.get("/console/account").await;
        assert!(account.text().contains("vic@helvia.example") && !account.text().contains(EMAIL));
    }
    // The form cookie is no session, and a made-up one makes no form that is taken.
    let mut browser = house.visitor();
    browser.get("/console/sign-in").await;
    let form = browser.cookies["constat-form"].clone();
    assert_eq!(browser.sign_in(EMAIL, PASSWORD, &person.next_code()).await.status, 303);
    assert_ne!(browser.cookies["constat-session"], form);
    for made_up in ["x", "AAAA", "..", ""] {
        let mut browser = house.visitor();
        browser.cookies.insert("constat-form".to_owned(), made_up.to_owned());
        browser.get("/console/sign-in").await;
        assert_ne!(browser.cookies["constat-form"], made_up, "it is replaced");
    }
}

#[tokio::test]
async fn over_plain_http_beyond_this_machine_nobody_signs_in() {
    let house = House::start_with(&["--console-address", "0.0.0.0:0"]);
    let mut visitor = house.visitor();
    visitor.url = visitor.url.replace("0.0.0.0", "127.0.0.1");
    let link = house.link(EMAIL, "dpo", OWN).await;
    let path = constat_tests::console::path_of(&link).to_owned();
    for screen in ["/console/sign-in", &path] {
        let shown = visitor.get(screen).await;
        assert!(shown.status == 421 && !shown.text().contains("<form"), "{screen}: {shown:?}");
        let sent = visitor.post(screen, &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 421, "{screen}");
        assert!(sent.header("set-cookie").is_empty() || !sent.header("set-cookie").contains("session"));
    }
    // Nor is a session of before carried over it.
    visitor.cookies.insert("constat-session".to_owned(), "A".repeat(43));
    for screen in ["/console/", "/console/account", "/console/sites/polaire"] {
        let shown = visitor.get(screen).await;
        assert!(shown.status == 421 && !shown.text().contains("name=\"password\""), "{screen}: {shown:?}");
    }
}
