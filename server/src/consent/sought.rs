//! What somebody looks for: a consent id, in any of the forms in which people have one.

use crate::store::IdRange;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::{ConsentCookie, ConsentId};
use serde_json::Value;

/// The most bytes of a text: an evidence bundle of a site with many vendors fits.
pub const TEXT_BYTES_MAX: usize = 640 * 1024;
/// The fewest digits at the end of an id that are looked for, within days.
const END_DIGITS_MIN: usize = 4;
/// Where the id stands in what is pasted: in a bundle or an answer, in a receipt, in an export.
const PLACES: [&str; 3] = ["/record/consent_id", "/sub", "/consent_id"];

/// What a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Nothing was typed: all records.
    All,
    /// A whole consent id; a guess where letters were read as the digits that look like them.
    Id(ConsentId, bool),
    /// Its first digits, 8 to 31.
    Start(String),
    /// Its last digits, 4 to 7.
    End(String),
    /// Neither an id nor enough of its digits.
    NotAnId,
}

impl Sought {
    /// Reads a text: a consent id with or without dashes, a receipt, an evidence bundle or another
    /// export, the consent cookie, or some digits of an id. Its last digits are looked for within
    /// days only (`has_days`). Nothing is verified: a receipt only says which id is meant.
    pub fn read(text: &str, has_days: bool) -> Sought {
        let text = text.trim_matches(|letter: char| is_skipped(letter) || letter == '"');
        if text.is_empty() {
            return Sought::All;
        }
        if let Some(id) = in_json(text).or_else(|| in_receipt(text)).or_else(|| in_cookie(text)) {
            return Sought::Id(id, false);
        }
        let Some((digits, is_guess)) = digits(text) else { return Sought::NotAnId };
        match digits.len() {
            32 => whole(&digits).map_or(Sought::NotAnId, |id| Sought::Id(id, is_guess)),
            IdRange::DIGITS_MIN..32 => Sought::Start(digits),
            END_DIGITS_MIN..IdRange::DIGITS_MIN if has_days => Sought::End(digits),
            _ => Sought::NotAnId,
        }
    }
}

/// A text of digits without what is between them.
pub fn cleaned(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect()
}

fn in_json(text: &str) -> Option<ConsentId> {
    let value: Value = serde_json::from_str(text).ok()?;
    let value = value.get(0).unwrap_or(&value);
    PLACES.iter().find_map(|place| ConsentId::parse(value.pointer(place)?.as_str()?).ok())
}

/// The claims of a JWT are its middle part.
fn in_receipt(text: &str) -> Option<ConsentId> {
    let [_, claims, _] = text.split('.').collect::<Vec<_>>()[..] else { return None };
    in_json(&String::from_utf8(BASE64URL.decode(claims).ok()?).ok()?)
}

/// The value of the cookie, or all cookies of a page.
fn in_cookie(text: &str) -> Option<ConsentId> {
    text.split([';', ' ', '\n']).find_map(|pair| {
        let value = pair.rsplit('=').next()?.trim_matches('"');
        Some(ConsentCookie::decode(value).ok()?.consent_id)
    })
}

/// The digits of a text in lower case, and whether a letter was read as the digit that
/// looks like it; `None` when something else is in it.
fn digits(text: &str) -> Option<(String, bool)> {
    let (mut digits, mut is_guess) = (String::new(), false);
    for letter in text.chars().filter(|letter| !is_skipped(*letter)) {
        let digit = match letter.to_ascii_lowercase() {
            'o' => '0',
            'l' | 'i' => '1',
            digit if digit.is_ascii_hexdigit() => digit,
            _ => return None,
        };
        is_guess |= !letter.is_ascii_hexdigit();
        if digits.len() == 32 {
            return None;
        }
        digits.push(digit);
    }
    Some((digits, is_guess))
}

fn whole(digits: &str) -> Option<ConsentId> {
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    ConsentId::parse(&parts.join("-")).ok()
}

/// Spaces, dashes, and the invisible characters that a copy brings along.
fn is_skipped(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::{LogId, LogShards, Receipt, sample};
    use ed25519_dalek::SigningKey;
    use serde_json::json;

    const ID: &str = "0190abcd-1234-7abc-8def-0123456789ab";

    fn id() -> ConsentId {
        ConsentId::parse(ID).unwrap()
    }

    #[test]
    fn one_id_is_read_from_every_form_in_which_people_have_it() {
        let notice = sample::published_notice("boreale");
        let request = sample::request(&notice, constat_shared::Action::RefuseAll);
        let request = constat_shared::ConsentRequest { consent_id: id(), ..request };
        let at = constat_shared::Timestamp::from_unix_ms(1_800_000_000_000);
        let record = constat_shared::Record::new(request, &notice, at).unwrap();
        let log = LogId::of(&record, LogShards::ONE);
        let receipt = Receipt::new(record.clone(), log, 7).sign(&SigningKey::from_bytes(&[3; 32]), "k");
        let cookie = format!("{ID}.{ID}.0123456789ab.t0zhs0.tbbm80.10000.");
        for text in [
            ID.to_owned(),
            ID.to_uppercase(),
            ID.replace('-', ""),
            format!("\u{202a} {} \u{2069}\n", ID.replace('-', "\u{2011}")),
            json!({ "format": 2, "record": record }).to_string(),
            json!({ "site": "boreale", "consent_id": ID, "records": [] }).to_string(),
            json!([record]).to_string(),
            receipt.clone(),
            format!(" {receipt}\n"),
            format!("1.{cookie}"),
            format!("2.{cookie}"),
            format!("a=b; constat-boreale=2.{cookie}"),
        ] {
            assert_eq!(Sought::read(&text, false), Sought::Id(id(), false), "{text}");
        }
    }

    #[test]
    fn letters_that_look_like_digits_make_a_guess() {
        let typed = ID.replace('0', "O").replace('1', "l");
        assert_eq!(Sought::read(&typed, false), Sought::Id(id(), true));
        assert_eq!(Sought::read("ol9Oabcd", false), Sought::Start("0190abcd".to_owned()));
    }

    #[test]
    fn digits_are_looked_for_at_the_start_and_with_days_at_the_end() {
        let start = |digits: &str| Sought::Start(digits.to_owned());
        let end = |digits: &str| Sought::End(digits.to_owned());
        for (text, without, with) in [
            ("", Sought::All, Sought::All),
            ("0190abcd", start("0190abcd"), start("0190abcd")),
            ("0190abcd-1", start("0190abcd1"), start("0190abcd1")),
            ("0190abc", Sought::NotAnId, end("0190abc")),
            ("89ab", Sought::NotAnId, end("89ab")),
            ("9ab", Sought::NotAnId, Sought::NotAnId),
        ] {
            assert_eq!((Sought::read(text, false), Sought::read(text, true)), (without, with), "{text}");
        }
    }

    #[test]
    fn everything_else_is_no_id() {
        let version_4 = ID.replacen("7abc", "4abc", 1);
        let long = format!("{ID}0");
        for text in ["dpo@boreale.example", "<b>", &version_4, &long, "{}", "a.b.c", "[]", "0190abcd…"] {
            assert_eq!(Sought::read(text, true), Sought::NotAnId, "{text}");
        }
    }
}
