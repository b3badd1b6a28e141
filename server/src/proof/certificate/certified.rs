//! What a certificate is made of.

use crate::clock::in_words;
use crate::proof::checked::Checked;
use constat_shared::{ConsentId, EventId, Language, SiteId, Timestamp};
use jiff::tz::TimeZone;

/// What a certificate is made of.
pub struct Certified<'a> {
    /// The site of the record.
    pub site: &'a SiteId,
    /// Its consent id.
    pub consent_id: &'a ConsentId,
    /// Its event id.
    pub event_id: &'a EventId,
    /// The record with its bundle and its checks. It need not be proven: the certificate then says that it
    /// is not.
    pub checked: &'a Checked,
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
