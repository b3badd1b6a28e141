use super::sample::{Installation, at, refusal, site};
use crate::access::acknowledgement;
use crate::access::error::Refusal;
use crate::access::permission::{Permission, Role};
use constat_shared::Hash;

#[test]
fn a_dpo_of_the_site_acknowledges_a_notice_and_the_first_one_counts() {
    let here = Installation::new();
    for (email, role, of) in [
        ("ana@x", Role::Dpo, "helvia"),
        ("bob@x", Role::Dpo, "helvia"),
        ("far@x", Role::Dpo, "boreale"),
        ("owner@x", Role::Owner, "helvia"),
    ] {
        here.welcome(email, role, &[of]);
    }
    let (helvia, notice) = (site("helvia"), Hash::of(b"notice"));
    let acknowledge = |email: &str, seconds: i64| {
        acknowledgement::acknowledge(&here.access, &here.principal(email), &helvia, &notice, at(seconds))
    };
    assert_eq!(
        refusal(acknowledge("owner@x", 1)),
        Refusal::PermissionMissing(Permission::NoticesAcknowledge)
    );
    assert_eq!(refusal(acknowledge("far@x", 1)), Refusal::SiteUnknown);
    assert!(acknowledgement::of_site(&here.access, &helvia, at(1)).unwrap().is_empty());
    let first = acknowledge("ana@x", 1).unwrap();
    assert_eq!(acknowledge("bob@x", 2).unwrap(), first);
    assert_eq!((first.who.as_str(), first.at), ("ana@x", at(1)));
    let listed = acknowledgement::of_site(&here.access, &helvia, at(2)).unwrap();
    assert_eq!(listed.get(&notice.to_string()), Some(&first));
    assert!(acknowledgement::of_site(&here.access, &site("boreale"), at(2)).unwrap().is_empty());
    assert_eq!(here.trail().iter().filter(|line| line.contains("notice_acknowledged")).count(), 1);
}
