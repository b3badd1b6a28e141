//! Receipts as the server would have signed them at another time.

use constat_shared::proof::thumbprint;
use constat_shared::{LogId, LogShards, Receipt, Record, Timestamp};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A receipt of the record that ends in so many seconds, or ended so many seconds ago, signed with the
/// first key of a data folder.
///
/// # Panics
/// When the folder has no such key.
pub fn ending_in(data: &Path, record: &Record, seconds: i64) -> String {
    let pem = std::fs::read_to_string(data.join("keys/1.pem")).expect("the server made a key");
    let key = SigningKey::from_pkcs8_pem(&pem).expect("it is a key");
    let mut record = record.clone();
    record.expires_at = Timestamp::from_unix_ms((now_s() + seconds) * 1000);
    let log = LogId::of(&record, LogShards::ONE);
    Receipt::new(record, log, 0).sign(&key, &thumbprint(&key.verifying_key()))
}

/// Now, in seconds since 1970.
///
/// # Panics
/// When the clock is before 1970.
pub fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
    i64::try_from(since.as_secs()).expect("the clock is right")
}
