use super::sample::{Installation, PASSWORD, at, refusal};
use crate::access::error::Refusal;
use crate::access::own_account::{self, NewFactor};
use crate::access::permission::Role;
use crate::access::sign_in::Attempt;
use crate::access::throttle::{ACCOUNT_MAX, CLIENT_MAX};

#[test]
fn the_three_together_sign_in_and_each_wrong_one_says_the_same() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let (wrong, code) = ("wrong horse battery", ana.code(60));
    let is_wrong = |email: &str, password: &str, code: &str| {
        assert_eq!(refusal(here.sign_in(email, password, code, 60)), Refusal::SignInWrong);
    };
    is_wrong("nobody@helvia.example", PASSWORD, &code);
    is_wrong(&ana.email, wrong, &code);
    is_wrong(&ana.email, PASSWORD, "000000");
    is_wrong(&ana.email, PASSWORD, "");
    is_wrong("", "", "");
    let session = here.sign_in(" Ana@Helvia.example", PASSWORD, &code, 60).unwrap();
    let signed_in = here.signed_in(&session, 61).unwrap();
    assert_eq!(signed_in.account.email, ana.email);
    assert_eq!(signed_in.account.last_sign_in, Some(at(60)));
    assert_eq!(signed_in.account.seen_at, Some(at(0)));
}

#[test]
fn a_code_signs_in_once_whichever_browser_sends_it() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let enrolment = ana.code(0);
    assert_eq!(refusal(here.sign_in(&ana.email, PASSWORD, &enrolment, 1)), Refusal::SignInWrong);
    let code = ana.code(60);
    let results: Vec<_> = std::thread::scope(|threads| {
        let calls: Vec<_> =
            (0..4).map(|_| threads.spawn(|| here.sign_in(&ana.email, PASSWORD, &code, 60).is_ok())).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|came_in| **came_in).count(), 1);
}

#[test]
fn a_recovery_code_signs_in_once_in_the_field_of_the_code() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let code = &ana.recovery_codes[3];
    here.sign_in(&ana.email, PASSWORD, code, 60).unwrap();
    assert_eq!(refusal(here.sign_in(&ana.email, PASSWORD, code, 61)), Refusal::SignInWrong);
    let trail = here.trail();
    assert!(trail.contains(&"ana@helvia.example recovery_code_used 9 left".to_owned()), "{trail:?}");
}

#[test]
fn an_account_that_failed_too_often_waits_also_with_the_right_password() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    for email in [ana.email.as_str(), "nobody@helvia.example"] {
        for _ in 0..ACCOUNT_MAX {
            assert_eq!(refusal(here.sign_in(email, "wrong", "", 60)), Refusal::SignInWrong);
        }
        let refused = refusal(here.sign_in(email, PASSWORD, &ana.code(60), 60));
        let Refusal::Throttled(wait) = refused else { panic!("{refused}") };
        assert_eq!((wait.as_secs(), refused.status()), (900, 429), "{email}");
    }
    here.sign_in(&ana.email, PASSWORD, &ana.code(960), 960).unwrap();
}

#[test]
fn a_client_that_failed_too_often_waits_for_every_account() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let attempt = |email: String, password: &str, code: String| {
        let client = "192.0.2.7".parse().ok();
        let attempt = Attempt { email, password: password.into(), code, client };
        here.sign_ins.sign_in(&here.access, &here.keys, &attempt, at(60))
    };
    for number in 0..CLIENT_MAX {
        assert_eq!(refusal(attempt(format!("{number}@x"), "wrong", String::new())), Refusal::SignInWrong);
    }
    let refused = refusal(attempt(ana.email.clone(), PASSWORD, ana.code(60)));
    assert!(matches!(refused, Refusal::Throttled(_)));
    here.sign_in(&ana.email, PASSWORD, &ana.code(60), 60).unwrap();
}

#[test]
fn failures_are_noted_with_the_name_of_an_account_and_counted_without_one() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let failed = |email: &str, seconds: i64| {
        assert_eq!(refusal(here.sign_in(email, "wrong", "", seconds)), Refusal::SignInWrong);
    };
    let noted = || {
        here.trail().into_iter().filter(|line| line.contains("sign_in_failed")).collect::<Vec<_>>().join("; ")
    };
    failed(&ana.email, 60);
    failed("nobody@helvia.example", 60);
    here.sign_ins.note_failures(&here.access, at(60)).unwrap();
    let first = "ana@helvia.example sign_in_failed -; nobody sign_in_failed 1";
    assert_eq!(noted(), first);
    for email in ["nobody@helvia.example", "ada@helvia.example", "not an address"] {
        failed(email, 70);
    }
    here.sign_ins.note_failures(&here.access, at(70)).unwrap();
    assert_eq!(noted(), first, "the next minute has not come");
    here.sign_ins.note_failures(&here.access, at(120)).unwrap();
    here.sign_ins.note_failures(&here.access, at(180)).unwrap();
    assert_eq!(noted(), format!("{first}; nobody sign_in_failed 3"));
    failed("nobody@helvia.example", 181);
    here.sign_ins.note_last_failures(&here.access, at(182)).unwrap();
    assert_eq!(noted(), format!("{first}; nobody sign_in_failed 3; nobody sign_in_failed 1"));
    assert!(!noted().contains("ada"));
}

