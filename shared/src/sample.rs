//! Small valid values for this crate's tests.

use crate::notice::{Authority, Controller, FORMAT, NoticeCategory, Palette, Theme};
use crate::vendor::{Cookie, PurposeText, Storage, Transfer};
use crate::{
    Category, Choices, Color, ConsentCookie, ConsentId, EventId, Language, Lifetimes, Months, Notice,
};
use crate::{PurposeId, SiteId, TextKey, Texts, Timestamp, Vendor, VendorId};
use std::collections::BTreeMap;

pub fn texts() -> Texts {
    let texts: BTreeMap<_, _> = TextKey::ALL.iter().map(|key| (key.as_str(), key.as_str())).collect();
    serde_json::from_value(serde_json::to_value(texts).unwrap()).unwrap()
}

fn vendor(number: usize) -> Vendor {
    let purpose = PurposeId::parse("audience-measurement").unwrap();
    Vendor {
        id: VendorId::parse(&format!("vendor-{number:03}")).unwrap(),
        name: format!("Vendor {number}"),
        company: "Vendor Ltd".into(),
        category: Category::Audience,
        policy_url: "https://vendor.example/privacy".into(),
        country: "FR".into(),
        transfer: Transfer::None,
        purposes: vec![purpose.clone()],
        cookies: vec![Cookie {
            name: "_v".into(),
            duration_days: 30,
            purpose,
            storage: Storage::Cookie,
            first_party: true,
        }],
        hosts: vec!["vendor.example".into()],
    }
}

/// A notice in French with essential, audience and advertising trackers and
/// that many vendors, all of the audience category.
pub fn notice(vendors: usize) -> Notice {
    let color = |text| Color::parse(text).unwrap();
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
        site: SiteId::parse("boreale").unwrap(),
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
        purposes: [(PurposeId::parse("audience-measurement").unwrap(), [(Language::Fr, text)].into())].into(),
        lifetimes: Lifetimes::new(Months::MIN, Months::MAX).unwrap(),
        texts: [(Language::Fr, texts())].into(),
        theme: Theme { light: palette, dark: palette },
    }
}

pub fn consent_id() -> ConsentId {
    ConsentId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c07398f").unwrap()
}

pub fn event_id() -> EventId {
    EventId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c073990").unwrap()
}

/// A cookie in which each vendor is allowed as its bit says, and the category is not.
pub fn cookie(vendors: &[bool]) -> ConsentCookie {
    let notice = notice(vendors.len());
    let mut choices = Choices::uniform(&notice, false);
    choices.vendors = notice.vendors.iter().map(|v| v.id.clone()).zip(vendors.iter().copied()).collect();
    let decided = Timestamp::parse("2026-03-01T09:30:00Z").unwrap();
    ConsentCookie::new((consent_id(), event_id()), &notice, &choices, decided, Months::MIN.after(decided))
}
