//! Whom the loader tells of the choice, beside Google.

use crate::site::file::schema::SignalsFile;
use std::collections::BTreeSet;

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

/// Those that the file switches on.
pub fn check(file: &SignalsFile) -> BTreeSet<Signal> {
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
    Signal::ALL.iter().copied().filter(on).collect()
}
