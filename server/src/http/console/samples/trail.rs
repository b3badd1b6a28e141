//! The audit trail.

use super::data::{HASH, HOSTILE, choice, errors, moment, site};
use super::maker::Maker;
use crate::http::console::view::audit_trail::{AuditTrail, Target, TrailRow, Verified};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;

impl Maker {
    pub fn trail(&mut self) {
        let t = self.t();
        let row = |index, who: Option<&str>, action: &str, target, site| TrailRow {
            index,
            at: moment("11-27"),
            who: who.map(str::to_owned),
            action: action.into(),
            target,
            site,
        };
        let rows = || {
            vec![
                row(
                    9,
                    Some("dpo@boreale.example"),
                    "notice_acknowledged",
                    Target::Named(HASH.into()),
                    Some(site()),
                ),
                row(8, None, "sign_in_failed", Target::Named("12".into()), None),
                row(7, Some(HOSTILE), "records_viewed", Target::Forgotten, Some(site())),
                row(6, Some("admin@boreale.example"), "signed_in", Target::None, None),
                row(5, Some("constat user"), "account_added", Target::Named(HOSTILE.into()), None),
            ]
        };
        let page = |shell, verified, entries, is_filtered, errors| AuditTrail {
            shell,
            verified,
            people: vec![choice("0f8f", "dpo@boreale.example", false), choice("0f90", HOSTILE, true)],
            tokens: vec![choice("nightly", "nightly", false)],
            commands: vec![choice("constat records", "constat records", false)],
            actions: vec![choice("signed_in", "", false), choice("role_given", "", true)],
            sites: vec![choice("boreale", "Assurances Boréale", false)],
            from: "2026-11-01".into(),
            to: String::new(),
            is_filtered,
            entries,
            older_href: (!is_filtered).then(|| "?before=5".into()),
            newest_href: (!is_filtered).then(|| "/console/audit-trail".into()),
            errors,
        };
        let well = Verified::Well { entries: 1_204, at: moment("11-28") };
        let failed = Verified::Failed { finding: "entry 7 was changed <b>".into(), at: moment("11-28") };
        let wrong = errors(&[
            ("from", &t.errors.day_malformed),
            ("to", &t.errors.day_order),
            ("who", &t.errors.who_malformed),
        ]);
        let pages = [
            ("audit-trail", page(self.shell(Section::AuditTrail), well, rows(), false, Errors::default())),
            ("audit-trail-failed", page(self.shell(Section::AuditTrail), failed, rows(), true, wrong)),
            (
                "audit-trail-none",
                page(self.shell(Section::AuditTrail), Verified::NotAsked, vec![], true, Errors::default()),
            ),
            (
                "audit-trail-page",
                page(self.shell(Section::AuditTrail), Verified::NotAsked, vec![], false, Errors::default()),
            ),
        ];
        for (name, page) in pages {
            self.add(name, "audit-trail", &page);
        }
    }
}
