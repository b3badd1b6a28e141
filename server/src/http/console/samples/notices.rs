//! Notices.

use super::data::{BEFORE, HASH, HOSTILE, errors, moment, notice_row, site};
use super::maker::Maker;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::notice::{
    DrawnLayer, LayerFiles, Notice, Picture, ServedFile, ShownCategory, ShownCookie, ShownTexts, ShownVendor,
    Switches,
};
use crate::http::console::view::notices::{Acknowledgement, Notices, OnDay};

impl Maker {
    pub fn notices(&mut self) {
        let t = self.t();
        let page = |shell, on: &str, on_day, notices, errors| Notices {
            shell,
            site: site(),
            time_zone: "Europe/Paris".into(),
            on: on.into(),
            on_day,
            notices,
            is_cut: true,
            errors,
        };
        let rows = || vec![notice_row(HASH, true), notice_row(BEFORE, false)];
        let on_day = OnDay::InForce { day: "24-11-2026".into(), notices: rows() };
        let full = page(self.shell(Section::Notices), "2026-11-24", on_day, rows(), Errors::default());
        self.add("notices", "notices", &full);
        let none = OnDay::None { day: "24-11-2020".into(), first_at: Some(moment("06-02")) };
        let one = page(
            self.shell(Section::Notices),
            "2020-11-24",
            none,
            vec![notice_row(BEFORE, false)],
            Errors::default(),
        );
        self.add("notices-one", "notices", &one);
        let wrong = errors(&[("on", &t.errors.day_malformed)]);
        let empty = page(self.shell(Section::Notices), "soon", OnDay::NotAsked, vec![], wrong);
        self.add("notices-empty", "notices", &empty);
        let full = self.notice(true);
        self.add("notice", "notice", &full);
        let empty = self.notice(false);
        self.add("notice-empty", "notice", &empty);
    }

    fn notice(&self, is_full: bool) -> Notice {
        let picture = |language: &str, is_first_layer, width| Picture {
            href: "/console/icon.svg".into(),
            is_first_layer,
            language: language.into(),
            width,
            height: 740,
            hash: HASH.into(),
        };
        Notice {
            shell: self.shell(Section::Notices),
            site: site(),
            hash: HASH.into(),
            terms_hash: BEFORE.into(),
            from: moment("11-24"),
            until: (!is_full).then(|| moment("11-27")),
            before: is_full.then(|| BEFORE.into()),
            acknowledgements: if is_full {
                vec![]
            } else {
                vec![Acknowledgement { by: HOSTILE.into(), at: moment("11-25") }]
            },
            may_acknowledge: is_full,
            controller: "Assurances Boréale SA, 1 rue du Nord, Lille".into(),
            dpo_email: "dpo@boreale.example".into(),
            authority: "CNIL".into(),
            choice_months: 6,
            proof_months: 13,
            texts: vec![texts("fr", "Français"), texts("nl", "Nederlands")],
            vendors: if is_full {
                vec![vendor("Google Analytics", 2), vendor(HOSTILE, 1), vendor("Criteo", 0)]
            } else {
                vec![]
            },
            files: vec![ServedFile { name: "widget.wasm".into(), hash: HASH.into() }],
            pictures: if is_full {
                vec![picture("fr", true, 360), picture("nl", false, 1280)]
            } else {
                vec![]
            },
            pictures_taken_at: Some(moment("11-25")),
        }
    }
}

/// The texts of a notice in one language.
pub fn texts(language: &str, name: &str) -> ShownTexts {
    ShownTexts {
        language: language.into(),
        direction: "ltr".into(),
        name: name.into(),
        drawn: Some(DrawnLayer {
            html: "<section class=\"banner\" lang=\"fr\"><h2>Votre choix</h2></section>".into(),
            style_hrefs: vec![format!("/console/sites/boreale/notices/{HASH}/first_layer.css")],
            files: LayerFiles::Changed,
            switches: None,
        }),
        configuration: Some(DrawnLayer {
            html: "<dialog class=\"configuration\" lang=\"fr\"><h2>Paramétrer</h2></dialog>".into(),
            style_hrefs: vec!["/console/configuration.css".into()],
            files: LayerFiles::Same,
            switches: Some(Switches::Off),
        }),
        title: "Votre choix sur les cookies".into(),
        intro: "Avec votre accord, nous et des tiers utilisons des cookies.".into(),
        buttons: vec!["Tout accepter".into(), "Tout refuser".into(), "Paramétrer".into()],
        categories: vec![
            ShownCategory {
                title: "Essentiels".into(), description: "Nécessaires.".into(), is_exempt: true
            },
            ShownCategory { title: "Publicité".into(), description: HOSTILE.into(), is_exempt: false },
        ],
        further: vec!["Fermer sans rien changer".into()],
    }
}

fn vendor(name: &str, count: usize) -> ShownVendor {
    ShownVendor {
        name: name.into(),
        company: "Google Ireland Limited".into(),
        category: "Mesure d’audience".into(),
        transfer: "Irlande".into(),
        policy_url: "https://policies.example/".into(),
        purposes: vec!["mesure d’audience".into(), "publicité".into()],
        cookies: vec![
            ShownCookie { name: "_ga".into(), duration: "390 j".into(), purpose: "visites".into() };
            count
        ],
    }
}
