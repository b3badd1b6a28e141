//! Hosts, cookies and names that a look-up could answer with two vendors.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::overrides::{Answer, Overrides};
use crate::catalogue::pattern::Pattern;
use crate::catalogue::vendor::Vendor;

/// Every tie that no decision settles, with the key that would.
pub fn unsettled(vendors: &BTreeMap<String, Vendor>, overrides: &Overrides) -> Vec<String> {
    let mut ties = hosts(vendors, &overrides.hosts);
    ties.extend(cookies(vendors, &overrides.cookies));
    ties.extend(names(vendors));
    ties
}

/// Decisions about a host or cookie that the vendor of the decision does not have.
pub fn without_effect(vendors: &BTreeMap<String, Vendor>, overrides: &Overrides) -> Vec<String> {
    let has_host = |vendor: &Vendor, name: &String| vendor.hosts.contains(name);
    let has_cookie = |vendor: &Vendor, name: &String| {
        cookie_names(vendor).any(|other| Pattern::of(other).includes(Pattern::of(name)))
    };
    let hosts = overrides
        .hosts
        .iter()
        .filter(|answer| !vendors.get(&answer.vendor).is_some_and(|vendor| has_host(vendor, &answer.name)));
    let cookies = overrides
        .cookies
        .iter()
        .filter(|answer| !vendors.get(&answer.vendor).is_some_and(|vendor| has_cookie(vendor, &answer.name)));
    (hosts.map(|answer| format!("[[host]] {:?}: {} does not have it", answer.name, answer.vendor)))
        .chain(
            cookies.map(|answer| format!("[[cookie]] {:?}: {} does not have it", answer.name, answer.vendor)),
        )
        .collect()
}

fn hosts(vendors: &BTreeMap<String, Vendor>, answers: &[Answer]) -> Vec<String> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, vendor) in vendors {
        for host in &vendor.hosts {
            owners.entry(host).or_default().insert(id);
        }
    }
    owners
        .into_iter()
        .filter(|(host, ids)| ids.len() > 1 && !is_settled(answers, &[host], ids))
        .map(|(host, ids)| {
            format!("{host}: a host of {}. Settle it with [[host]] name = {host:?}.", joined(&ids))
        })
        .collect()
}

fn cookies(vendors: &BTreeMap<String, Vendor>, answers: &[Answer]) -> Vec<String> {
    let all: Vec<(&str, &str)> = vendors
        .iter()
        .flat_map(|(id, vendor)| cookie_names(vendor).map(move |name| (name.as_str(), id.as_str())))
        .collect();
    let mut tied: BTreeMap<BTreeSet<&str>, BTreeSet<&str>> = BTreeMap::new();
    for (at, (name, id)) in all.iter().enumerate() {
        for (other, owner) in &all[at + 1..] {
            if id != owner && Pattern::of(name).ties_with(Pattern::of(other)) {
                tied.entry([*name, *other].into()).or_default().extend([*id, *owner]);
            }
        }
    }
    tied.into_iter()
        .filter(|(names, ids)| !is_settled(answers, &names.iter().copied().collect::<Vec<_>>(), ids))
        .map(|(names, ids)| {
            let names = joined(&names);
            format!("{names}: a cookie of {}. Settle it with [[cookie]] name = {names:?}.", joined(&ids))
        })
        .collect()
}

fn names(vendors: &BTreeMap<String, Vendor>) -> Vec<String> {
    let mut owners: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (id, vendor) in vendors {
        for name in vendor.names() {
            owners.entry(name.to_lowercase()).or_default().insert(id);
        }
    }
    let several = owners.into_iter().filter(|(_, ids)| ids.len() > 1);
    several.map(|(name, ids)| format!("{name}: a name of {}. Give one another name.", joined(&ids))).collect()
}

fn is_settled(answers: &[Answer], names: &[&str], ids: &BTreeSet<&str>) -> bool {
    answers.iter().any(|answer| names.contains(&answer.name.as_str()) && ids.contains(answer.vendor.as_str()))
}

fn cookie_names(vendor: &Vendor) -> impl Iterator<Item = &String> {
    vendor.cookies.iter().flatten().map(|cookie| &cookie.name)
}

fn joined(texts: &BTreeSet<&str>) -> String {
    texts.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::overrides::{parse, read};
    use crate::catalogue::vendor::{Cookie, read_folder};
    use std::path::Path;

    fn vendor(name: &str, hosts: &[&str], cookies: &[&str]) -> Vendor {
        let cookie = |name: &&str| Cookie { name: (*name).to_owned(), ..Cookie::default() };
        Vendor {
            name: name.to_owned(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            cookies: Some(cookies.iter().map(cookie).collect()),
            ..Vendor::default()
        }
    }

    fn two() -> BTreeMap<String, Vendor> {
        let a = vendor("A", &["*.shared.example", "a.example"], &["uid", "_a_*"]);
        let b = vendor("B", &["*.shared.example", "*.a.example"], &["uid", "_a_b*"]);
        [("a".to_owned(), a), ("b".to_owned(), b)].into()
    }

    #[test]
    fn what_two_vendors_have_is_settled_by_a_decision() {
        let ties = unsettled(&two(), &Overrides::default());
        let shared = "*.shared.example: a host of a, b. Settle it with [[host]] name = \"*.shared.example\".";
        assert_eq!(ties, [shared, "uid: a cookie of a, b. Settle it with [[cookie]] name = \"uid\"."]);
        let settled = parse(
            "[[host]]\nname = \"*.shared.example\"\nvendor = \"a\"\nreason = \"r\"\n\
             [[cookie]]\nname = \"uid\"\nvendor = \"b\"\nreason = \"r\"\n",
        );
        assert_eq!(unsettled(&two(), &settled.unwrap()), Vec::<String>::new());
    }

    #[test]
    fn a_decision_for_a_vendor_without_the_cookie_settles_nothing() {
        let wrong = parse("[[cookie]]\nname = \"uid\"\nvendor = \"c\"\nreason = \"r\"\n").unwrap();
        assert_eq!(unsettled(&two(), &wrong).len(), 2);
        assert_eq!(without_effect(&two(), &wrong), ["[[cookie]] \"uid\": c does not have it"]);
    }

    #[test]
    fn two_vendors_never_have_one_name() {
        let vendors = [("a", vendor("Same", &[], &[])), ("b", vendor("same", &[], &[]))];
        let vendors = vendors.map(|(id, vendor)| (id.to_owned(), vendor)).into();
        assert_eq!(
            unsettled(&vendors, &Overrides::default()),
            ["same: a name of a, b. Give one another name."]
        );
    }

    #[test]
    fn the_catalogue_that_ships_has_one_right_answer_to_every_look_up() {
        let catalogue = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/catalogue"));
        let vendors = read_folder(&catalogue.join("vendors")).unwrap();
        let overrides = read(&catalogue.join("overrides.toml")).unwrap();
        assert_eq!(unsettled(&vendors, &overrides), Vec::<String>::new());
    }
}
