//! The consent cookie, in which the browser keeps the visitor's answer.
//!
//! Its name is `constat-SITE`, so that several sites on one host keep their choices. Its value is
//! `2.<consent id>.<event id>.<terms>.<decided>.<expires>.<categories>.<exceptions>`:
//! the consent id, the event id of the answer, the first 12 digits of the terms
//! hash, two times in minutes since 1970 (base 36), five digits `0` or `1` for
//! the categories in the order of [`Category::ALL`], and hexadecimal digits
//! whose bits name the vendors that differ from their category: vendor *i* of
//! the notice is bit *i* mod 4 of digit *i* / 4. Zeros at the end are left out.
//!
//! Version 1 had the same parts after `1.`, and the name `constat` on every site.
//! It is read until it expires, and not written any more.
//!
//! `www/loader/cookie.js` writes and reads the same form; this is its definition.

use super::choices::Choices;
use super::record::Record;
use crate::notice::{Category, Notice, VENDORS_MAX, Vendor};
use crate::values::{ConsentId, EventId, Hash, SiteId, Timestamp};

/// The name of the cookie of version 1.
pub const NAME_1: &str = "constat";
/// The most bytes of name, `=` and value together.
pub const BYTES_MAX: usize = 300;
/// The number of hexadecimal digits of the terms hash in the cookie.
pub const TERMS_PREFIX_LEN: usize = 12;

const VERSION: &str = "2";
const VERSION_1: &str = "1";
const MINUTE_MS: i64 = 60_000;

/// The name of a site's cookie.
pub fn name(site: &SiteId) -> String {
    site.cookie_name()
}

/// A value that is not a consent cookie of a version that was ever written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is not a consent cookie of version {VERSION_1} or {VERSION}")]
pub struct CookieError;

/// The content of the consent cookie. Times have a resolution of one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentCookie {
    /// The visitor's pseudonym.
    pub consent_id: ConsentId,
    /// The event id of the answer; the next answer names it as the previous one.
    pub event_id: EventId,
    terms_prefix: String,
    decided_min: u32,
    expires_min: u32,
    categories: [bool; 5],
    /// Indexes in the notice's list of vendors, rising.
    exceptions: Vec<usize>,
}

impl ConsentCookie {
    /// The cookie for an answer to a notice. Seconds are cut off.
    pub fn new(
        (consent_id, event_id): (ConsentId, EventId),
        notice: &Notice,
        choices: &Choices,
        decided: Timestamp,
        expires: Timestamp,
    ) -> ConsentCookie {
        let mut categories = [false; 5];
        for (category, allowed) in &choices.categories {
            categories[category.index()] = *allowed;
        }
        let differs = |vendor: &Vendor| {
            choices
                .vendors
                .get(&vendor.id)
                .is_some_and(|allowed| *allowed != categories[vendor.category.index()])
        };
        let indexed = notice.vendors.iter().enumerate();
        ConsentCookie {
            consent_id,
            event_id,
            terms_prefix: terms_prefix(notice.terms_hash()),
            decided_min: minutes(decided),
            expires_min: minutes(expires),
            categories,
            exceptions: indexed.filter(|(_, vendor)| differs(vendor)).map(|(at, _)| at).collect(),
        }
    }

    /// The cookie for a record, made by the notice that it names.
    pub fn of(record: &Record, notice: &Notice) -> ConsentCookie {
        let choices = Choices { categories: record.categories.clone(), vendors: record.vendors.clone() };
        let ids = (record.consent_id, record.event_id);
        ConsentCookie::new(ids, notice, &choices, record.recorded_at, record.choice_expires_at)
    }

    /// When the visitor answered.
    pub fn decided(&self) -> Timestamp {
        Timestamp::from_unix_ms(i64::from(self.decided_min) * MINUTE_MS)
    }

    /// When the choice becomes void.
    pub fn expires(&self) -> Timestamp {
        Timestamp::from_unix_ms(i64::from(self.expires_min) * MINUTE_MS)
    }

