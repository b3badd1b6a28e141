//! What the optional parts of the loader have to know, and which of them a site uses.

use super::host_rules::host_rules;
use crate::site::{ConsentMode, ConsentType, Decider, Region, Signal, Site, Tags, UnknownHosts};
use constat_shared::{Category, Hash, Notice, RefusalSignal};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many hexadecimal digits the key of the owner's link has.
const DEBUG_KEY_DIGITS: usize = 16;

/// The optional parts that a site uses, in the order in which they run: each may take the place of functions that
/// the ones before it have put in.
pub fn optional(site: &Site) -> Vec<&'static str> {
    let tags = &site.tags;
    let signals: Vec<_> = tags.signals.keys().filter_map(|signal| part(*signal)).collect();
    let parts = [
        // The others tell it what they do.
        ("debug", is_debugged(site)),
        ("first_party", site.first_party.is_some()),
        // It releases what it holds after those below have told of the choice.
        ("auto_block", tags.auto_block.is_some()),
        // What settles the question comes before those who say so.
        ("gpc", !site.notice.refusal_signals.is_empty()),
        ("consent_mode", tags.consent_mode.is_some()),
        ("signals", !signals.is_empty()),
    ];
    // It keeps the others from telling of a choice that counts from the next page on.
    let last = tags.csp_hosts.is_some().then_some("csp");
    parts.into_iter().filter(|(_, used)| *used).map(|(name, _)| name).chain(signals).chain(last).collect()
}

/// The part that tells a service of the choice; none for one that can only be told by not being loaded.
fn part(signal: Signal) -> Option<&'static str> {
    match signal {
        Signal::Microsoft => Some("signal_microsoft"),
        Signal::Matomo => Some("signal_matomo"),
        Signal::Piano => Some("signal_piano"),
        Signal::Adobe => Some("signal_adobe"),
        Signal::Meta => Some("signal_meta"),
        Signal::Tiktok => Some("signal_tiktok"),
        Signal::Linkedin => None,
        Signal::Posthog => Some("signal_posthog"),
        Signal::Plausible => Some("signal_plausible"),
        Signal::Shopify => Some("signal_shopify"),
        Signal::Wordpress => Some("signal_wordpress"),
    }
}

/// Whether a site gets the way into the owner's view: those whose file says something of tags do.
pub fn is_debugged(site: &Site) -> bool {
    site.tags != Tags::default() || !site.notice.refusal_signals.is_empty()
}

/// By which the owner's link opens that view. It changes with the site file, which the owner alone has.
pub fn debug_key(site: &Site) -> String {
    Hash::of(format!("constat debug {}", site.file_hash).as_bytes()).to_string()[..DEBUG_KEY_DIGITS]
        .to_owned()
}

/// The settings of the optional parts; each is left out where its part is not used.
#[derive(Serialize)]
pub struct TagSettings<'a> {
    /// Google Consent Mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    google: Option<GoogleSettings<'a>>,
    /// What decides each of the other signals, by position; nothing for what the site does not have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    signals: BTreeMap<&'static str, Vec<Option<usize>>>,
    /// Whether Global Privacy Control is a refusal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gpc: bool,
    /// Whether Do Not Track is a refusal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dnt: bool,
    /// Blocking without marks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<String>,
    /// With it, what happens to hosts that nobody knows: 1 when they are reported, 2 when they are blocked.
    #[serde(skip_serializing_if = "is_zero")]
    unknown: u8,
}

impl<'a> TagSettings<'a> {
    /// The settings of a site.
    pub fn new(site: &'a Site) -> TagSettings<'a> {
        let google = site.tags.consent_mode.as_ref().map(|mode| GoogleSettings::new(mode, &site.notice));
        let told = site.tags.signals.iter().filter(|(signal, _)| part(**signal).is_some());
        let signals = told.map(|(signal, deciders)| {
            let places = deciders.iter().map(|decider| Some(position(decider.as_ref()?, &site.notice)));
            (signal.as_str(), places.collect())
        });
        let refused_by = |signal| site.notice.refusal_signals.contains(&signal);
        let block = site.tags.auto_block;
        let unknown = match block {
            None | Some(UnknownHosts::Allow) => 0,
            Some(UnknownHosts::Report) => 1,
            Some(UnknownHosts::Block) => 2,
        };
        TagSettings {
            google,
            hosts: block.map(|_| host_rules(site)).unwrap_or_default(),
            unknown,
            signals: signals.collect(),
            gpc: refused_by(RefusalSignal::Gpc),
            dnt: refused_by(RefusalSignal::Dnt),
        }
    }
}

/// Whether a number is left out of the settings.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct GoogleSettings<'a> {
    layer: &'a str,
    wait: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<&'static str, bool>,
    /// For each type the position of what decides it: a category's, or a vendor's behind the five categories.
    map: [usize; 6],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<RegionSettings<'a>>,
}

impl<'a> GoogleSettings<'a> {
    fn new(mode: &'a ConsentMode, notice: &Notice) -> GoogleSettings<'a> {
        GoogleSettings {
            layer: &mode.data_layer,
            wait: mode.wait_for_update_ms,
            options: mode.options().map(|key| (key, true)).collect(),
            map: mode.map.each_ref().map(|decider| position(decider, notice)),
            regions: mode.regions.iter().map(region).collect(),
        }
    }
}

/// Where the loader finds the digit of what decides, in those of the categories and the vendors one after the other.
fn position(decider: &Decider, notice: &Notice) -> usize {
    let at = match decider {
        Decider::Category(category) => notice.category(*category).map(|_| category.index()),
        Decider::Vendor(id) => {
            let at = notice.vendors.iter().position(|vendor| vendor.id == *id);
            at.map(|at| Category::ALL.len() + at)
        }
    };
    // What the site does not have is denied, also to who has allowed it in earlier terms: there is no digit of it.
    at.unwrap_or(Category::ALL.len() + notice.vendors.len())
}

/// The codes of a region, the types that are granted there, and those that are denied.
type RegionSettings<'a> = (&'a [String], Vec<usize>, Vec<usize>);

fn region(region: &Region) -> RegionSettings<'_> {
    let position = |of: ConsentType| ConsentType::ALL.iter().position(|known| *known == of);
    let these = |state| {
        let named = region.types.iter().filter(move |(_, granted)| *granted == state);
        named.filter_map(|(of, _)| position(*of)).collect()
    };
    (&region.codes, these(true), these(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::{VendorId, sample};

    #[test]
    fn what_the_site_does_not_have_any_more_is_decided_by_no_digit() {
        // It has no functional category and no third parties, and one vendor.
        let notice = sample::notice(1);
        let digits = Category::ALL.len() + 1;
        let category = |id| position(&Decider::Category(id), &notice);
        assert_eq!(category(Category::Advertising), Category::Advertising.index());
        assert_eq!([Category::Functional, Category::ThirdParty].map(category), [digits; 2]);
        let vendor = |id: &VendorId| position(&Decider::Vendor(id.clone()), &notice);
        assert_eq!(vendor(&notice.vendors[0].id), digits - 1);
        assert_eq!(vendor(&VendorId::parse("nobody").unwrap()), digits);
    }
}
