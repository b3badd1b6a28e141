//! The facts of one vendor, out of what the sources say of it.

use std::collections::BTreeMap;

use crate::catalogue::cookie_database::Row;
use crate::catalogue::hosts::{has_one_owner, widest};
use crate::catalogue::join::Group;
use crate::catalogue::names::key;
use crate::catalogue::overrides::{Overrides, SoftwareEntry};
use crate::catalogue::vendor::{COOKIE_DATABASE, Cookie, Source, TARTEAUCITRON, THIRD_PARTY_WEB, Vendor};
use crate::catalogue::{duration, hosts};

/// What came of a group: the vendor, and what people have to know of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The vendor, as far as it is known.
    pub vendor: Vendor,
    /// Where sources do not agree, each with the key that settles it.
    pub conflicts: Vec<String>,
    /// Cookies whose names cannot be used.
    pub left_out: Vec<String>,
}

/// The facts about the vendor `id`, all read on the day `read`.
pub fn facts(id: &str, group: &Group, overrides: &Overrides, read: &str) -> Outcome {
    let mut facts = Facts { id, group, overrides, read, outcome: Outcome::default() };
    facts.names();
    facts.company();
    facts.category();
    facts.hosts();
    facts.cookies();
    facts.outcome
}

/// The facts about software on the site's own server: names and cookies, which are the site's own.
pub fn facts_of_software(entry: &SoftwareEntry, group: &Group, overrides: &Overrides, read: &str) -> Outcome {
    let mut facts = Facts { id: &entry.id, group, overrides, read, outcome: Outcome::default() };
    facts.cookies();
    let vendor = &mut facts.outcome.vendor;
    (vendor.name, vendor.also) = (entry.name.clone(), entry.also.clone());
    vendor.category = Some(entry.category.clone());
    vendor.cookies.iter_mut().flatten().for_each(|cookie| cookie.first_party = true);
    facts.outcome
}

struct Facts<'a> {
    id: &'a str,
    group: &'a Group<'a>,
    overrides: &'a Overrides,
    read: &'a str,
    outcome: Outcome,
}

