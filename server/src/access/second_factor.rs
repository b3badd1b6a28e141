//! The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes.

use super::account::{Account, SecondFactor};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::random;
use constat_shared::{Hash, Timestamp};
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Secret, Totp};

/// How many recovery codes an account has.
const RECOVERY_CODES: usize = 10;
/// The number of bytes of a TOTP secret (RFC 4226, section 4, R6).
const SECRET_LEN: usize = 20;
/// The number of random bytes of a recovery code: 16 characters in base32.
const CODE_LEN: usize = 10;
/// The name of the issuer that an authenticator shows.
const ISSUER: &str = "Constat";

/// The secret of a second factor, to be taken over into an authenticator.
pub struct Offer {
    /// The secret in base32, to be typed.
    pub secret: String,
    /// The `otpauth://` address, to be opened.
    pub address: String,
    /// The address as a QR code: an `<svg>` without script or style.
    pub qr_code: String,
}

/// Which code was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// The one of the authenticator.
    Code,
    /// A recovery code, which is gone now.
    RecoveryCode,
}

/// The secret that is offered to an account in a session, or by a link: `place` is its name. It is
/// the same until it is confirmed. Another session is offered another: who has stolen one does not
/// learn the second factor that its person sets.
///
/// # Errors
/// When no QR code can be made.
pub fn offer(keys: &ConsoleKeys, account: &Account, place: &str) -> Result<Offer, AccessError> {
    let totp = totp(offered(keys, account, place), &account.email)?;
    let address = totp.to_url().map_err(|error| AccessError::Random(error.to_string()))?;
    Ok(Offer { secret: totp.secret().to_base32(), qr_code: qr_code(&address)?, address })
}

/// Takes the secret that was offered in that place as the second factor, if the code is its own,
/// instead of an earlier one. The code counts as used. Returns new recovery codes, to be shown once.
///
/// # Errors
/// [`Refusal::CodeWrong`]; when the system gives no random numbers.
pub fn confirm(
    keys: &ConsoleKeys,
    account: &mut Account,
    place: &str,
    code: &str,
    now: Timestamp,
) -> Result<Vec<String>, AccessError> {
    let offered = offered(keys, account, place);
    let secret = keys.seal(&offered, &account.id)?;
    let last_step = step(offered, account, code, now)?.ok_or(Refusal::CodeWrong)?;
    account.second_factor = Some(SecondFactor { secret, last_step });
    make_recovery_codes(account)
}

/// Worked out of the present second factor too, so that no secret is offered twice.
fn offered(keys: &ConsoleKeys, account: &Account, place: &str) -> Vec<u8> {
    let present = account.second_factor.as_ref().map_or("", |factor| &factor.secret);
    keys.derived("second factor", &[place, &account.id, present])[..SECRET_LEN].to_vec()
}

/// Checks a code of the account's authenticator, or one of its recovery codes, and uses
/// it up: it works once.
///
/// # Errors
/// [`Refusal::CodeWrong`], also for an account without a second factor.
pub fn check(
    keys: &ConsoleKeys,
    account: &mut Account,
    code: &str,
    now: Timestamp,
) -> Result<Used, AccessError> {
    let Some(factor) = &account.second_factor else { return Err(Refusal::CodeWrong.into()) };
    let secret = keys.unseal(&factor.secret, &account.id).ok_or(Refusal::CodeWrong)?;
    let last_step = factor.last_step;
    if let Some(step) = step(secret, account, code, now)? {
        if step <= last_step {
            return Err(Refusal::CodeWrong.into());
        }
        if let Some(factor) = &mut account.second_factor {
            factor.last_step = step;
        }
        return Ok(Used::Code);
    }
    let hash = recovery_hash(account, code);
    let place = account.recovery_codes.iter().position(|kept| *kept == hash).ok_or(Refusal::CodeWrong)?;
    account.recovery_codes.remove(place);
    Ok(Used::RecoveryCode)
}

/// New recovery codes in the place of the earlier ones, to be shown once. A hash without
/// salt or passes is enough to store: each has 80 random bits.
///
/// # Errors
/// When the system gives no random numbers.
pub fn make_recovery_codes(account: &mut Account) -> Result<Vec<String>, AccessError> {
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<_, _>>()?;
    account.recovery_codes = codes.iter().map(|code| recovery_hash(account, code)).collect();
    Ok(codes)
}

/// Four groups of four letters and digits, such as `abcd-2345-efgh-6723`.
fn recovery_code() -> Result<String, getrandom::Error> {
    let text = Secret::from(random::bytes::<CODE_LEN>()?.to_vec()).to_base32().to_lowercase();
    let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    Ok(groups.join("-"))
}

/// The hash of a recovery code, however its groups are written. The id keeps it from being
/// another account's.
fn recovery_hash(account: &Account, code: &str) -> Hash {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Hash::of(format!("{} {}", account.id, letters.to_lowercase()).as_bytes())
}

/// The 30 seconds, counted from 1970, whose code it is: now, just before or just after.
fn step(secret: Vec<u8>, account: &Account, code: &str, now: Timestamp) -> Result<Option<u64>, AccessError> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.unix_ms().div_euclid(1000)).unwrap_or(0);
    Ok(totp(secret, &account.email)?.check(&digits, seconds))
}

/// 30 seconds, 6 digits and SHA-1, which is what every authenticator can; one step of
/// tolerance on either side.
fn totp(secret: Vec<u8>, email: &str) -> Result<Totp, AccessError> {
    let totp = Builder::new().with_secret(secret).with_account_name(email).with_issuer(Some(ISSUER)).build();
    totp.map_err(|error| AccessError::Random(format!("no second factor can be made: {error}")))
}

