//! No screen says to anybody in English what it can say in their language: every text of every screen that is
//! the same in two languages is a name, or a word that they share.

use super::house::{Ask, House, OWN};
use super::links::{found, full_house};
use crate::access::account;
use crate::access::permission::Role;
use crate::access::trail::{Action, Note};
use crate::clock;
use actix_web::http::Method;
use constat_shared::{Language, SiteId};
use std::collections::BTreeSet;

/// Words that two of the languages share.
const ALIKE: [&str; 19] = [
    "API", "Accounts", "Action", "Auditor", "Code", "Cookies", "Hashes", "Log", "Name", "Notice", "Notices",
    "Pages", "Person", "Site", "Sites", "Token", "Tokens", "UTC", "Versions",
];

/// Elements whose content is written elsewhere: commands and hashes, quoted notices, moments, the names of
/// languages in themselves.
const OTHERS: [&str; 7] = ["code", "pre", "blockquote", "time", "script", "option", "button"];

/// The texts of a page outside of those elements.
fn texts(html: &str) -> BTreeSet<String> {
    let (mut texts, mut inside) = (BTreeSet::new(), Vec::<&str>::new());
    let body = html.split_once("<main").map_or("", |(_, body)| body);
    for part in body.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { continue };
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        if OTHERS.contains(&name) {
            match tag.starts_with('/') {
                true => drop(inside.pop()),
                false => inside.push(name),
            }
        }
        let text = text.trim();
        if inside.is_empty() && text.chars().any(char::is_alphabetic) {
            texts.insert(text.to_owned());
        }
    }
    texts
}

/// Whether a text is a name: of a person, a command, a site, a vendor, a permission, a hash.
fn is_name(text: &str, names: &BTreeSet<String>) -> bool {
    let is_data = text.contains('@') || text.contains("constat ");
    let is_id = !text.contains(' ') && text.contains(|letter: char| letter.is_ascii_digit() || letter == ':');
    is_data || is_id || names.iter().any(|name| text.contains(name.as_str()))
}

/// Whether a text is one word that languages share, with whatever stands around it.
fn is_alike(text: &str) -> bool {
    let word = text.trim_matches(|letter: char| !letter.is_alphabetic());
    ALIKE.contains(&word) || ["cookie", "cookies"].contains(&word)
}

/// What is written in site files and by people.
fn names(house: &House) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        ["polaire", "boreale", "program", "test", "CNIL"].map(str::to_owned).into();
    for site in house.console.app.sites.all() {
        let notice = site.notice();
        names.extend([notice.controller.name.clone(), notice.controller.address.clone()]);
        names.extend(notice.vendors.iter().flat_map(|vendor| [vendor.name.clone(), vendor.company.clone()]));
    }
    names
}

#[actix_web::test]
async fn nothing_is_in_english_that_has_words_in_the_language_of_the_reader() {
    let house = full_house();
    let email = "p@helvia.example";
    let person = house.person(email, &[(Role::Dpo, "*"), (Role::Admin, "*")]);
    let site = SiteId::parse(OWN).unwrap();
    for action in Action::ALL {
        let target = match action {
            Action::LogAudited | Action::TrailAudited => "failed",
            Action::RoleGiven | Action::RoleTaken => "eve@polaire.example (auditor)",
            Action::RecoveryCodeUsed => "7 left",
            Action::ConfigurationChanged => "served, origins, time_zone",
            Action::MissingEntriesAccepted => "57 d8c4fa281f0c5be3",
            _ => "x@y",
        };
        let note = Note::of(*action).by_name(email).on(Some(&site)).to(target);
        house.console.access.note(note, clock::now()).unwrap();
    }
    let (session, names) = (house.session(&person), names(&house));
    let (mut next, mut seen) = (vec!["/console/".to_owned()], BTreeSet::new());
    let mut same = BTreeSet::new();
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) || path.starts_with("/console/api") {
            continue;
        }
        let mut pages = Vec::new();
        for language in Language::ALL {
            account::change(&*house.store, email, None, clock::now(), |account| {
                account.language = Some(language);
                Ok(())
            })
            .unwrap();
            let ask = Ask { session: Some(&session), ..Ask::default() };
            let answer = house.ask(Method::GET, &path, ask).await;
            pages.push((language, texts(&answer.body)));
            next.extend(
                found(&answer.body, &path).links.into_iter().filter(|link| !link.contains("cursor=")),
            );
        }
        let english = pages.iter().find(|(language, _)| *language == Language::En).unwrap().1.clone();
        for (language, texts) in pages.iter().filter(|(language, _)| *language != Language::En) {
            let alike = texts.intersection(&english);
            let alike = alike.filter(|text| !is_alike(text) && !is_name(text, &names));
            same.extend(alike.map(|text| (language.as_str(), text.clone())));
        }
    }
    assert!(same.is_empty(), "{same:?}");
    assert!(seen.len() > 15, "{seen:?}");
}