impl Facts<'_> {
    fn source(&mut self, fact: &str, source: &str, and: &[&str]) {
        let and = and.iter().map(|other| (*other).to_owned()).collect();
        let source = Source { source: source.to_owned(), read: self.read.to_owned(), and };
        self.outcome.vendor.sources.insert(fact.to_owned(), source);
    }

    /// The first name is its name; the others that differ are its other names.
    fn names(&mut self) {
        let group = self.group;
        let decided = group.entry.and_then(|entry| entry.name.as_deref());
        let names = (decided.into_iter())
            .chain(group.entry.iter().flat_map(|entry| entry.platforms.iter().map(String::as_str)))
            .chain(group.rows.iter().map(|row| row.platform.as_str()))
            .chain(group.services.iter().map(|service| service.name.as_str()))
            .chain(group.entities.iter().map(|entity| entity.name.as_str()));
        let mut kept: Vec<String> = Vec::new();
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            if !kept.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
                kept.push(name.to_owned());
            }
        }
        // A part of a platform's rows is another service than the platform.
        let parts = group.entry.iter().flat_map(|entry| &entry.rows);
        let parts: Vec<&str> = parts.map(|part| part.platform.trim()).collect();
        kept.retain(|name| decided == Some(name) || !parts.contains(&name.as_str()));
        if !kept.is_empty() {
            self.outcome.vendor.name = kept.remove(0);
            let decided = group.entry.and_then(|entry| entry.also.clone());
            self.outcome.vendor.also = decided.unwrap_or(kept);
        }
    }

    /// The database's data controller; else the company of third-party-web; else a name like a host.
    fn company(&mut self) {
        let rows =
            self.group.rows.iter().filter_map(|row| row.company()).map(|company| (company, COOKIE_DATABASE));
        let entities = self.group.entities.iter();
        let own = entities
            .clone()
            .filter_map(|entity| entity.own_company())
            .map(|company| (company, THIRD_PARTY_WEB));
        let like_the_name = entities.map(|entity| (entity.company(), THIRD_PARTY_WEB));
        let given: Vec<(&str, &str)> = rows.chain(own).collect();
        let brands =
            self.group.rows.iter().filter_map(|row| row.brand()).map(|brand| (brand, COOKIE_DATABASE));
        let all: Vec<(&str, &str)> = given.iter().copied().chain(like_the_name).chain(brands).collect();
        let decided = self.group.entry.and_then(|entry| entry.company.as_deref());
        let chosen = match decided {
            Some(decided) => all.iter().find(|(company, _)| *company == decided),
            None => all.first(),
        };
        let others: Vec<&str> = given.iter().map(|(company, _)| *company).collect();
        match chosen {
            Some((company, source)) => {
                self.outcome.vendor.company = (*company).to_owned();
                self.source("company", source, &[]);
                if decided.is_none() && others.iter().any(|other| !is_like(other, company)) {
                    self.conflict("company", &format!("the sources say {others:?}"));
                }
            }
            None if decided.is_some() => {
                self.conflict("company", &format!("no source says it; they say {others:?}"))
            }
            None => {}
        }
    }

    fn conflict(&mut self, what: &str, why: &str) {
        let id = self.id;
        self.outcome
            .conflicts
            .push(format!("{id}: {what}: {why}. Settle it with `{what}` in [[vendor]] id = {id:?}."));
    }

    /// Our own judgement, where the sources' categories are clear.
    fn category(&mut self) {
        let decided = self.group.entry.and_then(|entry| entry.category.as_deref());
        let entities = self.group.entities.iter().filter_map(|entity| entity_category(&entity.category));
        let services = self.group.services.iter().filter_map(|service| service_category(&service.kind));
        let said: Vec<&str> = entities.chain(services).collect();
        let only_rows = self.group.entities.is_empty() && self.group.services.is_empty();
        let said = if only_rows { rows_category(&self.group.rows).into_iter().collect() } else { said };
        let agreed = said.first().filter(|first| said.iter().all(|other| other == *first));
        self.outcome.vendor.category = decided.or(agreed.copied()).map(str::to_owned);
    }

    fn hosts(&mut self) {
        let group = self.group;
        let of_entities: Vec<String> =
            group.entities.iter().flat_map(|entity| entity.domains.clone()).collect();
        let of_rows: Vec<String> = group.rows.iter().flat_map(|row| row.hosts()).collect();
        let of_services: Vec<String> =
            group.services.iter().flat_map(|service| service.hosts.clone()).collect();
        let lists =
            [(THIRD_PARTY_WEB, of_entities), (COOKIE_DATABASE, of_rows), (TARTEAUCITRON, of_services)];
        let mut sources: Vec<&str> = Vec::new();
        let mut found: Vec<String> = Vec::new();
        for (source, list) in lists {
            for host in list.into_iter().filter(|host| self.is_own_host(host)) {
                let is_new = !found.iter().any(|other| hosts::covers(other, &host));
                found.push(host);
                if is_new && !sources.contains(&source) {
                    sources.push(source);
                }
            }
        }
        if found.is_empty() {
            // Better the domain of its own site than no host at all.
            let domains = group.rows.iter().filter_map(|row| row.own_domain());
            found.extend(domains.filter(|domain| self.is_own_host(domain)));
            sources.extend((!found.is_empty()).then_some(COOKIE_DATABASE));
        }
        self.outcome.vendor.hosts = widest(found);
        if let Some((first, others)) = sources.split_first() {
            self.source("hosts", first, others);
        }
    }

    fn is_own_host(&self, pattern: &str) -> bool {
        let host = pattern.strip_prefix("*.").unwrap_or(pattern);
        let without = self.group.entry.iter().flat_map(|entry| &entry.without_hosts);
        if without.into_iter().any(|other| other == host || other == pattern) {
            return false;
        }
        match self.overrides.hosting.iter().find(|hosting| hosting.name == host) {
            Some(hosting) => hosting.vendor.as_deref() == Some(self.id),
            None => has_one_owner(pattern),
        }
    }

    /// The database's cookies; none when tarteaucitron says so and no source names one.
    fn cookies(&mut self) {
        let mut cookies: BTreeMap<String, Cookie> = BTreeMap::new();
        let group = self.group;
        for row in &group.rows {
            match row.pattern() {
                Ok(name) => self.cookie(&mut cookies, name, row),
                Err(why) => self.outcome.left_out.push(format!("{}: {why}", self.id)),
            }
        }
        if !cookies.is_empty() {
            self.source("cookies", COOKIE_DATABASE, &[]);
            self.outcome.vendor.cookies = Some(cookies.into_values().collect());
        } else if group.rows.is_empty()
            && !group.services.is_empty()
            && group.services.iter().all(|s| s.sets_none)
        {
            self.source("cookies", TARTEAUCITRON, &[]);
            self.outcome.vendor.cookies = Some(Vec::new());
        }
    }

    fn cookie(&mut self, cookies: &mut BTreeMap<String, Cookie>, name: String, row: &Row) {
        let decided = self.overrides.days(self.id, &name);
        let days = decided.or(row.days());
        let storage = duration::is_local_storage(&row.retention).then(|| "local_storage".to_owned());
        let first_party = row.is_first_party();
        match cookies.get_mut(&name) {
            None => {
                let cookie = Cookie { name: name.clone(), duration_days: days, storage, first_party };
                cookies.insert(name, cookie);
            }
            Some(known) => {
                known.first_party |= first_party;
                if known.duration_days != days {
                    let both = [known.duration_days, days];
                    let id = self.id;
                    self.outcome.conflicts.push(format!(
                        "{id}: {name}: two rows give the days {both:?}. Settle it with [[duration]] vendor = {id:?}, cookie = {name:?}."
                    ));
                }
            }
        }
    }
}