fn qr_code(address: &str) -> Result<String, AccessError> {
    let code = QrCode::new(address)
        .map_err(|error| AccessError::Random(format!("no QR code can be made: {error}")))?;
    let svg = code.render::<svg::Color>().min_dimensions(200, 200).build();
    // The declaration of an XML file has no place inside a page.
    Ok(svg.split_once("?>").map_or(svg.as_str(), |(_, element)| element).to_owned())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::access::console_key::ConsoleKeys;

    const START: i64 = 1_800_000_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(START + seconds * 1000)
    }

    /// The code that an authenticator with this secret shows.
    pub fn code_at(secret: &str, now: Timestamp) -> String {
        code_of(Secret::try_from_base32(secret).unwrap().as_bytes().to_vec(), now)
    }

    /// As [`code_at`], for the bytes of the secret.
    pub fn code_of(secret: Vec<u8>, now: Timestamp) -> String {
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(now.unix_ms().unsigned_abs() / 1000).to_string()
    }

    fn keys() -> ConsoleKeys {
        ConsoleKeys::derive(&[7; 32]).unwrap()
    }

    fn account() -> Account {
        Account::new("ana@helvia.example".into(), Vec::new(), "x", at(0)).unwrap()
    }

    fn is_wrong<T>(result: Result<T, AccessError>) -> bool {
        matches!(result, Err(AccessError::Refused(Refusal::CodeWrong)))
    }

    const PLACE: &str = "session";

    /// Sets a second factor by its first code; returns its secret and the recovery codes.
    fn set(keys: &ConsoleKeys, account: &mut Account) -> (String, Vec<String>) {
        let secret = offer(keys, account, PLACE).unwrap().secret;
        let codes = confirm(keys, account, PLACE, &code_at(&secret, at(0)), at(0)).unwrap();
        (secret, codes)
    }

    #[test]
    fn a_place_is_offered_the_same_secret_until_it_is_confirmed_and_no_other_place_is() {
        let keys = keys();
        let mut account = account();
        let secret = |account: &Account, place| offer(&keys, account, place).unwrap().secret;
        let first = secret(&account, PLACE);
        assert_eq!(secret(&account, PLACE), first);
        assert_ne!(secret(&account, "another session"), first);
        assert_ne!(secret(&super::tests::account(), PLACE), first, "another account");
        assert_eq!(set(&keys, &mut account).0, first);
        assert_ne!(secret(&account, PLACE), first, "the one that replaces it");
        assert!(!serde_json::to_string(&account).unwrap().contains(&first), "it is stored encrypted");
    }

    #[test]
    fn an_offer_is_a_text_an_address_and_a_picture_without_style() {
        let keys = keys();
        let offer = offer(&keys, &account(), PLACE).unwrap();
        let start = format!("otpauth://totp/Constat:ana%40helvia.example?secret={}", offer.secret);
        assert!(offer.address.starts_with(&start), "{}", offer.address);
        assert!(offer.qr_code.trim_start().starts_with("<svg") && !offer.qr_code.contains("style"));
    }

    #[test]
    fn a_code_works_once_and_the_one_of_the_enrolment_counts_as_used() {
        let keys = keys();
        let mut account = account();
        assert!(is_wrong(confirm(&keys, &mut account, PLACE, "no code", at(0))));
        assert_eq!(account.second_factor, None);
        let (secret, _) = set(&keys, &mut account);
        let first = code_at(&secret, at(0));
        assert!(is_wrong(check(&keys, &mut account, &first, at(1))));
        let next = code_at(&secret, at(30));
        let spaced = format!("{} {}", &next[..3], &next[3..]);
        assert_eq!(check(&keys, &mut account, &spaced, at(30)).unwrap(), Used::Code);
        assert!(is_wrong(check(&keys, &mut account, &next, at(30))));
        assert!(is_wrong(check(&keys, &mut account, &first, at(30))), "an earlier one neither");
        let last = code_at(&secret, at(60));
        assert!(is_wrong(check(&keys, &mut account, &last, at(120))), "two steps late");
        assert!(is_wrong(check(&keys, &mut account, &last, at(0))), "two steps early");
        assert_eq!(check(&keys, &mut account, &last, at(90)).unwrap(), Used::Code);
    }

    #[test]
    fn each_recovery_code_works_once_in_the_same_field_and_for_its_account_only() {
        let keys = keys();
        let mut account = account();
        let (_, codes) = set(&keys, &mut account);
        assert_eq!(codes.len(), 10);
        assert!(!serde_json::to_string(&account).unwrap().contains(&codes[0]));
        let typed = format!(" {} ", codes[0].replace('-', " ").to_uppercase());
        assert_eq!(check(&keys, &mut account, &typed, at(1)).unwrap(), Used::RecoveryCode);
        assert!(is_wrong(check(&keys, &mut account, &codes[0], at(1))));
        let mut other = super::tests::account();
        set(&keys, &mut other);
        assert!(is_wrong(check(&keys, &mut other, &codes[1], at(1))));
        let new = make_recovery_codes(&mut account).unwrap();
        assert!(is_wrong(check(&keys, &mut account, &codes[1], at(1))));
        assert_eq!(check(&keys, &mut account, &new[1], at(1)).unwrap(), Used::RecoveryCode);
    }

    #[test]
    fn a_code_opens_nothing_without_a_second_factor() {
        let keys = keys();
        assert!(is_wrong(check(&keys, &mut account(), "", at(0))));
        assert!(is_wrong(check(&keys, &mut account(), "123456", at(0))));
    }
}
