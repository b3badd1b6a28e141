use super::sample::{Installation, PASSWORD, at, command, refusal};
use crate::access::account::{self, Account};
use crate::access::error::Refusal;
use crate::access::people;
use crate::access::permission::{Permission, Role};
use crate::access::session::{self, csrf_token, is_csrf_token};
use crate::store::DocumentKind;

const HOUR: i64 = 3600;

#[test]
fn a_session_ends_when_it_rests_and_after_half_a_day() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    assert!(here.signed_in(&ana.session, 1799).is_ok());
    assert_eq!(refusal(here.signed_in(&ana.session, 1799 + 1800)), Refusal::SessionEnded);
    let session = here.sign_in(&ana.email, PASSWORD, &ana.code(HOUR), HOUR).unwrap();
    for half_hours in 1..27 {
        let now = HOUR + half_hours * 1700;
        let is_over = half_hours * 1700 >= 12 * HOUR;
        assert_eq!(here.signed_in(&session, now).is_err(), is_over, "{half_hours}");
    }
}

#[test]
fn the_store_has_no_secret_and_the_last_use_is_written_once_a_minute() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let document = || here.store.documents(DocumentKind::Session).unwrap().pop().unwrap();
    let first = document();
    assert!(!first.id.contains(&ana.session) && !first.json.contains(&ana.session));
    here.signed_in(&ana.session, 59).unwrap();
    assert_eq!(document(), first);
    here.signed_in(&ana.session, 60).unwrap();
    assert_eq!(document().version, 2);
    assert_eq!(refusal(here.signed_in(&document().id, 61)), Refusal::SessionEnded, "its name opens nothing");
}

#[test]
fn people_see_and_end_their_own_sessions_only() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let bob = here.welcome("bob@helvia.example", Role::Dpo, &["helvia"]);
    let phone = here.sign_in(&ana.email, PASSWORD, &ana.code(120), 120).unwrap();
    let who = here.signed_in(&ana.session, 121).unwrap();
    let listed = session::list(&here.access, &who, at(121)).unwrap();
    assert_eq!(listed.iter().map(|one| one.is_this).collect::<Vec<_>>(), [true, false]);
    let foreign = here.signed_in(&bob.session, 121).unwrap().session_id;
    assert_eq!(refusal(session::end(&here.access, &who, &foreign, at(121))), Refusal::SessionUnknown);
    session::end(&here.access, &who, &listed[1].id, at(121)).unwrap();
    assert_eq!(refusal(here.signed_in(&phone, 122)), Refusal::SessionEnded);
    session::sign_out(&here.access, &who, at(123)).unwrap();
    assert_eq!(refusal(here.signed_in(&ana.session, 124)), Refusal::SessionEnded);
    assert!(here.signed_in(&bob.session, 124).is_ok());
}

#[test]
fn a_role_that_is_given_or_taken_counts_at_the_next_request() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Owner, &["helvia"]);
    let may = || here.signed_in(&ana.session, 1).unwrap().principal.may_anywhere(Permission::AuditTrailRead);
    assert!(!may());
    let helvia = super::sample::scope("helvia");
    people::grant(&here.access, &command(), &ana.email, Role::Auditor, std::slice::from_ref(&helvia), at(1))
        .unwrap();
    assert!(may());
    people::take(&here.access, &command(), &ana.email, Role::Auditor, &helvia, at(1)).unwrap();
    assert!(!may());
}

#[test]
fn an_account_has_ten_sessions_and_the_one_that_rests_longest_ends() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let account = here.account(&ana.email);
    let sessions: Vec<_> =
        (1..=10).map(|second| session::begin(&here.access, &account, at(second)).unwrap()).collect();
    assert_eq!(refusal(here.signed_in(&ana.session, 11)), Refusal::SessionEnded);
    assert!(sessions.iter().all(|session| here.signed_in(session, 11).is_ok()));
}

#[test]
fn the_token_of_a_form_belongs_to_one_session() {
    let (one, two) = (session::first_secret().unwrap(), session::first_secret().unwrap());
    assert!(is_csrf_token(&one, &csrf_token(&one)));
    for wrong in [csrf_token(&two), String::new(), one.clone(), "%".to_owned()] {
        assert!(!is_csrf_token(&one, &wrong), "{wrong}");
    }
}

#[test]
fn a_session_of_an_earlier_password_or_account_has_ended_though_it_is_still_stored() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let change = |change: fn(&mut Account)| {
        account::change(here.access.store(), &ana.email, None, at(1), |account| {
            change(account);
            Ok(())
        })
        .unwrap();
    };
    change(|account| account.set_password("another".into()));
    assert_eq!(refusal(here.signed_in(&ana.session, 1)), Refusal::SessionEnded);
    change(|account| account.generation -= 1);
    assert!(here.signed_in(&ana.session, 1).is_ok());
    change(|account| account.id = "another".into());
    assert_eq!(refusal(here.signed_in(&ana.session, 1)), Refusal::SessionEnded);
}