    /// Whether the choice was made on these terms and has not expired.
    pub fn holds(&self, terms_hash: Hash, now: Timestamp) -> bool {
        self.is_under(&terms_prefix(terms_hash)) && now < self.expires()
    }

    /// Whether the choice was made on the terms of which the hash begins so.
    pub fn is_under(&self, terms_prefix: &str) -> bool {
        self.terms_prefix == terms_prefix
    }

    /// Whether the category is allowed.
    pub fn category(&self, category: Category) -> bool {
        self.categories[category.index()]
    }

    /// Whether the vendor at that index of the notice's list is allowed.
    pub fn vendor(&self, index: usize, category: Category) -> bool {
        self.category(category) != self.exceptions.binary_search(&index).is_ok()
    }

    /// The value of the cookie; at most [`BYTES_MAX`] with its name.
    pub fn encode(&self) -> String {
        format!("{VERSION}.{}", self.parts())
    }

    /// What is the same in all versions.
    fn parts(&self) -> String {
        let (id, event) = (self.consent_id, self.event_id);
        let categories: String = self.categories.iter().map(|on| if *on { '1' } else { '0' }).collect();
        let exceptions = encode_indexes(&self.exceptions);
        let (decided, expires) = (base36(self.decided_min), base36(self.expires_min));
        format!("{id}.{event}.{}.{decided}.{expires}.{categories}.{exceptions}", self.terms_prefix)
    }

    /// Reads a value of the cookie, if it is exactly what [`ConsentCookie::encode`]
    /// writes, or what version 1 wrote.
    ///
    /// # Errors
    /// [`CookieError`] for any other value.
    pub fn decode(value: &str) -> Result<ConsentCookie, CookieError> {
        let (version, written) = value.split_once('.').ok_or(CookieError)?;
        let parts: Vec<&str> = written.split('.').collect();
        let &[id, event, terms, decided, expires, categories, exceptions] = parts.as_slice() else {
            return Err(CookieError);
        };
        if ![VERSION, VERSION_1].contains(&version) || terms.len() != TERMS_PREFIX_LEN {
            return Err(CookieError);
        }
        let cookie = ConsentCookie {
            consent_id: ConsentId::parse(id).map_err(|_| CookieError)?,
            event_id: EventId::parse(event).map_err(|_| CookieError)?,
            terms_prefix: terms.to_owned(),
            decided_min: u32::from_str_radix(decided, 36).map_err(|_| CookieError)?,
            expires_min: u32::from_str_radix(expires, 36).map_err(|_| CookieError)?,
            categories: decode_categories(categories)?,
            exceptions: decode_indexes(exceptions)?,
        };
        let hexadecimal = terms.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hexadecimal && cookie.parts() == written { Ok(cookie) } else { Err(CookieError) }
    }
}

/// The part of a terms hash that the cookie holds.
pub fn terms_prefix(terms_hash: Hash) -> String {
    terms_hash.to_string()[..TERMS_PREFIX_LEN].to_owned()
}

fn minutes(at: Timestamp) -> u32 {
    u32::try_from(at.unix_ms().div_euclid(MINUTE_MS).max(0)).unwrap_or(u32::MAX)
}

fn decode_categories(text: &str) -> Result<[bool; 5], CookieError> {
    let digits: &[u8; 5] = text.as_bytes().try_into().map_err(|_| CookieError)?;
    if digits.iter().any(|digit| !matches!(digit, b'0' | b'1')) {
        return Err(CookieError);
    }
    Ok(digits.map(|digit| digit == b'1'))
}

fn encode_indexes(indexes: &[usize]) -> String {
    let mut digits = vec![0_u8; indexes.last().map_or(0, |last| last / 4 + 1)];
    for index in indexes {
        digits[index / 4] |= 1 << (index % 4);
    }
    digits.iter().map(|digit| char::from_digit(u32::from(*digit), 16).unwrap_or('0')).collect()
}

