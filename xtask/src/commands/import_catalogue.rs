//! `cargo xtask import-catalogue`: vendors of other catalogues, as files of this one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::catalogue::differences::differences;
use crate::catalogue::facts::{Outcome, facts, facts_of_software};
use crate::catalogue::join::{self, Sources, join};
use crate::catalogue::overrides::{self, Overrides};
use crate::catalogue::vendor::{Vendor, read_folder};
use crate::catalogue::{cookie_database, tarteaucitron, third_party_web, ties};
use crate::cli::ImportOptions;
use crate::tools::failure::Failure;
use crate::tools::files;
use crate::tools::workspace::Workspace;

const REMEDY: &str =
    "Settle each one above in www/catalogue/overrides.toml, with a reason, and run the command again.";

/// Reads the sources and writes the files of the vendors that they know.
///
/// # Errors
/// A source that cannot be read, or a conflict that is not settled: then no file is written.
pub fn import_catalogue(workspace: &Workspace, options: &ImportOptions) -> Result<(), Failure> {
    let sources = Sources {
        rows: cookie_database::read(&options.open_cookie_database)?,
        entities: third_party_web::read(&options.third_party_web)?,
        services: tarteaucitron::read(&options.tarteaucitron)?,
    };
    let catalogue = workspace.root().join("www/catalogue");
    let overrides = overrides::read(&catalogue.join("overrides.toml"))?;
    let report = import(&sources, &overrides, &options.read, &catalogue.join("vendors"))?;
    print!("{report}");
    Ok(())
}

/// Writes the files into `folder` and returns what to tell.
fn import(sources: &Sources, overrides: &Overrides, read: &str, folder: &Path) -> Result<String, Failure> {
    let (old, people): (BTreeMap<_, _>, BTreeMap<_, _>) =
        read_folder(folder)?.into_iter().partition(|(_, vendor)| vendor.is_imported());
    let groups =
        join(sources, overrides, &people).map_err(|unknown| Failure::new(lines(&unknown), REMEDY))?;
    let mut outcomes: BTreeMap<String, Outcome> =
        groups.iter().map(|(id, group)| (id.clone(), facts(id, group, overrides, read))).collect();
    let software = join::software(sources, overrides);
    for entry in &overrides.software {
        let outcome = facts_of_software(entry, &software[&entry.id], overrides, read);
        let before = outcomes.insert(entry.id.clone(), outcome);
        if let Some(vendor) = before.filter(|_| !people.contains_key(&entry.id)) {
            let what = format!("{}: the id of software and of {}.", entry.id, vendor.vendor.name);
            return Err(Failure::new(what, REMEDY));
        }
    }
    let is_partial = |id: &String| overrides.vendors.iter().any(|entry| entry.id == *id && entry.partial);
    let is_enough = |id: &String, vendor: &Vendor| {
        is_enough(vendor)
            || software.contains_key(id) && vendor.cookies.is_some()
            || is_partial(id) && !vendor.name.is_empty() && !vendor.hosts.is_empty()
    };
    let own: BTreeMap<String, Vendor> = outcomes
        .iter_mut()
        .filter(|(id, outcome)| !people.contains_key(*id) && is_enough(id, &outcome.vendor))
        .map(|(id, outcome)| (id.clone(), std::mem::take(&mut outcome.vendor)))
        .collect();
    let own = without_names_of_others(own, &people);
    let all: BTreeMap<String, Vendor> =
        people.iter().chain(&own).map(|(id, vendor)| (id.clone(), vendor.clone())).collect();
    let conflicts = outcomes
        .iter()
        .filter(|(id, _)| own.contains_key(*id))
        .flat_map(|(_, outcome)| outcome.conflicts.clone());
    let conflicts: Vec<String> = conflicts.chain(ties::unsettled(&all, overrides)).collect();
    if !conflicts.is_empty() {
        return Err(Failure::new(lines(&conflicts), REMEDY));
    }
    let written = write(folder, &old, &own)?;
    Ok(report(&people, &own, &outcomes, &written, &ties::without_effect(&all, overrides)))
}

