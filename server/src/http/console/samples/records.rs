//! The search, the answers of one consent id, and their erasure.

use super::data::{HASH, HOSTILE, choice, errors, moment, site, sites};
use super::maker::Maker;
use super::notices::texts;
use crate::http::console::view::exports::Export;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::notice::{Picture, ServedFile};
use crate::http::console::view::records::{LostRow, NotFound, RecordRow, Records};
use crate::http::console::view::timeline::{
    Answered, Change, Event, Loader, LostEvent, Purge, PurgeWaits, Removal, ShownStep, Timeline,
};

const ID: &str = "019e3a09-057d-75cd-8d3c-ca2618b82516";

fn lost_rows() -> Vec<LostRow> {
    let read = LostRow { consent_id: Some(ID.into()), at: Some(moment("11-25")) };
    vec![read, LostRow { consent_id: None, at: None }]
}

fn lost(event_id: Option<&str>) -> LostEvent {
    let step = ShownStep { step: "notice", result: "failed", detail: HOSTILE.into() };
    LostEvent {
        event_id: event_id.map(str::to_owned),
        at: event_id.map(|_| moment("11-25")),
        steps: vec![step],
    }
}

impl Maker {
    pub fn records(&mut self) {
        let t = self.t();
        self.add("records", "records", &self.search(None, Errors::default()));
        let wrong = errors(&[("from", &t.errors.day_malformed), ("vendor", &t.errors.vendor_required)]);
        self.add("records-wrong", "records", &self.search(None, wrong));
        for (name, why) in [
            ("records-empty", NotFound::Empty),
            ("records-filtered", NotFound::Filtered),
            ("records-in-page", NotFound::InPage),
            ("records-not-an-id", NotFound::NotAnId),
            ("records-future", NotFound::Future),
            ("records-before", NotFound::BeforeOldest(Some(moment("01-27")))),
            ("records-elsewhere", NotFound::OtherSite(sites().remove(2))),
            ("records-unknown", NotFound::Unknown),
        ] {
            self.add(name, "records", &self.search(Some(why), Errors::default()));
        }
    }

    fn search(&self, not_found: Option<NotFound>, errors: Errors) -> Records {
        let row = |number: u64, action: &str| RecordRow {
            event_id: format!("019e3a09-057e-7031-bb3b-1db26dec13{number:02}"),
            consent_id: ID.into(),
            at: moment("11-24"),
            action: action.into(),
            language: "français".into(),
            allowed: number,
            of: 10,
        };
        let has_rows = not_found.is_none();
        let rows = ["allow_all", "refuse_all", "continue_without_accepting", "save", "withdraw"];
        let rows = rows.into_iter().zip(1..).map(|(action, number)| row(number, action));
        Records {
            shell: self.shell(Section::Records),
            site: site(),
            text: if errors.any() { HOSTILE.into() } else { "019e3a09".into() },
            from: "2026-11-01".into(),
            to: String::new(),
            time_zone: "Europe/Paris".into(),
            actions: vec![choice("allow_all", "allow_all", true), choice("save", "save", false)],
            languages: vec![choice("fr", "français", false)],
            notices: vec![choice(HASH, "d8c4fa28", true)],
            vendors: vec![choice("hostile", HOSTILE, true)],
            vendor_allowed: "true".into(),
            is_filtered: has_rows,
            is_part: has_rows,
            rows: if has_rows { rows.collect() } else { vec![] },
            unreadable: if has_rows { lost_rows() } else { vec![] },
            not_found,
            examined: 20_000,
            reached: has_rows.then(|| moment("10-02")),
            next_href: has_rows.then(|| "/console/sites/boreale/records?cursor=1".into()),
            newest_href: has_rows.then(|| "/console/sites/boreale/records".into()),
            errors,
        }
    }

