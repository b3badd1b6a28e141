//! Makes the screens of one language.

use super::data::{site, sites};
use crate::http::console::texts::Texts;
use crate::http::console::view::frame::{Gate, May, Section, Shell};
use askama::Template;
use constat_shared::Language;

/// A screen in a state.
pub struct Sample {
    /// Screen and state, such as `people-empty`.
    pub name: &'static str,
    /// The `data-screen` that it must have.
    pub screen: &'static str,
    /// The page.
    pub html: String,
}

/// Makes screens in one language.
pub struct Maker {
    pub language: Language,
    samples: Vec<Sample>,
}

/// Every screen in every state.
pub fn samples(language: Language) -> Vec<Sample> {
    let mut maker = Maker { language, samples: Vec::new() };
    maker.gates();
    maker.messages();
    maker.home();
    maker.site();
    maker.notices();
    maker.compare();
    maker.log();
    maker.account();
    maker.records();
    maker.timeline();
    maker.people();
    maker.people_acts();
    maker.tokens();
    maker.trail();
    maker.samples
}

impl Maker {
    pub fn t(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    pub fn add(&mut self, name: &'static str, screen: &'static str, page: &impl Template) {
        let html = page.render().expect("a template renders");
        self.samples.push(Sample { name, screen, html });
    }

    pub fn shell(&self, section: Section) -> Shell {
        Shell {
            t: self.t(),
            language: self.language.as_str(),
            direction: self.language.direction(),
            host: "consent.boreale.example".into(),
            path: "/console/?a=\"b\"&c".into(),
            csrf: "c5rf".into(),
            is_demo: section == Section::Home,
            email: "dpo@boreale.example".into(),
            roles: vec!["dpo".into()],
            waiting_roles: if section == Section::Account {
                vec!["dpo".into(), "admin".into()]
            } else {
                vec![]
            },
            site: Some(site()),
            sites: sites(),
            section,
            may: May {
                notices: true,
                log: true,
                records: true,
                people: true,
                tokens: true,
                audit_trail: true,
            },
        }
    }

    pub fn gate(&self, path: &str) -> Gate {
        Gate {
            t: self.t(),
            language: self.language.as_str(),
            direction: self.language.direction(),
            host: "consent.boreale.example".into(),
            path: Some(path.into()),
            csrf: "c5rf".into(),
            is_demo: false,
        }
    }
}
