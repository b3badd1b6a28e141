//! Whom the loader tells of the choice, beside Google.

use super::consent_mode::Decider;
use crate::site::file::report::Report;
use crate::site::file::schema::SignalsFile;
use constat_shared::{Category, Notice, VendorId};
use std::collections::BTreeMap;

constat_shared::names! {
    /// A service, or a family of them, that has an interface of its own for a visitor's choice.
    Signal;
    /// Microsoft Advertising (UET) and Clarity.
    Microsoft = "microsoft";
    /// Matomo.
    Matomo = "matomo";
    /// Piano Analytics.
    Piano = "piano";
    /// The Adobe Experience Platform Web SDK.
    Adobe = "adobe";
    /// Meta's pixel.
    Meta = "meta";
    /// TikTok's pixel.
    Tiktok = "tiktok";
    /// LinkedIn's Insight Tag.
    Linkedin = "linkedin";
    /// PostHog.
    Posthog = "posthog";
    /// Plausible.
    Plausible = "plausible";
    /// Shopify's customer privacy.
    Shopify = "shopify";
    /// The consent API of WordPress.
    Wordpress = "wordpress";
}

/// What decides a part of a signal: a vendor of the catalogue where the site names it, or else a category.
struct Slot {
    vendor: Option<&'static str>,
    category: Category,
}

/// What decides a signal, in the order in which the loader's part of it expects it.
fn slots(signal: Signal) -> Vec<Slot> {
    let of = |vendor: &'static str, category| vec![Slot { vendor: Some(vendor), category }];
    let category = |category| Slot { vendor: None, category };
    match signal {
        Signal::Microsoft => {
            [of("microsoft-advertising", Category::Advertising), of("microsoft-clarity", Category::Audience)]
                .into_iter()
                .flatten()
                .collect()
        }
        Signal::Matomo => of("matomo", Category::Audience),
        Signal::Piano => of("piano-analytics", Category::Audience),
        Signal::Adobe => of("adobe-analytics", Category::Audience),
        Signal::Meta => of("meta-pixel", Category::Advertising),
        Signal::Tiktok => of("tiktok-pixel", Category::Advertising),
        Signal::Linkedin => of("linkedin-insight", Category::Advertising),
        Signal::Posthog => of("posthog", Category::Audience),
        Signal::Plausible => of("plausible", Category::Audience),
        // Both are told of all that is measured, advertised and remembered on the site.
        Signal::Shopify | Signal::Wordpress => {
            [Category::Audience, Category::Advertising, Category::Functional].map(category).into()
        }
    }
}

/// What decides each signal that the file switches on; nothing where the site has nothing of the kind.
pub fn check(
    file: &SignalsFile,
    notice: &Notice,
    report: &mut Report,
) -> BTreeMap<Signal, Vec<Option<Decider>>> {
    let on = |signal: &Signal| match signal {
        Signal::Microsoft => file.microsoft,
        Signal::Matomo => file.matomo,
        Signal::Piano => file.piano,
        Signal::Adobe => file.adobe,
        Signal::Meta => file.meta,
        Signal::Tiktok => file.tiktok,
        Signal::Linkedin => file.linkedin,
        Signal::Posthog => file.posthog,
        Signal::Plausible => file.plausible,
        Signal::Shopify => file.shopify,
        Signal::Wordpress => file.wordpress,
    };
    let mut checked = BTreeMap::new();
    for signal in Signal::ALL.iter().copied().filter(on) {
        let slots = slots(signal);
        let deciders: Vec<_> = slots.iter().map(|slot| decider(slot, notice)).collect();
        if deciders.iter().all(Option::is_none) {
            let (problem, remedy) = nobody(&slots);
            report.add(&format!("signals.{signal}"), problem, remedy);
        }
        checked.insert(signal, deciders);
    }
    checked
}

fn decider(slot: &Slot, notice: &Notice) -> Option<Decider> {
    let named = |id: &str| notice.vendor(&VendorId::parse(id).ok()?);
    if let Some(vendor) = slot.vendor.and_then(named) {
        return Some(Decider::Vendor(vendor.id.clone()));
    }
    notice.category(slot.category).map(|_| Decider::Category(slot.category))
}

/// Problem and remedy where nothing on the site decides a signal.
fn nobody(slots: &[Slot]) -> (String, String) {
    let quoted =
        |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    let categories = quoted(slots.iter().map(|slot| slot.category.as_str()).collect());
    let vendors: Vec<_> = slots.iter().filter_map(|slot| slot.vendor).collect();
    let Some(vendor) = vendors.first() else {
        let problem = format!("the site uses no category {categories}, which decide it");
        return (problem, "Add one of them, such as [categories.audience], or leave the key out".to_owned());
    };
    let problem =
        format!("the site has no vendor {} and uses no category {categories}", quoted(vendors.clone()));
    (problem, format!("Add [[vendors]] with id = \"{vendor}\", or leave the key out"))
}
