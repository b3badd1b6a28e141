//! Which rows, entities and services belong to one vendor: by a decision, or by the same name.

use std::collections::BTreeMap;

use crate::catalogue::cookie_database::Row;
use crate::catalogue::names::{key, slug};
use crate::catalogue::overrides::{Overrides, RowsEntry, SoftwareEntry, VendorEntry};
use crate::catalogue::tarteaucitron::Service;
use crate::catalogue::third_party_web::Entity;
use crate::catalogue::vendor::Vendor;

/// What the three sources say.
#[derive(Debug, Default)]
pub struct Sources {
    /// The Open Cookie Database.
    pub rows: Vec<Row>,
    /// third-party-web.
    pub entities: Vec<Entity>,
    /// tarteaucitron.
    pub services: Vec<Service>,
}

/// What the sources say of one vendor.
#[derive(Debug, Default)]
pub struct Group<'a> {
    /// The decision about it, if there is one.
    pub entry: Option<&'a VendorEntry>,
    /// Its cookies.
    pub rows: Vec<&'a Row>,
    /// Its companies and hosts.
    pub entities: Vec<&'a Entity>,
    /// Its services.
    pub services: Vec<&'a Service>,
}

/// The vendors by id, and which of their names belong to which.
struct Joined<'a> {
    groups: BTreeMap<String, Group<'a>>,
    ids: BTreeMap<String, String>,
}

/// Joins the sources. `people` are the vendors whose files people keep: what has their name is theirs.
///
/// # Errors
/// Names in the decisions that no source has.
pub fn join<'a>(
    sources: &'a Sources,
    overrides: &'a Overrides,
    people: &BTreeMap<String, Vendor>,
) -> Result<BTreeMap<String, Group<'a>>, Vec<String>> {
    let unknown = unknown_names(sources, overrides);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut joined = Joined { groups: BTreeMap::new(), ids: BTreeMap::new() };
    for (id, vendor) in people {
        let names: Vec<&str> = vendor.names().map(String::as_str).chain([id.as_str()]).collect();
        joined.name(id, &names);
    }
    for entry in &overrides.vendors {
        joined.decided_names(entry);
    }
    for entry in &overrides.vendors {
        joined.decided(entry, sources);
    }
    joined.rest(sources, overrides);
    Ok(joined.groups)
}

impl<'a> Joined<'a> {
    fn name(&mut self, id: &str, names: &[&str]) {
        for name in names {
            self.ids.entry(key(name)).or_insert_with(|| id.to_owned());
        }
    }

    /// The names of a decision's vendor. They are stronger than the name of a file.
    fn decided_names(&mut self, entry: &VendorEntry) {
        for name in entry.platforms.iter().chain(&entry.name).chain([&entry.id]) {
            self.ids.insert(key(name), entry.id.clone());
        }
    }

    /// What a decision names.
    fn decided(&mut self, entry: &'a VendorEntry, sources: &'a Sources) {
        let entities: Vec<&str> = entry.entities.iter().map(String::as_str).collect();
        self.name(&entry.id, &entities);
        let group = self.groups.entry(entry.id.clone()).or_default();
        group.entry = Some(entry);
        group.rows.extend(rows_of(sources, &entry.platforms, &entry.rows));
        group.entities.extend(sources.entities.iter().filter(|entity| entry.entities.contains(&entity.name)));
        group
            .services
            .extend(sources.services.iter().filter(|service| entry.services.contains(&service.key)));
    }

    /// What no decision names, by its name.
    fn rest(&mut self, sources: &'a Sources, overrides: &'a Overrides) {
        for row in &sources.rows {
            let platform = row.platform.trim();
            let is_named = overrides.platforms().any(|named| is_platform(row, named))
                || overrides.rows().any(|part| is_part(row, part));
            if !platform.is_empty() && !is_named {
                self.group_of(platform).rows.push(row);
            }
        }
        let is_named = |service: &Service| overrides.services().any(|named| *named == service.key);
        for service in sources.services.iter().filter(|service| !is_named(service)) {
            if service.sets_none || self.ids.contains_key(&key(&service.name)) {
                self.group_of(&service.name).services.push(service);
            }
        }
        let is_named = |entity: &Entity| overrides.entities().any(|named| *named == entity.name);
        for entity in sources.entities.iter().filter(|entity| !is_named(entity)) {
            if self.ids.contains_key(&key(&entity.name)) {
                self.group_of(&entity.name).entities.push(entity);
            }
        }
    }

    fn group_of(&mut self, name: &str) -> &mut Group<'a> {
        let id = self.ids.entry(key(name)).or_insert_with(|| slug(name)).clone();
        self.groups.entry(id).or_default()
    }
}

/// What the Open Cookie Database says of the software that sites run themselves, by id.
pub fn software<'a>(sources: &'a Sources, overrides: &'a Overrides) -> BTreeMap<String, Group<'a>> {
    let group = |entry: &'a SoftwareEntry| {
        let rows = rows_of(sources, &entry.platforms, &entry.rows).collect();
        (entry.id.clone(), Group { rows, ..Group::default() })
    };
    overrides.software.iter().map(group).collect()
}

/// The rows of some platforms, and some rows of others.
fn rows_of<'a>(
    sources: &'a Sources,
    platforms: &'a [String],
    parts: &'a [RowsEntry],
) -> impl Iterator<Item = &'a Row> {
    sources.rows.iter().filter(|row| {
        platforms.iter().any(|platform| is_platform(row, platform))
            || parts.iter().any(|part| is_part(row, part))
    })
}

