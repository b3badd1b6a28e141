use super::sample::{Installation, at, command, refusal, scope};
use crate::access::error::Refusal;
use crate::access::news::{self, News};
use crate::access::people::{self, NewPerson};
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
    let shown: Vec<_> = listed.iter().map(|account| (account.email.as_str(), account.grants.len())).collect();
    assert_eq!(shown, [("admin@x", 1), ("both@x", 1)]);
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
    assert_eq!(people::list(&here.access, &command(), at(1)).unwrap(), []);
    here.welcome("ana@x", Role::Owner, &["helvia"]);
    assert_eq!(refusal(here.signed_in(&ana.session, 1)), Refusal::SessionEnded);
    let trail = here.trail();
    assert!(trail.contains(&"constat user account_removed ana@x".to_owned()), "{trail:?}");
    assert!(trail.contains(&"constat user role_given ana@x (owner)".to_owned()), "{trail:?}");
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
