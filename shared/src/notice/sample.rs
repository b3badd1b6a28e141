//! Small notices for tests.

use super::category::Category;
use super::color::Color;
use super::lifetime::{Lifetimes, Months};
use super::notice::{Authority, Controller, FORMAT, Notice, NoticeCategory, Palette, PublishedNotice, Theme};
use super::texts::Texts;
use super::vendor::{Cookie, PurposeText, Storage, Transfer, Vendor};
use crate::values::{Language, PurposeId, SiteId, VendorId};

/// Texts in which each key has its own name for a text.
pub fn texts() -> Texts {
    Texts::from_fn(|key| Some(key.as_str().to_owned())).expect("every key has a text")
}

fn purpose() -> PurposeId {
    PurposeId::parse("audience-measurement").expect("it is a slug")
}

fn vendor(number: usize) -> Vendor {
    Vendor {
        id: VendorId::parse(&format!("vendor-{number:03}")).expect("it is a slug"),
        name: format!("Vendor {number}"),
        company: "Vendor Ltd".into(),
        category: Category::Audience,
        policy_url: "https://vendor.example/privacy".into(),
        country: "FR".into(),
        transfer: Transfer::None,
        purposes: vec![purpose()],
        cookies: vec![Cookie {
            name: "_v".into(),
            duration_days: 30,
            purpose: purpose(),
            storage: Storage::Cookie,
            first_party: true,
        }],
        hosts: vec!["vendor.example".into()],
    }
}

/// A notice of the site `boreale` in French, with the essential, audience and
/// advertising categories and that many vendors, all of the audience category.
/// The choice is kept for 6 months, the proof for 13.
pub fn notice(vendors: usize) -> Notice {
    let color = |text| Color::parse(text).expect("it is a colour");
    let palette = Palette {
        background: color("#ffffff"),
        text: color("#111111"),
        button: color("#0a2b3c"),
        button_text: color("#ffffff"),
    };
    let text = PurposeText { title: "Mesure".into(), description: "Compter les visites.".into() };
    let category = |id| NoticeCategory { id, exempt: id == Category::Essential };
    Notice {
        format: FORMAT,
        site: SiteId::parse("boreale").expect("it is a slug"),
        controller: Controller {
            name: "Assurances Boréale".into(),
            address: "1 rue du Pôle, 59000 Lille".into(),
            dpo_email: "dpo@boreale.example".into(),
            policy_url: [(Language::Fr, "https://boreale.example/cookies".into())].into(),
        },
        authority: Authority { name: "CNIL".into(), url: "https://www.cnil.fr".into() },
        languages: vec![Language::Fr],
        categories: [Category::Essential, Category::Audience, Category::Advertising].map(category).to_vec(),
        vendors: (0..vendors).map(vendor).collect(),
        purposes: [(purpose(), [(Language::Fr, text)].into())].into(),
        lifetimes: Lifetimes::new(Months::MIN, Months::MAX).expect("the proof outlives the choice"),
        texts: [(Language::Fr, texts())].into(),
        theme: Theme { light: palette, dark: palette },
        refusal_signals: Vec::new(),
    }
}

/// The same with one vendor, for any site.
///
/// # Panics
/// When the text is not the id of a site.
pub fn published_notice(site: &str) -> PublishedNotice {
    let site = SiteId::parse(site).expect("the test names a site by a slug");
    PublishedNotice::new(Notice { site, ..notice(1) })
}
