use super::sample::{Installation, PASSWORD, at, command, refusal, scope, site};
use crate::access::error::Refusal;
use crate::access::link::LinkKind;
use crate::access::permission::{Permission, Role};
use crate::access::second_factor::tests::code_at;
use crate::access::{people, welcome};
use crate::store::DocumentKind;

const DAY: i64 = 24 * 3600;

#[test]
fn a_welcome_is_password_then_second_factor_and_then_its_link_is_used_up() {
    let here = Installation::new();
    let link = here.invite("ana@helvia.example", Role::Dpo, &["helvia"]);
    let documents = here.store.documents(DocumentKind::Link).unwrap();
    assert!(documents.iter().all(|one| !one.id.contains(&link) && !one.json.contains(&link)));
    assert_eq!(refusal(welcome::offer(&here.access, &here.keys, &link, at(1))), Refusal::PasswordFirst);
    assert!(!welcome::open(&here.access, &link, at(1)).unwrap().has_password);
    assert_eq!(refusal(welcome::set_password(&here.access, &link, "short", at(1))), Refusal::PasswordShort);
    welcome::set_password(&here.access, &link, PASSWORD, at(1)).unwrap();
    let opened = welcome::open(&here.access, &link, at(1)).unwrap();
    assert!(opened.has_password && opened.needs_second_factor);
    let secret = welcome::offer(&here.access, &here.keys, &link, at(1)).unwrap().secret;
    let finish = |code: Option<&str>| welcome::finish(&here.access, &here.keys, &link, code, at(2));
    assert_eq!(refusal(finish(Some("12"))), Refusal::CodeWrong);
    assert_eq!(refusal(finish(None)), Refusal::CodeWrong, "a DPO needs one");
    let done = finish(Some(&code_at(&secret, at(2)))).unwrap();
    assert_eq!(done.recovery_codes.len(), 10);
    assert!(here.signed_in(&done.session, 3).is_ok());
    for result in [
        welcome::open(&here.access, &link, at(3)).map(|_| ()),
        welcome::set_password(&here.access, &link, "another long one", at(3)),
        finish(Some(&code_at(&secret, at(30)))).map(|_| ()),
    ] {
        let refused = refusal(result);
        assert_eq!((refused, refused.status()), (Refusal::LinkUsed, 410));
    }
    assert!(here.signed_in(&done.session, 4).is_ok(), "nothing was changed");
}

#[test]
fn a_link_ends_and_is_unknown_afterwards_like_one_that_never_was() {
    let here = Installation::new();
    let link = here.invite("ana@helvia.example", Role::Dpo, &["helvia"]);
    assert!(welcome::open(&here.access, &link, at(7 * DAY - 1)).is_ok());
    let stranger = link.chars().rev().collect::<String>();
    for (secret, seconds) in [(link.as_str(), 7 * DAY), (&stranger, 1), ("", 1), ("%", 1)] {
        let refused = refusal(welcome::open(&here.access, secret, at(seconds)));
        assert_eq!((refused, refused.status()), (Refusal::LinkUnknown, 404), "{secret}");
    }
}

#[test]
fn a_reset_replaces_the_password_once_and_never_the_second_factor() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let invited = people::reset(&here.access, &command(), &ana.email, at(60)).unwrap();
    assert_eq!(invited.kind, LinkKind::Reset);
    let link = invited.secret;
    assert!(here.signed_in(&ana.session, 61).is_ok(), "a link that is only made ends nothing");
    assert_eq!(refusal(welcome::offer(&here.access, &here.keys, &link, at(61))), Refusal::LinkUnknown);
    assert_eq!(refusal(welcome::finish(&here.access, &here.keys, &link, None, at(61))), Refusal::LinkUnknown);
    assert_eq!(refusal(welcome::enter_demo(&here.access, &link, at(61))), Refusal::LinkUnknown);
    let new = "another long one";
    welcome::set_password(&here.access, &link, new, at(62)).unwrap();
    assert_eq!(refusal(here.signed_in(&ana.session, 63)), Refusal::SessionEnded);
    let again = welcome::set_password(&here.access, &link, "a third long one", at(63));
    assert_eq!(refusal(again), Refusal::LinkUsed);
    assert_eq!(refusal(here.sign_in(&ana.email, new, "", 90)), Refusal::SignInWrong);
    here.sign_in(&ana.email, new, &ana.code(90), 90).unwrap();
}

#[test]
fn a_new_link_uses_up_the_one_before_and_a_removal_ends_them_all() {
    let here = Installation::new();
    let first = here.invite("ana@helvia.example", Role::Dpo, &["helvia"]);
    let second = people::reset(&here.access, &command(), "ana@helvia.example", at(1)).unwrap();
    assert_eq!(second.kind, LinkKind::Welcome, "she was never welcomed");
    assert_eq!(refusal(welcome::open(&here.access, &first, at(2))), Refusal::LinkUsed);
    people::remove(&here.access, &command(), "ana@helvia.example", at(2)).unwrap();
    here.invite("ana@helvia.example", Role::Owner, &["helvia"]);
    assert_eq!(refusal(welcome::open(&here.access, &second.secret, at(3))), Refusal::LinkUnknown);
}

#[test]
fn the_demo_s_link_signs_in_once_as_dpo_and_owner_of_the_demo_alone() {
    let here = Installation::new();
    let demo = site("polaire");
    let invite = || people::invite_to_demo(&here.access, &command(), &demo, at(0)).unwrap();
    let link = invite().secret;
    let session = welcome::enter_demo(&here.access, &link, at(1)).unwrap();
    assert_eq!(refusal(welcome::enter_demo(&here.access, &link, at(2))), Refusal::LinkUsed);
    let who = here.signed_in(&session, 2).unwrap();
    assert!(who.account.is_demo);
    assert!(who.principal.require(Permission::NoticesAcknowledge, &demo).is_ok());
    assert!(who.principal.require(Permission::LogAudit, &demo).is_ok());
    assert!(!who.principal.sees(&site("helvia")) && !who.principal.may_anywhere(Permission::PeopleWrite));
    let again = welcome::enter_demo(&here.access, &invite().secret, at(3)).unwrap();
    assert!(here.signed_in(&again, 4).is_ok() && here.signed_in(&session, 4).is_ok());
    assert_eq!(refusal(here.sign_in(&who.account.email, PASSWORD, "", 5)), Refusal::SignInWrong);
    let grant =
        people::grant(&here.access, &command(), &who.account.email, Role::Admin, &[scope("*")], at(5));
    assert_eq!(refusal(grant), Refusal::AccountUnknown);
    let reset = people::reset(&here.access, &command(), &who.account.email, at(5));
    assert_eq!(refusal(reset), Refusal::AccountUnknown);
}
