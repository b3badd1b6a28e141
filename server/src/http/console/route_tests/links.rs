//! No screen leads anybody to a screen that is closed to them: every link and every form of every screen, for
//! each role and for mixed ones.

use super::house::{Ask, House, OTHER, OWN};
use crate::access::audited::{self, Finding, Unfinished};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::session::csrf_token;
use crate::access::trail::Command;
use crate::clock;
use actix_web::http::Method;
use constat_shared::SiteId;
use std::collections::{BTreeMap, BTreeSet};

/// The most screens that are visited for one person.
const SCREENS_MAX: usize = 300;

/// A house with something on every screen: people of one site and of both, tokens, audits that failed.
pub fn full_house() -> House {
    let house = House::new();
    house.person("eve@polaire.example", &[(Role::Owner, OWN)]);
    house.person("far@boreale.example", &[(Role::Auditor, OTHER)]);
    house.person("all@helvia.example", &[(Role::Dpo, "*")]);
    house.person("both@helvia.example", &[(Role::Owner, OWN), (Role::Auditor, OTHER)]);
    for site in [OWN, OTHER, "*"] {
        house.token(&[Permission::LogRead], site);
    }
    let by = Principal::command(Command::Serve);
    for site in [OWN, OTHER] {
        let site = SiteId::parse(site).unwrap();
        audited::keep(
            &house.console.access,
            &by,
            &site,
            3,
            Some(Finding::of(&Unfinished::StoreFailed)),
            clock::now(),
        )
        .unwrap();
    }
    house
}

/// What a screen leads to.
#[derive(Default)]
pub struct Found {
    pub links: BTreeSet<String>,
    /// Where forms post, and the site that each has chosen beforehand, if any.
    pub posts: BTreeMap<String, String>,
}

pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next())
}

/// The links and forms of a page at `path`, those of other hosts left out.
pub fn found(html: &str, path: &str) -> Found {
    let mut found = Found::default();
    let (mut form, mut is_site) = (None, false);
    for part in html.split('<').skip(1) {
        let (tag, method) = (part.split('>').next().unwrap_or(""), attribute(part, "method"));
        let name = tag.split([' ', '>']).next().unwrap_or("");
        let chosen = match name {
            "select" => {
                is_site = attribute(tag, "name") == Some("site");
                None
            }
            "option" if std::mem::take(&mut is_site) => attribute(tag, "value"),
            "input" if tag.contains("\"hidden\" name=\"site\"") => attribute(tag, "value"),
            _ => None,
        };
        if let Some((site, form)) = chosen.zip(form.as_ref()) {
            found.posts.insert(String::clone(form), site.to_owned());
        }
        let to = match name {
            "a" | "link" => attribute(tag, "href"),
            "img" => attribute(tag, "src"),
            "form" => attribute(tag, "action"),
            _ => None,
        };
        let Some(to) = to.map(|to| to.replace("&amp;", "&")) else { continue };
        let to = to.split('#').next().unwrap_or("");
        let to = if to.starts_with('?') {
            format!("{}{to}", path.split('?').next().unwrap())
        } else {
            to.to_owned()
        };
        if !to.starts_with('/') {
            continue;
        }
        match method.filter(|_| name == "form") {
            Some("post") => {
                found.posts.entry(to.clone()).or_default();
                form = Some(to);
            }
            _ => drop(found.links.insert(to)),
        }
    }
    found
}

/// Forms that take away what other forms are about come last, a person after their roles.
fn order(form: &str) -> Option<usize> {
    ["/erase", "/revoke", "/take", "/remove"].iter().position(|end| form.ends_with(end))
}

/// Follows whatever is found from home on, and sends every form, with nothing in it but the CSRF token and the site
/// that it has chosen beforehand.
async fn walk(number: usize, grants: &[(Role, &str)]) {
    let house = full_house();
    let person = house.person(&format!("p{number}@helvia.example"), grants);
    let session = house.session(&person);
    // Which screen led there.
    let (mut next, mut seen) = (vec!["/console/".to_owned()], BTreeMap::<String, String>::new());
    let mut posts = BTreeMap::<String, (String, String)>::new();
    while let Some(path) = next.pop() {
        assert!(seen.len() < SCREENS_MAX, "{seen:?}");
        let ask = Ask { session: Some(&session), ..Ask::default() };
        let answer = house.ask(Method::GET, &path, ask).await;
        let from = seen.entry(path.clone()).or_default();
        assert!(answer.status < 400, "{grants:?}: {from} leads to {path}: {}", answer.status);
        let Found { links, posts: forms } = found(&answer.body, &path);
        posts.extend(forms.into_iter().map(|(form, site)| (form, (site, path.clone()))));
        for link in links {
            if !seen.contains_key(&link) {
                seen.insert(link.clone(), path.clone());
                next.push(link);
            }
        }
    }
    assert!(seen.len() > 5 && posts.len() > 3, "{seen:?}");
    let mut posts: Vec<_> = posts.into_iter().collect();
    posts.sort_by_key(|(form, _)| order(form));
    for (form, (site, from)) in posts {
        let session = house.session(&person);
        let body = Some(format!("csrf={}&site={site}", csrf_token(&session)));
        let ask = Ask { session: Some(&session), body, ..Ask::default() };
        let status = house.ask(Method::POST, &form, ask).await.status;
        assert!(![403, 404].contains(&status), "{grants:?}: the form of {from} at {form}: {status}");
    }
}

#[actix_web::test]
async fn no_link_and_no_form_leads_a_role_to_what_is_closed_to_it() {
    for (number, role) in Role::ALL.iter().enumerate() {
        walk(number, &[(*role, OWN)]).await;
    }
    walk(9, &[(Role::Owner, OWN), (Role::Auditor, OTHER)]).await;
}

#[actix_web::test]
async fn nor_does_one_lead_who_has_another_role_on_one_of_the_sites() {
    for (number, role) in Role::ALL.iter().enumerate() {
        for other in Role::ALL.iter().filter(|other| *other != role) {
            walk(number, &[(*role, "*"), (*other, OWN)]).await;
        }
    }
}
