//! What a certificate is made of.

use crate::clock::in_words;
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;

/// What a certificate is made of.
pub struct Certified<'a> {
    /// The bytes of the bundle. It need not be proven: the certificate then says that it is not.
    pub bundle: &'a [u8],
    /// The zone in which moments are shown, beside UTC.
    pub zone: &'a TimeZone,
    /// When it is exported.
    pub exported_at: Timestamp,
    /// The address of the verifier.
    pub verifier: &'a str,
}

/// A moment on the clocks of a zone and in UTC.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let Some(local) = in_words::local(at, zone) else { return at.to_string() };
    let day = in_words::day(local.date(), language);
    let local = local.strftime("%H:%M:%S %Z");
    format!("{} {} ({at})", day.replace(' ', "\u{a0}"), local.to_string().replace(' ', "\u{a0}"))
}
