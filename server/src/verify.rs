//! `constat verify`: what a bundle or a receipt proves. No server, no store, no network.

use crate::Failure;
use crate::config::VerifyArgs;
use constat_shared::evidence::{EVIDENCE_BYTES_MAX, Evidence};
use constat_shared::receipt::{Jwk, RECEIPT_BYTES_MAX};
use constat_shared::{Receipt, Record};
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A set of keys as `/.well-known/jwks.json` gives it.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// Prints what is proven, line by line, and what is not.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    match (&args.receipt, &args.file) {
        (Some(receipt), _) => verify_receipt(receipt, args.jwks.as_deref()),
        (None, Some(file)) => verify_evidence(file),
        (None, None) => Err(Failure::new("name an evidence bundle, or a receipt with --receipt and --jwks")),
    }
}

fn verify_evidence(file: &Path) -> Result<(), Failure> {
    let bytes = read(file, EVIDENCE_BYTES_MAX)?;
    let (evidence, checkpoint) = Evidence::verify(&bytes)
        .map_err(|error| Failure::new(format!("{}: NOT proven. {error}", file.display())))?;
    println!("proven: the bundle is whole; no byte of it was changed");
    print_record(&evidence.record);
    println!("proven: the visitor was shown notice {}, which is in the bundle", evidence.record.notice_hash);
    println!(
        "proven: the record is leaf {} of {} in the log {}",
        evidence.leaf_index,
        checkpoint.size,
        evidence.log.origin()
    );
    println!("proven: the log's head is signed by key {}", evidence.public_key.kid);
    println!("not proven: that this key is the operator's; compare it with the one they publish");
    println!("not proven: that a human hand clicked, or whose");
    println!("{}", evidence.statement);
    Ok(())
}

fn verify_receipt(file: &Path, jwks: Option<&Path>) -> Result<(), Failure> {
    let jwks = jwks.ok_or_else(|| {
        Failure::new("a receipt is checked against keys: name the server's jwks.json with --jwks")
    })?;
    let keys: KeySet = serde_json::from_slice(&read(jwks, RECEIPT_BYTES_MAX)?)
        .map_err(|error| Failure::new(format!("{} is not a key set: {error}", jwks.display())))?;
    let bytes = read(file, RECEIPT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_end();
    let refused =
        |error: &dyn std::fmt::Display| Failure::new(format!("{}: NOT proven. {error}", file.display()));
    let key_id = Receipt::key_id(text).map_err(|error| refused(&error))?;
    let key = keys.keys.iter().filter(|jwk| jwk.kid == key_id).find_map(Jwk::key);
    let key = key.ok_or_else(|| refused(&format!("no key of the set has its name, {key_id}")))?;
    let receipt = Receipt::open(text, &key).map_err(|error| refused(&error))?;
    println!("proven: the receipt is signed by key {key_id}");
    print_record(&receipt.record);
    println!(
        "said, not proven: its commitment is leaf {} of the log {}",
        receipt.leaf_index,
        receipt.log.origin()
    );
    Ok(())
}

fn print_record(record: &Record) {
    let (action, layer) = (record.action.as_str(), record.layer.as_str());
    println!("proven: consent id {} on site {}", record.consent_id, record.site);
    println!("proven: {action} on the {layer}, in {}, recorded at {}", record.language, record.recorded_at);
}

fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > bytes_max {
        return Err(Failure::new(format!("{} is larger than {bytes_max} bytes", path.display())));
    }
    Ok(bytes)
}
