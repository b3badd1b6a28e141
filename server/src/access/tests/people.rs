use super::sample::{Installation, at, command, refusal, scope};
use crate::access::account;
use crate::access::error::Refusal;
use crate::access::loss;
use crate::access::news::{self, News};
use crate::access::people::{self, NewPerson, Seen};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;

fn person(email: &str, role: Role, sites: &[&str]) -> NewPerson {
    let sites = sites.iter().map(|id| scope(id)).collect();
    NewPerson { email: email.into(), role, sites, ends_at: None, language: None }
}

fn add(
    here: &Installation,
    by: &Principal,
    email: &str,
    role: Role,
    sites: &[&str],
) -> Result<String, Refusal> {
    match people::add(&here.access, by, &person(email, role, sites), at(1)) {
        Ok(invited) => Ok(invited.secret),
        Err(error) => Err(refusal::<()>(Err(error))),
    }
}

#[test]
fn an_admin_adds_any_role_on_their_own_sites_and_on_no_other() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    let admin = here.principal("admin@x");
    for role in Role::ALL {
        assert!(add(&here, &admin, &format!("{role}-new@x"), *role, &["helvia"]).is_ok());
    }
    for sites in [&["boreale"][..], &["*"], &["helvia", "boreale"]] {
        assert_eq!(add(&here, &admin, "new@x", Role::Owner, sites), Err(Refusal::NotYours), "{sites:?}");
    }
    assert_eq!(add(&here, &admin, "new@x", Role::Owner, &[]), Err(Refusal::SitesInvalid));
    assert_eq!(add(&here, &admin, "no address", Role::Owner, &["helvia"]), Err(Refusal::EmailInvalid));
    assert_eq!(add(&here, &admin, "DPO-new@x", Role::Owner, &["helvia"]), Err(Refusal::AccountExists));
    for other in ["dpo", "owner", "auditor"] {
        let email = format!("{other}@x");
        here.welcome(&email, Role::parse(other).unwrap(), &["helvia"]);
        let refused = add(&here, &here.principal(&email), "new@x", Role::Owner, &["helvia"]);
        assert_eq!(refused, Err(Refusal::PermissionMissing(Permission::PeopleWrite)));
    }
}

#[test]
fn nobody_gives_or_takes_a_role_of_their_own() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    here.welcome("other@x", Role::Admin, &["helvia"]);
    let admin = here.principal("admin@x");
    let helvia = [scope("helvia")];
    let grant = |email: &str| people::grant(&here.access, &admin, email, Role::Dpo, &helvia, at(1));
    let take = |email: &str| people::take(&here.access, &admin, email, Role::Admin, &helvia[0], at(1));
    assert_eq!(refusal(grant(" Admin@x ")), Refusal::OwnRole);
    assert_eq!(refusal(take("admin@x")), Refusal::OwnRole);
    assert_eq!(add(&here, &admin, "admin@x", Role::Dpo, &["helvia"]), Err(Refusal::OwnRole));
    grant("other@x").unwrap();
    assert!(here.principal("other@x").may_anywhere(Permission::AuditTrailRead));
    take("other@x").unwrap();
    assert!(!here.principal("other@x").may_anywhere(Permission::PeopleWrite));
    assert_eq!(refusal(grant("nobody@x")), Refusal::AccountUnknown);
}

#[test]
fn the_last_admin_is_removed_by_a_command_only() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    let admin = here.principal("admin@x");
    let remove = |by: &Principal, email: &str| people::remove(&here.access, by, email, at(1));
    assert_eq!(refusal(remove(&admin, "admin@x")), Refusal::LastAdmin);
    here.invite("second@x", Role::Admin, &["helvia"]);
    assert_eq!(refusal(remove(&admin, "admin@x")), Refusal::LastAdmin, "the second was not welcomed yet");
    remove(&admin, "second@x").unwrap();
    here.welcome("third@x", Role::Admin, &["helvia"]);
    remove(&admin, "admin@x").unwrap();
    remove(&command(), "third@x").unwrap();
    assert_eq!(refusal(remove(&command(), "third@x")), Refusal::AccountUnknown);
    here.welcome("third@x", Role::Admin, &["helvia"]);
}

