//! The own second factor: set, replaced, and its recovery codes made again.

use constat_tests::console::{
    House, OWN, PASSWORD, Person, RECOVERY_CODES, SECOND_FACTOR, Visitor, code, recovery_codes_of, step_now,
};
use constat_tests::server::run;

const EMAIL: &str = "ana@helvia.example";
/// What stands on every screen while a role waits for a second factor.
const NEEDED: &str = "id=\"second-factor-needed\"";

async fn give(house: &House, role: &str) {
    let data = house.data.path().to_str().unwrap();
    let given = run(["user", "add", EMAIL, "--role", role, "--site", OWN, "--data", data]).await;
    assert!(given.status.success(), "{given:?}");
}

/// The same account in another browser.
async fn second(house: &House, code: &str) -> Visitor {
    let mut browser = house.visitor();
    assert_eq!(browser.sign_in(EMAIL, PASSWORD, code).await.status, 303);
    browser
}

#[tokio::test]
async fn an_owner_who_becomes_dpo_sets_a_second_factor_and_is_let_in() {
    let house = House::start();
    let link = house.link(EMAIL, "owner", OWN).await;
    let mut owner = house.visitor();
    owner.welcome_without(&link).await;
    assert!(!owner.get("/console/").await.text().contains(NEEDED), "an owner needs none");
    let mut other = second(&house, "").await;
    give(&house, "dpo").await;
    for path in
        ["/console/", "/console/account", "/console/sites/polaire", "/console/tokens", "/console/none"]
    {
        let page = owner.get(path).await;
        assert!(page.text().contains(NEEDED), "{path} says so: {page:?}");
        assert!(page.text().contains(&format!("href=\"{SECOND_FACTOR}\"")), "{path} leads to it");
    }
    assert_eq!(owner.get("/console/audit-trail").await.status, 403);

    let page = owner.get(SECOND_FACTOR).await;
    assert!(page.status == 200 && !page.text().contains("name=\"current\""), "{page:?}");
    let secret = owner.offered_secret().await;
    assert_eq!(owner.offered_secret().await, secret, "the same until it is set");
    assert_ne!(other.offered_secret().await, secret, "another session learns nothing of it");
    let right = code(&secret, step_now());
    for (code, password, field) in [
        ("", PASSWORD, "code"),
        ("no code", PASSWORD, "code"),
        (&right, "", "current_password"),
        (&right, "a wrong horse battery", "current_password"),
    ] {
        let form = [("code", code), ("current_password", password)];
        let refused = owner.submit(SECOND_FACTOR, SECOND_FACTOR, &form).await;
        assert_eq!(refused.status, 422, "{form:?}");
        assert!(refused.text().contains(&format!("id=\"error-{field}\"")), "{form:?} {refused:?}");
        assert!(refused.text().contains(&secret), "it is still offered");
    }
    assert!(other.is_in().await && owner.get("/console/audit-trail").await.status == 403);

    let form = [("code", &*right), ("current_password", PASSWORD)];
    let set = owner.submit(SECOND_FACTOR, SECOND_FACTOR, &form).await;
    assert!(set.status == 200 && !set.text().contains(NEEDED), "{set:?}");
    let codes = recovery_codes_of(set.text());
    assert_eq!(owner.get("/console/audit-trail").await.status, 200);
    assert!(!other.is_in().await, "a session that was open before opens nothing more");
    let again = owner.get(SECOND_FACTOR).await;
    assert!(!again.text().contains(&codes[0]) && again.text().contains("name=\"current\""), "{again:?}");
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, "").await.status, 401);
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &codes[0]).await.status, 303);
}