fn decode_indexes(text: &str) -> Result<Vec<usize>, CookieError> {
    if text.len() > VENDORS_MAX / 4 {
        return Err(CookieError);
    }
    let mut indexes = Vec::new();
    for (at, digit) in text.chars().enumerate() {
        let bits = digit.to_digit(16).ok_or(CookieError)?;
        indexes.extend((0..4).filter(|bit| bits >> bit & 1 == 1).map(|bit| at * 4 + bit));
    }
    Ok(indexes)
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::sample;
    use crate::notice::Months;
    use crate::notice::sample::notice;
    use proptest::prelude::*;

    /// A cookie that refuses the category and allows each vendor whose bit is set.
    fn cookie(vendors: &[bool]) -> ConsentCookie {
        let notice = notice(vendors.len());
        let mut choices = Choices::uniform(&notice, false);
        choices.vendors = notice.vendors.iter().map(|v| v.id.clone()).zip(vendors.iter().copied()).collect();
        let decided = Timestamp::parse("2026-03-01T09:30:00Z").unwrap();
        let ids = (sample::consent_id(), sample::event_id());
        ConsentCookie::new(ids, &notice, &choices, decided, Months::MIN.after(decided))
    }

    proptest! {
        #[test]
        fn the_decoder_never_panics_and_reads_only_what_the_encoder_writes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let text = String::from_utf8_lossy(&bytes);
            if let Ok(cookie) = ConsentCookie::decode(&text) {
                prop_assert_eq!(&cookie.encode()[1..], &text[1..]);
            }
        }

        #[test]
        fn a_damaged_cookie_is_read_as_written_or_not_at_all(at in 0usize..130, byte in 0u8..128) {
            let mut value = cookie(&[true, false, true]).encode().into_bytes();
            let at = at % value.len();
            value[at] = byte;
            let text = String::from_utf8_lossy(&value).into_owned();
            if let Ok(cookie) = ConsentCookie::decode(&text) {
                prop_assert_eq!(&cookie.encode()[1..], &text[1..]);
                prop_assert!(text.starts_with(['1', '2']));
            }
        }

        #[test]
        fn every_answer_survives_the_cookie(bits in prop::collection::vec(any::<bool>(), 1..=VENDORS_MAX)) {
            let cookie = cookie(&bits);
            let value = cookie.encode();
            let read = ConsentCookie::decode(&value).unwrap();
            prop_assert_eq!(&read, &cookie);
            let version_1 = format!("1{}", &value[1..]);
            prop_assert_eq!(&ConsentCookie::decode(&version_1).unwrap(), &cookie);
            for (index, allowed) in bits.iter().enumerate() {
                prop_assert_eq!(read.vendor(index, Category::Audience), *allowed);
            }
        }
    }

    #[test]
    fn the_largest_cookie_of_the_longest_site_id_stays_within_the_bound() {
        let mut largest = cookie(&[true; VENDORS_MAX]);
        (largest.decided_min, largest.expires_min) = (u32::MAX, u32::MAX);
        largest.exceptions = (0..VENDORS_MAX).collect();
        let site = SiteId::parse(&"s".repeat(40)).unwrap();
        assert!(SiteId::parse(&"s".repeat(41)).is_err());
        assert_eq!(name(&site), format!("constat-{site}"));
        let bytes = name(&site).len() + "=".len() + largest.encode().len();
        assert_eq!(bytes, 224);
        assert!(bytes <= BYTES_MAX);
    }

    #[test]
    fn a_choice_holds_until_its_expiry_and_only_on_its_terms() {
        let cookie = cookie(&[true]);
        let terms = notice(1).terms_hash();
        let minute_before = Timestamp::from_unix_ms(cookie.expires().unix_ms() - 1);
        assert!(cookie.holds(terms, minute_before));
        assert!(!cookie.holds(terms, cookie.expires()));
        assert!(!cookie.holds(notice(2).terms_hash(), minute_before));
    }
}
