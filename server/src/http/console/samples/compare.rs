//! Two notices compared.

use super::data::{BEFORE, HASH, HOSTILE, notice_row, site};
use super::maker::Maker;
use crate::http::console::view::frame::Section;
use crate::http::console::view::notices_compare::{
    Asked, Difference, Fate, NoticesCompare, Piece, PurposeDifference, Reason, TextDifference,
    TextDifferences, VendorDifference,
};

impl Maker {
    pub fn compare(&mut self) {
        let text = TextDifference {
            key: "category_audience_description".into(),
            before: pieces(&[
                (Fate::Stays, "Compter les visites, afin "),
                (Fate::Went, "d’améliorer le site"),
                (Fate::Stays, "."),
            ]),
            after: pieces(&[
                (Fate::Stays, "Compter les visites, afin "),
                (Fate::Came, "de corriger ce qui gêne"),
                (Fate::Stays, "."),
            ]),
        };
        let gone =
            TextDifference { key: "intro".into(), before: pieces(&[(Fate::Went, "Avant")]), after: vec![] };
        let group = |language: &str, texts| TextDifferences {
            language: language.into(),
            direction: "ltr".into(),
            name: language.into(),
            texts,
        };
        let page = |shell, asked, full: bool| NoticesCompare {
            shell,
            site: site(),
            from: notice_row(BEFORE, false),
            to: notice_row(HASH, true),
            asked,
            reasons: if full { reasons() } else { vec![] },
            reasons_more: if full { 3 } else { 0 },
            vendors: if full {
                vec![
                    vendor("Hotjar", Difference::Added, true),
                    vendor(HOSTILE, Difference::Changed, false),
                    vendor("LinkedIn", Difference::Removed, false),
                ]
            } else {
                vec![]
            },
            vendors_same: vec!["Criteo".into(), "X".into(), "YouTube".into()],
            purposes: if full {
                vec![PurposeDifference {
                    name: "relecture des visites".into(),
                    difference: Difference::Added,
                    vendors: vec!["Hotjar".into()],
                }]
            } else {
                vec![]
            },
            texts: if full {
                vec![group("fr", vec![text.clone(), gone.clone()]), group("nl", vec![text.clone()])]
            } else {
                vec![]
            },
            may_acknowledge: full,
        };
        let pages = [
            ("notices-compare", Asked::Everybody, true),
            ("notices-compare-allowers", Asked::Allowers, true),
            ("notices-compare-same", Asked::Nobody, false),
        ];
        for (name, asked, full) in pages {
            let page = page(self.shell(Section::Notices), asked, full);
            self.add(name, "notices-compare", &page);
        }
    }
}

fn reasons() -> Vec<Reason> {
    vec![
        Reason::ControllerChanged,
        Reason::CategoryCame("Publicité".into()),
        Reason::ExemptionWithdrawn("Mesure d’audience".into()),
        Reason::VendorCame(HOSTILE.into()),
        Reason::CompanyChanged("X".into()),
        Reason::CategoryChanged("YouTube".into()),
        Reason::PurposeCame("Meta Pixel".into(), "mesure des conversions".into()),
    ]
}

fn vendor(name: &str, difference: Difference, asks: bool) -> VendorDifference {
    VendorDifference {
        name: name.into(),
        category: "Publicité".into(),
        difference,
        lines: vec![
            pieces(&[(Fate::Stays, "Cookie _ga : "), (Fate::Went, "396 jours"), (Fate::Came, "390 jours")]),
            pieces(&[(Fate::Came, HOSTILE)]),
        ],
        asks,
    }
}

fn pieces(list: &[(Fate, &str)]) -> Vec<Piece> {
    list.iter().map(|(fate, text)| Piece { fate: *fate, text: (*text).to_owned() }).collect()
}
