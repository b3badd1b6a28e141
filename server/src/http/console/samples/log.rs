//! The log.

use super::data::{HOSTILE, check, errors, moment, site};
use super::maker::Maker;
use crate::http::console::view::check::Standing;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::log::{AuditRow, Log, LogMonth, RunningAudit};

impl Maker {
    pub fn log(&mut self) {
        let t = self.t();
        let month = |month: &str, shard, standing| LogMonth {
            month: month.into(),
            shard,
            leaves: 4_120,
            root: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=".into(),
            checkpoint_href: "https://consent.boreale.example/v1/sites/boreale/log/2026-11/checkpoint".into(),
            stamp: check(standing),
        };
        let months = || {
            vec![
                month("novembre 2026", None, Standing::Good),
                month("octobre 2026", Some(1), Standing::Failed),
                month("octobre 2026", Some(2), Standing::Never),
            ]
        };
        let audit = |by: &str, is_well| AuditRow {
            at: moment("11-27"),
            by: by.into(),
            is_well,
            leaves: 41_250,
            finding: (!is_well).then(|| "leaf 12 of 2026-11 differs".into()),
        };
        let audits = || vec![audit("constat audit", true), audit(HOSTILE, false)];
        let page = |shell, months, audits, running, errors| Log {
            shell,
            site: site(),
            months,
            audits,
            running,
            may_audit: true,
            authority: Some("tsa.example".into()),
            errors,
        };
        let runs = Some(RunningAudit { since: moment("11-28"), done: 12_400, of: 41_250, refreshes: true });
        let stopped = Some(RunningAudit { since: moment("11-28"), done: 0, of: 41_250, refreshes: false });
        let wrong = errors(&[("audit", &t.errors.audit_runs)]);
        let pages = [
            ("log", page(self.shell(Section::Log), months(), audits(), None, wrong)),
            ("log-running", page(self.shell(Section::Log), months(), audits(), runs, Errors::default())),
            ("log-stopped", page(self.shell(Section::Log), months(), vec![], stopped, Errors::default())),
            ("log-empty", page(self.shell(Section::Log), vec![], vec![], None, Errors::default())),
        ];
        for (name, page) in pages {
            self.add(name, "log", &page);
        }
    }
}