#[test]
fn people_of_other_sites_are_neither_listed_nor_removed_nor_reset() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    here.invite("far@x", Role::Owner, &["boreale"]);
    here.invite("both@x", Role::Owner, &["helvia", "boreale"]);
    let admin = here.principal("admin@x");
    let listed = people::list(&here.access, &admin, at(1)).unwrap();
    let shown = |seen: &Seen| (seen.account.email.clone(), seen.account.grants.len(), seen.role_count);
    let shown: Vec<_> = listed.iter().map(shown).collect();
    assert_eq!(shown, [("admin@x".to_owned(), 1, 1), ("both@x".to_owned(), 1, 2)]);
    assert!(!listed[1].may_change(&admin, at(1)) && listed[1].may_take(&admin, &scope("helvia"), at(1)));
    for (email, expected) in [("far@x", Refusal::AccountUnknown), ("both@x", Refusal::NotYours)] {
        assert_eq!(refusal(people::remove(&here.access, &admin, email, at(1))), expected);
        assert_eq!(refusal(people::reset(&here.access, &admin, email, at(1))), expected);
    }
    assert_eq!(people::list(&here.access, &command(), at(1)).unwrap().len(), 3);
}

#[test]
fn a_removed_person_is_out_at_once_and_may_be_added_again() {
    let here = Installation::new();
    let ana = here.welcome("ana@x", Role::Dpo, &["helvia"]);
    people::remove(&here.access, &command(), "Ana@x", at(1)).unwrap();
    assert_eq!(refusal(here.signed_in(&ana.session, 1)), Refusal::SessionEnded);
    assert!(people::list(&here.access, &command(), at(1)).unwrap().is_empty());
    here.welcome("ana@x", Role::Owner, &["helvia"]);
    assert_eq!(refusal(here.signed_in(&ana.session, 1)), Refusal::SessionEnded);
    let trail = here.trail();
    assert!(trail.contains(&"constat user add account_removed ana@x".to_owned()), "{trail:?}");
    assert!(trail.contains(&"constat user add role_given ana@x (owner)".to_owned()), "{trail:?}");
}

#[test]
fn a_dpo_is_told_of_new_ones_on_the_same_site_at_the_next_sign_in() {
    let here = Installation::new();
    let ana = here.welcome("ana@x", Role::Dpo, &["helvia"]);
    let first = news::of(&here.access, &here.account(&ana.email), at(1)).unwrap();
    assert!(matches!(&first[..], [News::OwnRole { role: Role::Dpo, .. }]), "{first:?}");
    here.sign_in(&ana.email, super::sample::PASSWORD, &ana.code(60), 60).unwrap();
    let later = |email: &str, role, sites: &[&str]| {
        people::add(&here.access, &command(), &person(email, role, sites), at(70)).unwrap();
    };
    later("new@x", Role::Dpo, &["helvia"]);
    later("far@x", Role::Dpo, &["boreale"]);
    later("owner@x", Role::Owner, &["helvia"]);
    here.sign_in(&ana.email, super::sample::PASSWORD, &ana.code(120), 120).unwrap();
    let told = news::of(&here.access, &here.account(&ana.email), at(120)).unwrap();
    assert!(matches!(&told[..], [News::NewDpo { email, .. }] if email == "new@x"), "{told:?}");
    here.sign_in(&ana.email, super::sample::PASSWORD, &ana.code(180), 180).unwrap();
    assert_eq!(news::of(&here.access, &here.account(&ana.email), at(180)).unwrap(), []);
}

