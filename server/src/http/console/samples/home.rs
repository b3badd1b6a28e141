//! Home and one site.

use super::data::{BEFORE, HASH, HOSTILE, check, moment, site, sites};
use super::maker::Maker;
use crate::http::console::view::check::Standing;
use crate::http::console::view::frame::{May, Section, Shell};
use crate::http::console::view::home::{Home, NoticeInForce, SiteRow, Wait};
use crate::http::console::view::site::{Expired, RefusedOrigin, Site};

impl Maker {
    pub fn home(&mut self) {
        let row = |site, notice, standing| SiteRow {
            site,
            is_open: true,
            notice,
            last_answer_at: (standing != Standing::Never).then(|| moment("11-27")),
            audit: check(standing),
            stamp: check(if standing == Standing::Old { Standing::Failed } else { standing }),
        };
        let notice = |is_acknowledged| {
            Some(NoticeInForce { hash: HASH.into(), since: moment("11-24"), is_acknowledged })
        };
        let others = sites().into_iter().map(|site| row(site, notice(true), Standing::Old));
        let rows = [row(site(), notice(false), Standing::Good), row(site(), None, Standing::Never)];
        let rows = rows.into_iter().chain(others).collect::<Vec<_>>();
        let shell = self.shell(Section::Home);
        let closed = |row: &SiteRow| SiteRow { is_open: false, ..row.clone() };
        let page = |waits, searched, sites| Home { shell: shell.clone(), waits, searched, sites };
        self.add("home", "home", &page(Self::waits(), sites(), rows.clone()));
        let mixed = rows.iter().take(2).cloned().chain(rows.iter().skip(2).map(closed)).collect();
        self.add("home-mixed", "home", &page(vec![], sites(), mixed));
        let none = rows.iter().map(closed).collect();
        self.add("home-admin", "home", &page(vec![], vec![], none));
        let shell = Shell { site: None, sites: vec![], may: May::default(), ..shell };
        self.add("home-empty", "home", &Home { shell, waits: vec![], searched: vec![site()], sites: vec![] });
    }

    fn waits() -> Vec<Wait> {
        let (site, at) = (site(), moment("11-24"));
        let finding = || "leaf 12 of 2026-11 differs".to_owned();
        vec![
            Wait::AuditFailed { site: site.clone(), at: at.clone(), finding: finding() },
            Wait::TrailFailed { at: at.clone(), finding: finding() },
            Wait::AuditOld { site: site.clone(), at: Some(at.clone()) },
            Wait::AuditOld { site: site.clone(), at: None },
            Wait::StampOld { site: site.clone(), at: Some(at.clone()) },
            Wait::StampOld { site: site.clone(), at: None },
            Wait::NewTerms {
                site: site.clone(),
                hash: HASH.into(),
                before: Some(BEFORE.into()),
                since: at.clone(),
            },
            Wait::NewTerms { site: sites().remove(2), hash: HASH.into(), before: None, since: at.clone() },
            Wait::RoleGiven {
                email: HOSTILE.into(),
                role: "auditor".into(),
                site: Some(site),
                given_by: "admin@boreale.example".into(),
                at: at.clone(),
            },
            Wait::RoleGiven {
                email: "audit@cabinet-lys.example".into(),
                role: "dpo".into(),
                site: None,
                given_by: "constat user".into(),
                at: at.clone(),
            },
            Wait::TokenMade { name: HOSTILE.into(), made_by: "dpo@boreale.example".into(), at },
        ]
    }

    pub fn site(&mut self) {
        let tag =
            "<script async src=\"https://consent.boreale.example/v1/sites/boreale/consent.js\"></script>";
        let page = |shell, answered: bool| Site {
            shell,
            site: site(),
            tag: tag.into(),
            first_answer_at: answered.then(|| moment("01-12")),
            last_answer_at: answered.then(|| moment("11-27")),
            had_answers: answered,
            origins: vec![
                "https://www.boreale.example".into(),
                "https://espace-client.boreale.example".into(),
            ],
            refused_origins: if answered {
                vec![RefusedOrigin {
                    origin: "https://preprod.boreale.example".into(),
                    last_at: moment("11-26"),
                }]
            } else {
                vec![]
            },
            notice: answered.then(|| NoticeInForce {
                hash: HASH.into(),
                since: moment("11-24"),
                is_acknowledged: false,
            }),
            time_zone: "Europe/Paris".into(),
            choice_months: 6,
            proof_months: 13,
            retention: check(if answered { Standing::Good } else { Standing::Never }),
            expired: answered.then(|| Expired { at: moment("11-26"), records: 1_204 }),
            log_months: if answered { 13 } else { 0 },
            log_leaves: 41_250,
            audit: check(if answered { Standing::Good } else { Standing::Never }),
            stamp: check(if answered { Standing::Failed } else { Standing::Off }),
            pictures: check(if answered { Standing::Good } else { Standing::Never }),
            pictures_count: if answered { 16 } else { 0 },
        };
        let full = page(self.shell(Section::Site), true);
        self.add("site", "site", &full);
        let empty = page(self.shell(Section::Site), false);
        self.add("site-empty", "site", &empty);
        let erased = Site { had_answers: true, ..page(self.shell(Section::Site), false) };
        self.add("site-erased", "site", &erased);
    }
}
