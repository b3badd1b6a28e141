//! What is said about a first layer that is drawn again.

use super::house::{Ask, House, OWN};
use crate::access::permission::Role;
use crate::clock;
use crate::http::console::texts::Texts;
use actix_web::http::Method;
use constat_shared::log::Serving;
use constat_shared::{Hash, Language, LogEntry, LogId, LogShards, Month, SiteId};

#[actix_web::test]
async fn a_notice_that_was_served_with_other_files_is_drawn_and_says_so() {
    let house = House::new();
    let person = house.person("p@helvia.example", &[(Role::Dpo, OWN)]);
    let session = house.session(&person);
    let path = format!("/console/sites/{OWN}/notices/{}", house.notice);
    let ask = || Ask { session: Some(&session), ..Ask::default() };
    let texts = &Texts::of(Language::En).notice;
    let present = house.ask(Method::GET, &path, ask()).await.body;
    assert!(present.contains(texts.drawn_same.as_str()), "{present}");

    let (site, now) = (SiteId::parse(OWN).unwrap(), clock::now());
    let log = LogId::first(site.clone(), Month::of(now), LogShards::ONE);
    for (files, says) in [(vec![], &texts.drawn_unknown), (vec!["first_layer.css"], &texts.drawn_changed)] {
        let files = files.iter().map(|name: &&str| ((*name).to_owned(), Hash::of(b"an earlier version")));
        let serving = Serving {
            site: site.clone(),
            notice_hash: Hash::parse(&house.notice).unwrap(),
            serving_at: now,
            files: files.collect(),
        };
        house.store.append_entry(&log, &LogEntry::Serving(serving)).unwrap();
        let page = house.ask(Method::GET, &path, ask()).await.body;
        assert!(
            page.contains("<template shadowrootmode=\"open\">") && page.contains(says.as_str()),
            "{page}"
        );
        assert!(!page.contains(texts.drawn_same.as_str()), "{page}");
    }
}
