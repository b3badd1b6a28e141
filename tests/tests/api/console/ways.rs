//! Where the screens of a person lead.

use constat_tests::console::{House, OTHER, OWN, Visitor};
use std::collections::BTreeSet;

/// The most screens of the two sites that a test walks through.
const SCREENS_MAX: usize = 300;

/// Follows every link from home; returns how many there were.
async fn walk(visitor: &mut Visitor, who: &str) -> usize {
    let mut seen = BTreeSet::from(["/console/".to_owned()]);
    let mut waiting: Vec<_> = seen.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let page = visitor.get(&path).await;
        assert!([200, 303].contains(&page.status), "{who}: {path} {page:?}");
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        let links = page.text().split(" href=\"/console").skip(1);
        for link in links.filter_map(|rest| rest.split('"').next()) {
            let link =
                format!("/console{}", link.split('#').next().unwrap_or_default().replace("&amp;", "&"));
            if seen.len() < SCREENS_MAX && seen.insert(link.clone()) {
                waiting.push(link);
            }
        }
    }
    seen.len()
}

#[tokio::test]
async fn no_screen_leads_its_reader_to_one_that_is_closed_to_them() {
    let house = House::start();
    for (role, site, least) in
        [("dpo", "*", 15), ("owner", OWN, 6), ("auditor", OTHER, 7), ("admin", "*", 6), ("admin", OWN, 6)]
    {
        let email = format!("{role}-{}@helvia.example", if site == "*" { "all" } else { site });
        let (mut visitor, _) = house.person(&email, role, site).await;
        let count = walk(&mut visitor, &email).await;
        assert!(count >= least, "{email}: {count}");
    }
}