#[test]
fn an_account_signs_in_neither_before_its_welcome_nor_after_its_end() {
    let here = Installation::new();
    let link = here.invite("bob@helvia.example", Role::Owner, &["helvia"]);
    crate::access::welcome::set_password(&here.access, &link, PASSWORD, at(0)).unwrap();
    assert_eq!(refusal(here.sign_in("bob@helvia.example", PASSWORD, "", 1)), Refusal::SignInWrong);
    let done = crate::access::welcome::finish(&here.access, &here.keys, &link, None, at(2)).unwrap();
    assert!(done.recovery_codes.is_empty());
    let session = here.sign_in("bob@helvia.example", PASSWORD, "", 3).unwrap();
    crate::access::account::change(here.access.store(), "bob@helvia.example", None, at(3), |account| {
        account.ends_at = Some(at(100));
        Ok(())
    })
    .unwrap();
    assert!(here.signed_in(&session, 99).is_ok());
    assert_eq!(refusal(here.signed_in(&session, 100)), Refusal::SessionEnded);
    assert_eq!(refusal(here.sign_in("bob@helvia.example", PASSWORD, "", 100)), Refusal::SignInWrong);
}

#[test]
fn a_new_password_needs_the_one_of_now_and_ends_every_session() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let other = here.sign_in(&ana.email, PASSWORD, &ana.code(60), 60).unwrap();
    let who = here.signed_in(&ana.session, 61).unwrap();
    let change = |current: &str, new: &str| {
        own_account::change_password(&here.access, &here.sign_ins, &who, current, new, at(62))
    };
    assert_eq!(refusal(change("wrong horse battery", "another long one")), Refusal::PasswordWrong);
    assert_eq!(refusal(change(PASSWORD, "short")), Refusal::PasswordShort);
    let new = change(PASSWORD, "another long one").unwrap();
    assert!(here.signed_in(&new, 63).is_ok());
    for ended in [&ana.session, &other] {
        assert_eq!(refusal(here.signed_in(ended, 63)), Refusal::SessionEnded);
    }
    assert_eq!(refusal(here.sign_in(&ana.email, PASSWORD, &ana.code(90), 90)), Refusal::SignInWrong);
    here.sign_in(&ana.email, "another long one", &ana.code(90), 90).unwrap();
}

#[test]
fn a_second_factor_is_replaced_only_with_a_code_of_the_one_before() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let who = here.signed_in(&ana.session, 1).unwrap();
    let offer = own_account::offer_second_factor(&here.keys, &who).unwrap();
    let new_code = crate::access::second_factor::tests::code_at(&offer.secret, at(60));
    let set = |current: &str, code: &str| {
        let Installation { access, keys, sign_ins, .. } = &here;
        own_account::set_second_factor(access, keys, sign_ins, &who, (current, code), at(60))
    };
    for wrong in ["", new_code.as_str()] {
        assert_eq!(refusal(set(wrong, &new_code)), Refusal::CurrentCodeWrong, "{wrong}");
    }
    assert_eq!(refusal(set(&ana.code(60), "no code")), Refusal::CodeWrong);
    let NewFactor { session, recovery_codes } = set(&ana.code(60), &new_code).unwrap();
    assert_eq!(recovery_codes.len(), 10);
    assert!(here.signed_in(&session, 61).is_ok());
    assert_eq!(refusal(set(&ana.recovery_codes[0], &new_code)), Refusal::SessionEnded, "it ended meanwhile");
    assert_eq!(refusal(here.sign_in(&ana.email, PASSWORD, &ana.code(90), 90)), Refusal::SignInWrong);
}

#[test]
fn a_wrong_code_counts_as_a_failed_sign_in_and_a_right_password_does_not_forgive_it() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let Installation { access, keys, sign_ins, .. } = &here;
    let mut session = ana.session.clone();
    for tries in 1..=ACCOUNT_MAX {
        let who = here.signed_in(&session, 1).unwrap();
        let made = own_account::make_recovery_codes(access, keys, sign_ins, &who, "no code", at(1));
        assert_eq!(refusal(made), Refusal::CodeWrong, "{tries}");
        if tries == 10 {
            session =
                own_account::change_password(access, sign_ins, &who, PASSWORD, PASSWORD, at(1)).unwrap();
        }
    }
    let who = here.signed_in(&session, 1).unwrap();
    let made = own_account::make_recovery_codes(access, keys, sign_ins, &who, &ana.code(60), at(60));
    assert!(matches!(refusal(made), Refusal::Throttled(_)), "also with the right code");
}

#[test]
fn a_second_factor_that_is_set_or_replaced_with_a_recovery_code_is_noted() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Owner, &["helvia"]);
    let Installation { access, keys, sign_ins, .. } = &here;
    let who = here.signed_in(&ana.session, 1).unwrap();
    let code = &ana.recovery_codes[0];
    let codes = own_account::make_recovery_codes(access, keys, sign_ins, &who, code, at(1)).unwrap();
    assert!(!codes.contains(code));
    let offer = own_account::offer_second_factor(keys, &who).unwrap();
    let new_code = crate::access::second_factor::tests::code_at(&offer.secret, at(1));
    let set =
        |current| own_account::set_second_factor(access, keys, sign_ins, &who, (current, &new_code), at(1));
    assert_eq!(refusal(set(code)), Refusal::CurrentCodeWrong, "an earlier one");
    set(&codes[0]).unwrap();
    let trail = here.trail();
    let last: Vec<_> = trail[trail.len() - 4..].iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(
        last,
        ["recovery_code_used", "recovery_codes_made", "recovery_code_used", "second_factor_set"]
    );
}
