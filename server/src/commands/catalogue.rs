//! `constat catalogue`: look-ups in the catalogue that ships.

use super::print::{print, print_text, remark};
use crate::cli::{CatalogueArgs, CatalogueCommand, CatalogueListArgs};
use crate::clock::today;
use crate::failure::Failure;
use crate::site::{self, By, Catalogue, Fact, Index, KnownCookie, KnownVendor, Level};
use constat_shared::{Category, Storage, VendorId};

/// Looks up what is asked for.
pub fn run(args: &CatalogueArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let index = Index::of(&catalogue);
    match &args.command {
        CatalogueCommand::Find(args) => find(&index, &args.text),
        CatalogueCommand::Show(args) => show(&index, &args.id),
        CatalogueCommand::List(args) => list(&index, args),
        CatalogueCommand::Stale => stale(&index),
    }
}

fn find(index: &Index, text: &str) -> Result<(), Failure> {
    let Some(found) = index.find(text) else {
        let remedy = "Give a host, a cookie's name, or the whole name of a vendor; a site can describe a vendor of its own";
        return Err(Failure::new(format!("the catalogue does not know `{text}`. {remedy}")));
    };
    print(line(found.vendor))?;
    match found.by {
        By::Name(name) => print(format_args!("  name {name}"))?,
        By::Host(host) => print(format_args!("  host {host}"))?,
        By::Cookie(known) => print(format_args!("  cookie {}", cookie(known)))?,
    }
    let others: Vec<_> = found.others.iter().map(|other| other.id.as_str()).collect();
    if others.is_empty() { Ok(()) } else { print(format_args!("  also used by {}", others.join(", "))) }
}

/// A vendor on a line, its id first.
fn line(vendor: &KnownVendor) -> String {
    let level = match vendor.level() {
        Level::Ready => "ready for a notice",
        Level::Recognised => "recognised",
        Level::Partial => "known in part",
    };
    let company = vendor.company.iter().map(|company| format!(", {company}")).collect::<String>();
    format!("{}  {}{company} ({level})", vendor.id, vendor.name)
}

fn show(index: &Index, id: &str) -> Result<(), Failure> {
    let vendor = VendorId::parse(id).ok().and_then(|id| index.vendor(&id)).ok_or_else(|| {
        let words = "List the ids with `constat catalogue list`, or look it up with `constat catalogue find`";
        Failure::new(format!("the catalogue has no vendor with the id `{id}`. {words}"))
    })?;
    let mut text = format!("{}\n", line(vendor));
    if !vendor.also.is_empty() {
        text += &format!("{:<12} {}\n", "also", vendor.also.join(", "));
    }
    let category = vendor.category.map_or("not judged", Category::as_str);
    text += &format!("{:<12} {category}\n", "category");
    for fact in Fact::ALL {
        for (number, value) in values(vendor, *fact).iter().enumerate() {
            let name = if number == 0 { fact.as_str() } else { "" };
            text += &format!("{name:<12} {value}\n");
        }
        if let Some(cited) = vendor.sources.get(fact) {
            let dated = cited.dated.map(|day| format!(", which is of {day}")).unwrap_or_default();
            text += &format!("{:<12}   read on {} in {}{dated}\n", "", cited.read, cited.addresses());
        }
    }
    print_text(&text)
}

/// A fact as lines; one that no source gives says so.
fn values(vendor: &KnownVendor, fact: Fact) -> Vec<String> {
    let none = || vec!["no source says it".to_owned()];
    let one = |value: &Option<String>| value.clone().map_or_else(none, |value| vec![value]);
    match fact {
        Fact::Company => one(&vendor.company),
        Fact::Country => one(&vendor.country),
        Fact::PolicyUrl => one(&vendor.policy_url),
        Fact::Transfer => one(&vendor.transfer.map(|transfer| transfer.as_str().to_owned())),
        Fact::Hosts => vendor.hosts.clone().unwrap_or_else(none),
        Fact::Purposes => one(&vendor
            .purposes
            .as_ref()
            .map(|ids| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", "))),
        Fact::Cookies => match &vendor.cookies {
            None => none(),
            Some(cookies) if cookies.is_empty() => vec!["none is set".to_owned()],
            Some(cookies) => cookies.iter().map(cookie).collect(),
        },
    }
}

fn cookie(cookie: &KnownCookie) -> String {
    let days = match cookie.duration_days {
        None if cookie.has_duration() => "until it is deleted".to_owned(),
        None => "duration unknown".to_owned(),
        Some(0) => "browser session".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    let place = if cookie.first_party { "on the site's domain" } else { "on the vendor's domain" };
    let storage = match cookie.storage {
        Storage::Cookie => place,
        Storage::LocalStorage => "local storage",
        Storage::SessionStorage => "session storage",
    };
    let purpose = cookie.purpose.as_ref().map(|id| format!(", {id}")).unwrap_or_default();
    let special = if cookie.is_default { "" } else { "; only by an earlier version or a special setting" };
    format!("{}: {days}, {storage}{purpose}{special}", cookie.name)
}

fn list(index: &Index, args: &CatalogueListArgs) -> Result<(), Failure> {
    let category = args.category.as_deref().map(|name| {
        Category::parse(name).ok_or_else(|| {
            let known = Category::ALL.map(Category::as_str).join(", ");
            Failure::new(format!("`{name}` is no category. There are {known}"))
        })
    });
    let category = category.transpose()?;
    let wanted = index.vendors().filter(|vendor| {
        (!args.ready || vendor.is_ready()) && (category.is_none() || vendor.category == category)
    });
    let lines: Vec<_> = wanted.map(line).collect();
    if lines.is_empty() { Ok(()) } else { print_text(&lines.join("\n")) }
}

fn stale(index: &Index) -> Result<(), Failure> {
    let today = today();
    let mut count = 0;
    for vendor in index.vendors() {
        for (fact, cited) in vendor.sources.iter().filter(|(_, cited)| cited.is_stale(today)) {
            print(format_args!("{}  {fact}, read on {} in {}", vendor.id, cited.read, cited.addresses()))?;
            count += 1;
        }
    }
    if count == 0 {
        remark("Every fact was read within the last 12 months.");
    }
    Ok(())
}