#[tokio::test]
async fn a_replaced_second_factor_ends_every_other_session() {
    let house = House::start();
    let (mut visitor, mut person) = house.person(EMAIL, "dpo", OWN).await;
    for is_recovery_code in [false, true] {
        let early = person.recovery_code();
        let mut other = second(&house, &person.recovery_code()).await;
        let mut copy = visitor.clone();
        let secret = visitor.offered_secret().await;
        assert_ne!(secret, person.secret);
        let step = step_now();
        let new = code(&secret, step);
        let current = if is_recovery_code { person.recovery_code() } else { person.next_code() };
        for (current, new, fields) in
            [("", "", &["current", "code"][..]), (&new, &new, &["current"]), (&current, "no code", &["code"])]
        {
            let form = [("current", current), ("code", new)];
            let refused = visitor.submit(SECOND_FACTOR, SECOND_FACTOR, &form).await;
            assert_eq!(refused.status, 422);
            for field in fields {
                assert!(refused.text().contains(&format!("id=\"error-{field}\"")), "{form:?} {refused:?}");
            }
        }
        assert!(other.is_in().await);
        let form = [("current", &*current), ("code", &new)];
        let set = visitor.submit(SECOND_FACTOR, SECOND_FACTOR, &form).await;
        assert_eq!(set.status, 200, "{set:?}");
        assert!(visitor.is_in().await && !other.is_in().await && !copy.is_in().await);
        let old = [person.next_code(), early];
        let email = EMAIL.to_owned();
        person = Person { email, secret, recovery_codes: recovery_codes_of(set.text()), step };
        for old in old {
            assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &old).await.status, 401, "an earlier one");
        }
        second(&house, &person.next_code()).await;
    }
    let trail = visitor.get("/console/audit-trail?action=recovery_code_used").await;
    assert_eq!(trail.text().matches(&format!("<bdi>{EMAIL}</bdi></")).count().min(3), 3, "{trail:?}");
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_earlier_ones_and_end_no_session() {
    let house = House::start();
    let (mut visitor, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let mut other = second(&house, &person.recovery_code()).await;
    assert_eq!(visitor.get(RECOVERY_CODES).await.status, 200);
    for wrong in ["", "no code", &person.last_code()] {
        let refused = visitor.submit(RECOVERY_CODES, RECOVERY_CODES, &[("code", wrong)]).await;
        assert!(
            refused.status == 422 && refused.text().contains("id=\"error-code\""),
            "{wrong:?} {refused:?}"
        );
    }
    let made = visitor.submit(RECOVERY_CODES, RECOVERY_CODES, &[("code", &person.next_code())]).await;
    assert_eq!(made.status, 200, "{made:?}");
    let codes = recovery_codes_of(made.text());
    assert!(other.is_in().await && visitor.is_in().await);
    assert!(!visitor.get(RECOVERY_CODES).await.text().contains(&codes[0]), "they are shown once");
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &person.recovery_code()).await.status, 401);
    let again = visitor.submit(RECOVERY_CODES, RECOVERY_CODES, &[("code", &codes[0])]).await;
    assert_eq!(again.status, 200, "a recovery code makes others too: {again:?}");
    assert_eq!(house.visitor().sign_in(EMAIL, PASSWORD, &codes[1]).await.status, 401);
    second(&house, &recovery_codes_of(again.text())[0]).await;
    let trail = visitor.get("/console/audit-trail?action=recovery_codes_made").await;
    assert!(trail.text().contains(&format!("<bdi>{EMAIL}</bdi>")), "{trail:?}");
}

#[tokio::test]
async fn a_stolen_session_is_no_way_to_guess_codes() {
    let house = House::start();
    let (mut thief, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let mut refused = None;
    for tries in 0..=30 {
        let (path, field) =
            if tries % 2 == 0 { (SECOND_FACTOR, "current") } else { (RECOVERY_CODES, "code") };
        let answer = thief.submit(path, path, &[("code", "000000"), (field, "000000")]).await;
        if answer.status != 422 {
            refused = Some(answer);
            break;
        }
        if tries == 10 {
            // Who has the password too does not begin anew with it.
            let form = [("current_password", PASSWORD), ("password", PASSWORD)];
            let changed = thief.submit("/console/account", "/console/account/password", &form).await;
            assert_eq!(changed.status, 303, "{changed:?}");
        }
    }
    let refused = refused.expect("thirty failures are enough");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!(refused.status == 429 && (1..=3600).contains(&seconds), "{refused:?}");
    let right = thief.submit(RECOVERY_CODES, RECOVERY_CODES, &[("code", &person.next_code())]).await;
    assert_eq!(right.status, 429, "also with the right code: {right:?}");
    assert!(thief.is_in().await);
}