/// Whether two names of companies are the same, or one is the other with an addition.
fn is_like(one: &str, other: &str) -> bool {
    let (one, other) = (key(one), key(other));
    one.contains(&other) || other.contains(&one)
}

fn entity_category(category: &str) -> Option<&'static str> {
    match category {
        "ad" => Some("advertising"),
        "analytics" => Some("audience"),
        "video" | "social" | "content" | "customer-success" | "cdn" | "tag-manager" => Some("third_party"),
        _ => None,
    }
}

fn service_category(kind: &str) -> Option<&'static str> {
    match kind {
        "ads" => Some("advertising"),
        "analytic" => Some("audience"),
        "video" | "social" | "comment" | "support" => Some("third_party"),
        _ => None,
    }
}

fn rows_category(rows: &[&Row]) -> Option<&'static str> {
    let first = rows.first()?.category.as_str();
    let all = rows.iter().all(|row| row.category == first);
    match first {
        "Marketing" if all => Some("advertising"),
        "Analytics" if all => Some("audience"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::cookie_database::tests::row;
    use crate::catalogue::overrides::{VendorEntry, parse};
    use crate::catalogue::tarteaucitron::Service;
    use crate::catalogue::tarteaucitron::tests::service_of;
    use crate::catalogue::third_party_web::Entity;
    use crate::catalogue::third_party_web::tests::entity;

    fn of(rows: &[Row], entities: &[Entity], services: &[Service], overrides: &str) -> Outcome {
        let overrides = parse(overrides).unwrap();
        let entry: Option<&VendorEntry> = overrides.vendors.first();
        let group = Group {
            entry,
            rows: rows.iter().collect(),
            entities: entities.iter().collect(),
            services: services.iter().collect(),
        };
        facts("v", &group, &overrides, "2026-11-28")
    }

    #[test]
    fn each_fact_has_the_source_that_says_it() {
        let rows = [row("V", "_v", "", "13 months", "V Ltd"), row("V", "v3", "v.example", "1 day", "V Ltd")];
        let outcome = of(&rows, &[entity("V", None, &["*.vcdn.example"])], &[], "");
        let vendor = outcome.vendor;
        assert_eq!((vendor.name.as_str(), vendor.company.as_str()), ("V", "V Ltd"));
        assert_eq!(vendor.hosts, ["*.v.example", "*.vcdn.example"]);
        assert_eq!(vendor.sources["company"].source, COOKIE_DATABASE);
        assert_eq!(vendor.sources["hosts"].source, THIRD_PARTY_WEB);
        assert_eq!(vendor.sources["hosts"].and, [COOKIE_DATABASE]);
        let cookies = vendor.cookies.unwrap();
        assert_eq!((cookies[0].duration_days, cookies[0].first_party), (Some(396), true));
        assert_eq!((cookies[1].duration_days, cookies[1].first_party), (Some(1), false));
        assert!(outcome.conflicts.is_empty());
    }

    #[test]
    fn a_service_without_cookies_sets_none_unless_a_source_names_one() {
        let (quiet, entity) = (service_of("v", "V", true, &["cdn.v.example"]), entity("V", None, &[]));
        let none = of(&[], std::slice::from_ref(&entity), std::slice::from_ref(&quiet), "").vendor;
        assert_eq!(
            (none.cookies.as_deref(), none.hosts.as_slice()),
            (Some(&[][..]), &["cdn.v.example".to_owned()][..])
        );
        assert_eq!(none.sources["cookies"].source, TARTEAUCITRON);
        let named = of(&[row("V", "_v", "", "1 day", "V")], &[], std::slice::from_ref(&quiet), "").vendor;
        assert_eq!(named.cookies.unwrap().len(), 1);
        let loud = service_of("v2", "V", false, &[]);
        assert_eq!(of(&[], &[entity], &[quiet, loud], "").vendor.cookies, None);
    }

    #[test]
    fn software_of_the_site_itself_has_neither_company_nor_hosts() {
        let decision =
            "[[software]]\nid = \"v\"\nname = \"V\"\ncategory = \"essential\"\nreason = \"It is.\"";
        let overrides = parse(decision).unwrap();
        let rows = [row("V.org", "_v", "v.example", "session", "V Ltd")];
        let group = Group { rows: rows.iter().collect(), ..Group::default() };
        let vendor = facts_of_software(&overrides.software[0], &group, &overrides, "2026-11-28").vendor;
        assert_eq!((vendor.name.as_str(), vendor.category.as_deref()), ("V", Some("essential")));
        assert_eq!((vendor.company.as_str(), vendor.hosts.len()), ("", 0));
        assert_eq!(vendor.sources.keys().collect::<Vec<_>>(), ["cookies"]);
        let cookies = vendor.cookies.unwrap();
        assert_eq!((cookies[0].duration_days, cookies[0].first_party), (Some(0), true));
    }

    #[test]
    fn companies_that_differ_have_to_be_settled() {
        let rows = [row("V", "_v", "", "1 day", "V")];
        let entities = [entity("V", Some("Owner"), &["*.v.example"])];
        assert_eq!(of(&rows, &entities, &[], "").conflicts.len(), 1);
        let decided = "[[vendor]]\nid = \"v\"\ncompany = \"Owner\"\nreason = \"It was bought.\"";
        let outcome = of(&rows, &entities, &[], decided);
        assert_eq!((outcome.vendor.company.as_str(), outcome.conflicts.len()), ("Owner", 0));
        let invented = decided.replace("Owner", "Nobody");
        assert_eq!(of(&rows, &entities, &[], &invented).conflicts.len(), 1);
    }

    #[test]
    fn two_durations_of_a_cookie_have_to_be_settled() {
        let rows = [row("V", "_v", "", "1 day", "V"), row("V", "_v", "v.example", "2 days", "V")];
        assert_eq!(of(&rows, &[], &[], "").conflicts.len(), 1);
        let decided = "[[duration]]\nvendor = \"v\"\ncookie = \"_v\"\ndays = 2\nreason = \"The longer one.\"";
        let outcome = of(&rows, &[], &[], decided);
        assert!(outcome.conflicts.is_empty());
        let cookies = outcome.vendor.cookies.unwrap();
        assert_eq!((cookies.len(), cookies[0].duration_days, cookies[0].first_party), (1, Some(2), true));
    }

    #[test]
    fn a_domain_with_hosts_of_others_is_only_its_operators() {
        let entities = [entity("V", None, &["*.kxcdn.com", "v-1.kxcdn.com", "*.com", "*.v.example"])];
        let hosting = |vendor: &str| {
            format!("[[hosting]]\nname = \"kxcdn.com\"\nvendor = \"{vendor}\"\nreason = \"A CDN.\"")
        };
        assert_eq!(
            of(&[], &entities, &[], &hosting("key-cdn")).vendor.hosts,
            ["*.v.example", "v-1.kxcdn.com"]
        );
        assert_eq!(of(&[], &entities, &[], &hosting("v")).vendor.hosts, ["*.kxcdn.com", "*.v.example"]);
    }

    #[test]
    fn a_category_is_given_where_the_sources_are_clear() {
        let rows = [row("V", "_v", "", "1 day", "V")];
        assert_eq!(of(&rows, &[], &[], "").vendor.category.as_deref(), Some("advertising"));
        let service = Service { kind: "video".to_owned(), ..service_of("v", "V", true, &[]) };
        assert_eq!(of(&[], &[entity("V", None, &[])], &[service], "").vendor.category, None);
    }
}
