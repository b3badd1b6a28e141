//! Secrets: made of random bytes, and stored as their hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::Hash;

/// The number of characters of a secret: 32 bytes in base64url.
const SECRET_LEN: usize = 43;

/// Random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map(|()| bytes)
}

/// A secret for a cookie or an address: 32 random bytes in base64url.
pub fn secret() -> Result<String, getrandom::Error> {
    Ok(BASE64URL.encode(bytes::<32>()?))
}

/// The name under which a secret is stored; `None` for what cannot be one. A hash
/// without salt is enough: nobody can guess 32 random bytes.
pub fn name_of(secret: &str) -> Option<String> {
    let is_secret = secret.len() == SECRET_LEN && BASE64URL.decode(secret).is_ok();
    is_secret.then(|| Hash::of(secret.as_bytes()).to_string())
}

/// A random name: 16 bytes in hexadecimal digits.
pub fn id() -> Result<String, getrandom::Error> {
    Ok(bytes::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}
