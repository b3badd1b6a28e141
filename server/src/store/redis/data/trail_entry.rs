//! The values of the audit trail in Redis.

use crate::store::error::unreadable;
use crate::store::{StoreError, TrailEntry, TrailSegment};
use constat_shared::{CommitmentKey, ConsentId, Hash, Month, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

/// What stays of an entry. Its time in milliseconds since 1970 is before it, with a space
/// between, where a script reads it.
#[derive(Serialize, Deserialize)]
struct Fixed {
    who: Option<String>,
    action: String,
    site: Option<SiteId>,
    commitment: Hash,
    link: Hash,
}

/// The bytes of what is never forgotten of an entry.
pub fn fixed(entry: &TrailEntry) -> Result<String, StoreError> {
    let TrailEntry { at, who, action, site, commitment, link, .. } = entry.clone();
    let json = serde_json::to_string(&Fixed { who, action, site, commitment, link }).map_err(unreadable)?;
    Ok(format!("{} {json}", at.unix_ms()))
}

/// The bytes of what can be forgotten: the consent id, the key and the target, with
/// spaces between and `-` for none; nothing when there is none of the three.
pub fn target(entry: &TrailEntry) -> String {
    let TrailEntry { target, consent_id, key, .. } = entry;
    if target.is_none() && consent_id.is_none() && key.is_none() {
        return String::new();
    }
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let consent_id = or_none(consent_id.as_ref().map(ToString::to_string));
    let key = or_none(key.clone().map(String::from));
    let target = target.as_ref().map_or(String::new(), |target| format!(" {target}"));
    format!("{consent_id} {key}{target}")
}

/// The text of the consent id, empty when there is none.
pub fn consent_id(entry: &TrailEntry) -> String {
    entry.consent_id.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The entry of these bytes.
pub fn read(index: u64, fixed: &str, forgettable: Option<&str>) -> Result<TrailEntry, StoreError> {
    let (ms, json) = fixed.split_once(' ').ok_or_else(|| unreadable("an entry of the trail has no time"))?;
    let at = Timestamp::from_unix_ms(ms.parse().map_err(unreadable)?);
    let Fixed { who, action, site, commitment, link } = serde_json::from_str(json).map_err(unreadable)?;
    let mut parts = forgettable.unwrap_or("- -").splitn(3, ' ');
    let mut part = || parts.next().filter(|part| *part != "-");
    let consent_id = part().map(ConsentId::parse).transpose().map_err(unreadable)?;
    let key = part().map(|key| CommitmentKey::try_from(key.to_owned())).transpose().map_err(unreadable)?;
    let target = parts.next().map(str::to_owned);
    Ok(TrailEntry { index, at, who, action, site, target, consent_id, key, commitment, link })
}

/// The bytes of a month.
pub fn segment(segment: &TrailSegment) -> String {
    let TrailSegment { first, end, is_dropped, head, .. } = segment;
    format!("{first} {end} {} {}", u8::from(*is_dropped), head.as_str())
}

/// The month of these bytes.
pub fn read_segment(month: &str, value: &str) -> Result<TrailSegment, StoreError> {
    let mut parts = value.splitn(4, ' ');
    let mut part = || parts.next().ok_or_else(|| unreadable("a month of the trail has too few parts"));
    Ok(TrailSegment {
        month: Month::parse(month).map_err(unreadable)?,
        first: part()?.parse().map_err(unreadable)?,
        end: part()?.parse().map_err(unreadable)?,
        is_dropped: part()? == "1",
        head: part()?.into(),
    })
}