/// Whether there is enough for a file: a name, a company, a host, and cookies or the word that it sets none.
fn is_enough(vendor: &Vendor) -> bool {
    !vendor.name.is_empty()
        && !vendor.company.is_empty()
        && !vendor.hosts.is_empty()
        && vendor.cookies.is_some()
}

/// The vendors without other names that are the name of another, for which a look-up has to find that one.
fn without_names_of_others(
    mut own: BTreeMap<String, Vendor>,
    people: &BTreeMap<String, Vendor>,
) -> BTreeMap<String, Vendor> {
    let mut taken: BTreeSet<String> =
        people.values().flat_map(Vendor::names).map(|name| name.to_lowercase()).collect();
    taken.extend(own.values().map(|vendor| vendor.name.to_lowercase()));
    for vendor in own.values_mut() {
        vendor.also.retain(|name| taken.insert(name.to_lowercase()));
    }
    own
}

/// Writes what has changed, deletes what the sources no longer say, and names both.
fn write(
    folder: &Path,
    old: &BTreeMap<String, Vendor>,
    own: &BTreeMap<String, Vendor>,
) -> Result<Vec<String>, Failure> {
    let mut changes = Vec::new();
    for (id, vendor) in own {
        let path = folder.join(format!("{id}.toml"));
        let text = vendor.text();
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(|error| files::unwritable(&path, &error))?;
        changes.push(format!("written: {id}"));
    }
    for id in old.keys().filter(|id| !own.contains_key(*id)) {
        let path = folder.join(format!("{id}.toml"));
        std::fs::remove_file(&path).map_err(|error| files::unwritable(&path, &error))?;
        changes.push(format!("deleted: {id}"));
    }
    Ok(changes)
}

fn report(
    people: &BTreeMap<String, Vendor>,
    own: &BTreeMap<String, Vendor>,
    outcomes: &BTreeMap<String, Outcome>,
    written: &[String],
    without_effect: &[String],
) -> String {
    let mut lines_of = Vec::new();
    for (id, outcome) in outcomes {
        lines_of.extend(outcome.left_out.iter().map(|what| format!("cookie left out: {what}")));
        match people.get(id) {
            Some(file) => lines_of.extend(
                differences(id, file, &outcome.vendor).into_iter().map(|what| format!("differs: {what}")),
            ),
            None if !own.contains_key(id) => {
                lines_of.push(format!("not enough: {id}: {}", missing(&outcome.vendor)))
            }
            None => {}
        }
    }
    lines_of.extend(without_effect.iter().map(|what| format!("without effect: {what}")));
    lines_of.extend(written.iter().cloned());
    let recognised =
        |vendors: &BTreeMap<String, Vendor>| vendors.values().filter(|vendor| vendor.is_recognised()).count();
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for source in own.values().flat_map(|vendor| vendor.sources.values()) {
        *sources.entry(&source.source).or_default() += 1;
    }
    lines_of.push(format!(
        "{} vendors imported, {} of them recognised; {} files of people, {} of them recognised. Facts by source: {sources:?}",
        own.len(),
        recognised(own),
        people.len(),
        recognised(people)
    ));
    lines(&lines_of) + "\n"
}

fn missing(vendor: &Vendor) -> String {
    let facts = [
        ("company", vendor.company.is_empty()),
        ("hosts", vendor.hosts.is_empty()),
        ("cookies", vendor.cookies.is_none()),
    ];
    let missing: Vec<&str> =
        facts.into_iter().filter(|(_, is_missing)| *is_missing).map(|(fact, _)| fact).collect();
    format!("no {}", missing.join(", no "))
}

