//! Too many failures: 429 with Retry-After, also for the right password.

use constat_tests::console::{House, OWN, PASSWORD};

const EMAIL: &str = "ana@helvia.example";
/// After at most so many an account or a client waits.
const FAILURES_MAX: usize = 30;

#[tokio::test]
async fn after_thirty_failures_an_account_waits_also_with_the_right_password() {
    let house = House::start();
    let (mut signed_in, mut person) = house.person(EMAIL, "dpo", OWN).await;
    let mut visitor = house.visitor();
    let mut refused = None;
    for tries in 0..=FAILURES_MAX {
        // However the address is written.
        let email = if tries % 2 == 0 { EMAIL } else { "ANA@helvia.example" };
        let answer = visitor.sign_in(email, "a wrong horse battery", "000000").await;
        if answer.status != 401 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("thirty failures are enough");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(refused.status, 429);
    assert!((1..=3600).contains(&seconds), "{seconds}");
    let code = person.recovery_code();
    let right = visitor.sign_in(EMAIL, PASSWORD, &code).await;
    assert_eq!(right.status, 429, "{right:?}");
    assert!(signed_in.is_in().await, "who is in stays in");
    assert_eq!(visitor.sign_in("nobody@helvia.example", PASSWORD, "").await.status, 401, "another account");
}

#[tokio::test]
async fn after_thirty_failures_a_client_waits_whatever_accounts_it_tries() {
    let house = House::start_with(&["--trusted-proxy", "127.0.0.1/32"]);
    let link = house.link(EMAIL, "dpo", OWN).await;
    let mut visitor = house.visitor();
    visitor.forwarded = Some("192.0.2.7".to_owned());
    let mut person = visitor.welcome(EMAIL, &link).await;
    let mut attacker = house.visitor();
    attacker.forwarded = Some("192.0.2.66".to_owned());
    let mut count = 0;
    let last = loop {
        let email = format!("{count}@helvia.example");
        let answer = attacker.sign_in(&email, PASSWORD, "000000").await;
        if answer.status != 401 {
            break answer;
        }
        count += 1;
        assert!(count <= FAILURES_MAX);
    };
    assert_eq!(last.status, 429);
    assert!(!last.header("retry-after").is_empty());
    let code = person.recovery_code();
    assert_eq!(attacker.sign_in(EMAIL, PASSWORD, &code).await.status, 429);
    assert_eq!(visitor.sign_in(EMAIL, PASSWORD, &code).await.status, 303, "another client");
    let (stopped, log) = house.server.stop_with_log();
    assert!(stopped && !log.contains("192.0.2."), "{log}");
    let store = std::fs::read(house.data.path().join("constat.db")).unwrap();
    assert!(!String::from_utf8_lossy(&store).contains("192.0.2."));
}