    pub fn timeline(&mut self) {
        let t = self.t();
        let both = || vec![self.event(1, "allow_all", true), self.event(2, "withdraw", true)];
        let failed = || vec![self.event(1, "save", false), self.event(2, "refuse_all", true)];
        let page = |events: Vec<Event>, errors, may_erase| Timeline {
            shell: self.shell(Section::Records),
            site: site(),
            consent_id: ID.into(),
            unreadable: match events.iter().all(|event| event.is_proven) {
                true => vec![],
                false => vec![lost(Some(ID)), lost(None)],
            },
            events,
            left_out: 3,
            checked_at: moment("11-27"),
            may_export: true,
            may_erase,
            reasons: vec![choice("person_asked", "person_asked", true)],
            errors,
        };
        let wrong = errors(&[("reason", &t.errors.reason_required), ("confirm", &t.errors.confirm_required)]);
        let pages = [
            ("timeline", page(both(), Errors::default(), true)),
            ("timeline-failed", page(failed(), Errors::default(), false)),
            ("timeline-wrong", page(both(), wrong, true)),
        ];
        for (name, page) in pages {
            self.add(name, "record", &page);
        }
        let wrong = errors(&[
            ("recipient", &t.exports.recipient_required),
            ("purpose", &t.exports.purpose_long.plain("count", "120")),
            ("reason", &t.exports.reason_required),
        ]);
        for kind in ["certificate", "bundle", "consent-record"] {
            let export = Export {
                shell: self.shell(Section::Records),
                site: site(),
                consent_id: ID.into(),
                event_id: ID.into(),
                kind,
                recipient: HOSTILE.into(),
                purpose: HOSTILE.into(),
                reason: "dispute".into(),
                errors: wrong.clone(),
            };
            self.add(if kind == "bundle" { "export-bundle" } else { "export" }, "export", &export);
        }
        let purge = Purge {
            shell: self.shell(Section::Records),
            site: site(),
            is_new: true,
            log: "2026-11/2of4".into(),
            index: 1_204,
            count: 2,
            at: moment("11-27"),
            file_href: "/console/sites/boreale/purges/2026-11.2of4/1204/file".into(),
        };
        self.add("purge", "purge", &purge);
        let waits = PurgeWaits { shell: self.shell(Section::Records), site: site(), count: 1 };
        self.add("purge-waits", "purge", &waits);
    }

    fn event(&self, number: u64, action: &str, is_proven: bool) -> Event {
        let step = |step, result, detail: &str| ShownStep { step, result, detail: detail.into() };
        let failed = step("inclusion_proof", "failed", "la feuille n’est pas dans le journal");
        let well = step("notice", "ok", HOSTILE);
        Event {
            event_id: format!("019e3a09-057e-7031-bb3b-1db26dec133{number}"),
            action: action.into(),
            at: moment("11-24"),
            on_banner: number == 1,
            language: "français".into(),
            gpc: number == 1,
            dnt: true,
            notice: HASH.into(),
            shown: (number == 1).then(|| texts("fr", "Français")),
            pictures: vec![Picture {
                href: "/console/icon.svg".into(),
                is_first_layer: true,
                language: "français".into(),
                width: 360,
                height: 740,
                hash: HASH.into(),
            }],
            answered: vec![
                Answered { title: "Essentiels".into(), allowed: None, vendors: vec![] },
                Answered {
                    title: HOSTILE.into(),
                    allowed: Some(true),
                    vendors: vec![(HOSTILE.into(), true), ("Criteo".into(), false)],
                },
                Answered { title: "Publicité".into(), allowed: Some(false), vendors: vec![] },
            ],
            changes: (number > 1).then(|| vec![Change { names: vec![HOSTILE.into()], allowed: false }]),
            replaced_at: (number == 1).then(|| moment("11-26")),
            choice_until: moment("12-24"),
            proof_until: moment("12-31"),
            removals: vec![Removal {
                vendor: HOSTILE.into(),
                own: vec!["_ga".into(), "_ga_*".into()],
                elsewhere: vec![],
            }],
            takes_back: number > 1,
            loader: is_proven.then(|| Loader {
                hash: HASH.into(),
                others: vec![ServedFile { name: "first_layer.css".into(), hash: HASH.into() }],
            }),
            is_proven,
            steps: if is_proven { vec![well] } else { vec![failed, well] },
            unproven: vec![step("person", "not_proven", "quelle personne a répondu")],
            is_older: number == 1,
        }
    }
}