fn is_platform(row: &Row, platform: &str) -> bool {
    row.platform.trim() == platform.trim()
}

fn is_part(row: &Row, part: &RowsEntry) -> bool {
    is_platform(row, &part.platform)
        && (part.domain.as_ref().is_some_and(|domain| row.domain.contains(domain.as_str()))
            || row.pattern().is_ok_and(|pattern| part.cookies.contains(&pattern)))
}

fn unknown_names(sources: &Sources, overrides: &Overrides) -> Vec<String> {
    let platforms =
        overrides.platforms().filter(|name| !sources.rows.iter().any(|row| is_platform(row, name)));
    let entities =
        overrides.entities().filter(|name| !sources.entities.iter().any(|entity| entity.name == **name));
    let services =
        overrides.services().filter(|name| !sources.services.iter().any(|service| service.key == **name));
    let parts = overrides.rows().filter(|part| !sources.rows.iter().any(|row| is_part(row, part)));
    (platforms.map(|name| format!("platforms: the Open Cookie Database has no {name:?}")))
        .chain(entities.map(|name| format!("entities: third-party-web has no {name:?}")))
        .chain(services.map(|name| format!("services: tarteaucitron has no {name:?}")))
        .chain(
            parts
                .map(|part| format!("rows: the Open Cookie Database has no such row of {:?}", part.platform)),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::cookie_database::tests::row;
    use crate::catalogue::overrides::parse;
    use crate::catalogue::tarteaucitron::tests::service_of;
    use crate::catalogue::third_party_web::tests::entity;

    fn sources() -> Sources {
        Sources {
            rows: vec![
                row("ABTasty", "ABTasty", "", "13 months", "ABTasty"),
                row("Casale Media", "CMID", "casalemedia.com", "1 year", "Casale Media"),
                row("Nielsen", "IMRID", "imrworldwide.com", "390 days", "Nielsen"),
                row("Nielsen", "ud", "exelator.com", "119 days", "Nielsen"),
                row("Django", "csrftoken", "", "1 year", "Django"),
            ],
            entities: vec![
                entity("AB Tasty", None, &["*.abtasty.com"]),
                entity("Index Exchange", None, &["*.casalemedia.com"]),
                entity("Unused", None, &["*.unused.example"]),
            ],
            services: vec![
                service_of("abtasty", "ABTasty", false, &["try.abtasty.com"]),
                service_of("quiet", "Quiet", true, &["cdn.quiet.example"]),
                service_of("loud", "Loud", false, &["cdn.loud.example"]),
            ],
        }
    }

    const DECISIONS: &str = r#"
        [[vendor]]
        id = "index-exchange"
        platforms = ["Casale Media"]
        entities = ["Index Exchange"]
        reason = "Casale Media was renamed."
        [[vendor]]
        id = "exelate"
        rows = [{ platform = "Nielsen", domain = "exelator.com" }]
        reason = "A service of its own."
        [[no_vendor]]
        platforms = ["Django"]
        reason = "The site's own software sets it."
    "#;

    fn sizes(groups: &BTreeMap<String, Group>) -> Vec<(String, usize, usize, usize)> {
        let size = |(id, group): (&String, &Group)| {
            (id.clone(), group.rows.len(), group.entities.len(), group.services.len())
        };
        groups.iter().map(size).collect()
    }

    #[test]
    fn what_has_one_name_or_a_decision_is_one_vendor() {
        let (sources, overrides) = (sources(), parse(DECISIONS).unwrap());
        let groups = join(&sources, &overrides, &BTreeMap::new()).unwrap();
        let expected = [
            ("abtasty", 1, 1, 1),
            ("exelate", 1, 0, 0),
            ("index-exchange", 1, 1, 0),
            ("nielsen", 1, 0, 0),
            ("quiet", 0, 0, 1),
        ];
        assert_eq!(
            sizes(&groups),
            expected.map(|(id, rows, entities, services)| (id.to_owned(), rows, entities, services))
        );
    }

    #[test]
    fn software_of_the_site_itself_has_rows_and_is_no_vendor() {
        let decision = "[[software]]\nid = \"django\"\nname = \"Django\"\ncategory = \"essential\"\n\
                        platforms = [\"Django\"]\nreason = \"The site's own server sets them.\"\n";
        let (sources, overrides) = (sources(), parse(decision).unwrap());
        assert!(!join(&sources, &overrides, &BTreeMap::new()).unwrap().contains_key("django"));
        assert_eq!(sizes(&software(&sources, &overrides)), [("django".to_owned(), 1, 0, 0)]);
    }

    #[test]
    fn what_has_the_name_of_a_file_of_people_is_theirs() {
        let people = [("ab-tasty".to_owned(), Vendor { name: "AB Tasty".to_owned(), ..Vendor::default() })];
        let (sources, overrides) = (sources(), Overrides::default());
        let groups = join(&sources, &overrides, &people.into()).unwrap();
        assert!(groups.contains_key("ab-tasty") && !groups.contains_key("abtasty"));
    }

    #[test]
    fn a_decision_about_a_name_that_no_source_has_is_a_mistake() {
        let sources = Sources::default();
        let overrides = parse(DECISIONS).unwrap();
        let unknown = join(&sources, &overrides, &BTreeMap::new()).err().unwrap_or_default();
        assert!(
            unknown.contains(&"platforms: the Open Cookie Database has no \"Django\"".to_owned()),
            "{unknown:?}"
        );
        assert_eq!(unknown.len(), 4);
    }
}
