//! Invented data that several screens show.

use crate::http::console::view::account::Grant;
use crate::http::console::view::check::{Check, Standing};
use crate::http::console::view::form::{Choice, Errors, FieldError};
use crate::http::console::view::frame::SiteName;
use crate::http::console::view::moment::Moment;
use crate::http::console::view::notices::{Acknowledgement, NoticeRow};
use crate::http::console::view::sentence::Text;

/// A name that must be shown as text: HTML, a place of a sentence, and marks that turn the direction.
pub const HOSTILE: &str = "<script>alert(1)</script>\u{202e}{by}\"onload='x";

/// A picture of a second factor.
pub const QR_CODE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\"><path d=\"M4 4h7v7h-7zM18 4h7v7h-7zM4 18h7v7h-7z\"/></svg>";

/// A hash.
pub const HASH: &str = "d8c4fa281f0c5be39a5f6cf0b9b0e4aab4a8c30d3a3c2a1b5b1d8a4f6e2c9d71";
/// The hash before it.
pub const BEFORE: &str = "947ccf2511aa5be39a5f6cf0b9b0e4aab4a8c30d3a3c2a1b5b1d8a4f6e2c9d70";

pub fn moment(day: &str) -> Moment {
    Moment {
        utc: format!("2026-{day}T08:12:00Z"),
        local: format!("{day}\u{2011}2026, 09:12\u{a0}CET").replace('-', "\u{2011}"),
    }
}

pub fn site() -> SiteName {
    SiteName { id: "boreale".into(), name: "Assurances Boréale".into() }
}

pub fn sites() -> Vec<SiteName> {
    let long = "Mutuelle interprofessionnelle du Phare de la Manche et de la mer du Nord réunies";
    [("sante", "Boréale Santé"), ("phare", long), ("hostile", HOSTILE)]
        .map(|(id, name)| SiteName { id: id.into(), name: name.into() })
        .into()
}

pub fn check(standing: Standing) -> Check {
    let at = (!matches!(standing, Standing::Never | Standing::Off)).then(|| moment("11-27"));
    let finding = (standing == Standing::Failed).then(|| "tsa.example answered 503 <b>".to_owned());
    Check { standing, at, finding }
}

pub fn choice(value: &str, label: &str, is_chosen: bool) -> Choice {
    Choice { value: value.into(), label: label.into(), is_chosen }
}

pub fn errors(list: &[(&'static str, &Text)]) -> Errors {
    Errors(list.iter().map(|(field, text)| FieldError { field, text: text.to_string() }).collect())
}

pub fn grants() -> Vec<Grant> {
    let grant = |role: &str, site| Grant {
        role: role.into(),
        site,
        given_at: moment("06-02"),
        given_by: "constat user".into(),
    };
    vec![grant("dpo", Some(site())), grant("auditor", None)]
}

pub fn notice_row(hash: &str, new: bool) -> NoticeRow {
    NoticeRow {
        hash: hash.into(),
        from: moment(if new { "11-24" } else { "06-02" }),
        until: (!new).then(|| moment("11-24")),
        before: new.then(|| BEFORE.into()),
        has_new_terms: true,
        acknowledged: (!new)
            .then(|| Acknowledgement { by: "dpo@boreale.example".into(), at: moment("06-03") }),
        pictures_count: if new { 0 } else { 16 },
    }
}