fn lines(texts: &[String]) -> String {
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::cookie_database::tests::row;
    use crate::catalogue::third_party_web::tests::entity;
    use std::fs;

    fn sources() -> Sources {
        Sources {
            rows: vec![
                row("A", "_a", "a.example", "1 year", "A Ltd"),
                row("B", "_b", "", "1 year", "B Ltd"),
                row("C", "_c", "", "1 year", "C Ltd"),
            ],
            entities: vec![entity("A", None, &["*.acdn.example"]), entity("B", None, &["*.b.example"])],
            services: Vec::new(),
        }
    }

    fn run(sources: &Sources, decisions: &str, folder: &Path) -> Result<String, Failure> {
        import(sources, &overrides::parse(decisions).unwrap(), "2026-11-28", folder)
    }

    fn contents(folder: &Path) -> BTreeMap<String, String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    #[test]
    fn a_second_run_changes_no_byte() {
        let folder = tempfile::tempdir().unwrap();
        let report = run(&sources(), "", folder.path()).unwrap();
        assert!(report.contains("written: a\nwritten: b\n"), "{report}");
        assert!(report.contains("not enough: c: no hosts\n"), "{report}");
        assert!(report.contains("2 vendors imported, 2 of them recognised; 0 files of people"), "{report}");
        let before = contents(folder.path());
        assert_eq!(before.len(), 2);
        let report = run(&sources(), "", folder.path()).unwrap();
        assert!(!report.contains("written"), "{report}");
        assert_eq!(contents(folder.path()), before);
    }

    #[test]
    fn software_of_the_site_itself_is_written_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let decision = "[[software]]\nid = \"c\"\nname = \"C\"\ncategory = \"essential\"\n\
                        platforms = [\"C\"]\nreason = \"The site's own server sets them.\"\n";
        let report = run(&sources(), decision, folder.path()).unwrap();
        assert!(report.contains("3 vendors imported, 2 of them recognised"), "{report}");
        let file = contents(folder.path()).remove("c.toml").unwrap_or_default();
        assert!(file.contains("name = \"_c\"\nduration_days = 365\nfirst_party = true\n"), "{file}");
        assert!(!run(&sources(), decision, folder.path()).unwrap().contains("written"));
        assert!(run(&sources(), "", folder.path()).unwrap().contains("deleted: c\n"));
        let taken = decision.replace("id = \"c\"", "id = \"a\"");
        assert!(run(&sources(), &taken, folder.path()).is_err(), "A is a vendor");
    }

    #[test]
    fn hosts_that_many_sites_load_from_are_written_though_nobody_says_what_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = sources();
        sources.entities.push(entity("D", None, &["*.d.example"]));
        let decision =
            "[[vendor]]\nid = \"d\"\nname = \"D\"\nentities = [\"D\"]\npartial = true\nreason = \"Many.\"\n";
        run(&sources, decision, folder.path()).unwrap();
        let file = contents(folder.path()).remove("d.toml").unwrap_or_default();
        assert!(file.contains("hosts = [\"*.d.example\"]\n") && !file.contains("cookies"), "{file}");
        let whole = decision.replace("partial = true\n", "");
        assert!(run(&sources, &whole, folder.path()).unwrap().contains("deleted: d\n"));
    }

    #[test]
    fn a_file_of_people_is_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = "name = \"A\"\ncompany = \"A Limited\"\nhosts = [\"a.example\"]\ncookies = []\n\
                    [sources]\ncompany = { source = \"https://a.example/about\", read = \"2026-11-28\" }\n";
        fs::write(folder.path().join("a-by-hand.toml"), file).unwrap();
        let report = run(&sources(), "", folder.path()).unwrap();
        assert!(report.contains("differs: a-by-hand: a cookie that only the sources have: _a\n"), "{report}");
        let files = contents(folder.path());
        assert_eq!(files["a-by-hand.toml"], file);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a-by-hand.toml", "b.toml"]);
    }

    #[test]
    fn an_unsettled_conflict_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = sources();
        sources.rows.push(row("B", "_a", "", "1 year", "B Ltd"));
        let failure =
            run(&sources, "", folder.path()).err().map(|failure| failure.to_string()).unwrap_or_default();
        assert!(
            failure.contains("_a: a cookie of a, b. Settle it with [[cookie]] name = \"_a\"."),
            "{failure}"
        );
        assert!(contents(folder.path()).is_empty());
        let settled = "[[cookie]]\nname = \"_a\"\nvendor = \"a\"\nreason = \"It is A's.\"";
        assert!(run(&sources, settled, folder.path()).is_ok());
    }

    #[test]
    fn what_the_sources_no_longer_say_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        run(&sources(), "", folder.path()).unwrap();
        let mut fewer = sources();
        fewer.rows.remove(0);
        assert!(run(&fewer, "", folder.path()).unwrap().contains("deleted: a\n"));
        assert_eq!(contents(folder.path()).len(), 1);
    }
}