#[test]
fn the_last_role_is_not_taken_and_the_last_admin_stays_one() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia", "boreale"]);
    here.welcome("owner@x", Role::Owner, &["helvia"]);
    let take = |by: &Principal, email: &str, role, site: &str| {
        people::take(&here.access, by, email, role, &scope(site), at(1))
    };
    let admin = here.principal("admin@x");
    assert_eq!(refusal(take(&admin, "owner@x", Role::Owner, "helvia")), Refusal::LastRole);
    assert!(!take(&admin, "owner@x", Role::Dpo, "helvia").unwrap(), "they never had it");
    assert_eq!(here.account("owner@x").grants.len(), 1);

    // A program that lets people in, made by a command, is nobody's account.
    let all = [scope("*")];
    let program = Principal::of_token("program", None, &[Permission::PeopleWrite], &all);
    people::grant(&here.access, &program, "admin@x", Role::Auditor, &[scope("helvia")], at(1)).unwrap();
    assert!(take(&program, "admin@x", Role::Admin, "boreale").unwrap(), "an admin of helvia is left");
    assert_eq!(refusal(take(&program, "admin@x", Role::Admin, "helvia")), Refusal::LastAdmin);
    here.welcome("second@x", Role::Admin, &["helvia"]);
    assert!(take(&program, "admin@x", Role::Admin, "helvia").unwrap());
}

#[test]
fn an_admin_without_a_second_factor_is_nobody_who_is_left() {
    let here = Installation::new();
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    here.welcome("second@x", Role::Admin, &["helvia"]);
    account::change(here.access.store(), "second@x", None, at(1), |account| {
        account.second_factor = None;
        Ok(())
    })
    .unwrap();
    let program = Principal::of_token("program", None, &[Permission::PeopleWrite], &[scope("*")]);
    assert_eq!(refusal(people::remove(&here.access, &program, "admin@x", at(1))), Refusal::LastAdmin);
}

#[test]
fn what_closes_with_a_role_is_what_no_other_role_allows() {
    let here = Installation::new();
    here.welcome("ana@x", Role::Dpo, &["helvia"]);
    let loss = |role, site: &str| {
        let account = here.account("ana@x");
        loss::of(here.access.store(), &account, role, &scope(site), at(1)).unwrap().permissions
    };
    assert_eq!(loss(Role::Dpo, "helvia"), Role::Dpo.permissions());
    people::grant(&here.access, &command(), "ana@x", Role::Auditor, &[scope("*")], at(1)).unwrap();
    let only_dpo = [
        Permission::NoticesAcknowledge,
        Permission::LogAudit,
        Permission::RecordsErase,
        Permission::TokensWrite,
    ];
    assert_eq!(loss(Role::Dpo, "helvia"), only_dpo);
    assert_eq!(loss(Role::Owner, "helvia"), [], "they do not have it");
}

#[test]
fn people_are_paged_by_cursors_without_addresses_also_when_the_last_one_was_removed() {
    let here = Installation::new();
    let emails = ["a@x", "b@x", "c@x", "d@x"];
    for email in emails {
        here.invite(email, Role::Owner, &["helvia"]);
    }
    let page = |cursor: Option<&str>| people::page(&here.access, &here.keys, &command(), cursor, 2, at(1));
    let shown = |page: &people::Page| -> Vec<_> {
        page.people.iter().map(|seen| seen.account.email.clone()).collect()
    };
    let first = page(None).unwrap();
    assert_eq!(shown(&first), emails[..2]);
    let cursor = first.next_cursor.unwrap();
    assert!(!cursor.contains("b@x") && cursor.len() == 43, "{cursor}");
    people::remove(&here.access, &command(), "b@x", at(1)).unwrap();
    let second = page(Some(&cursor)).unwrap();
    assert_eq!(
        (shown(&second), &second.next_cursor),
        (emails[2..].to_vec().iter().map(ToString::to_string).collect(), &None)
    );
    here.invite("b@x", Role::Owner, &["helvia"]);
    assert_eq!(shown(&page(Some(&cursor)).unwrap()), emails[2..], "also when they were added again");
    assert_eq!(refusal(page(Some("b@x"))), Refusal::CursorUnknown);
}
