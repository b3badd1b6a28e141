//! `constat verify`: what a bundle or a receipt proves. No server, no store, no network.

use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::proof::timestamp::trust::{self, Authorities, CA_BYTES_MAX};
use constat_shared::proof::{
    EVIDENCE_BYTES_MAX, Finding, GivenFiles, KEY_SET_BYTES_MAX, RECEIPT_BYTES_MAX, Stamp,
};
use constat_shared::{Evidence, Hash, KeySet, Language, Receipt};
use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes of a picture that is read, and the most pictures: many times what a pack holds.
const PICTURE_BYTES_MAX: usize = 32 * 1024 * 1024;
const PICTURES_MAX: usize = 256;

/// Prints what is proven, line by line, and what is not.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let keys = args.jwks.as_deref().map(read_keys).transpose()?;
    let trusted = args.ca.as_deref().map(read_authorities).transpose()?;
    match (&args.receipt, &args.file, keys) {
        (Some(receipt), _, Some(keys)) => verify_receipt(receipt, &keys),
        (Some(_), _, None) => {
            Err(Failure::new("a receipt is checked against keys: name the server's jwks.json with --jwks"))
        }
        (None, Some(file), keys) => {
            let pictures = args.images.as_deref().map(read_pictures).transpose()?.unwrap_or_default();
            verify_evidence(file, GivenFiles { keys, pictures, ..GivenFiles::default() }, trusted.as_ref())
        }
        (None, None, _) => {
            Err(Failure::new("name an evidence bundle, or a receipt with --receipt and --jwks"))
        }
    }
}

fn verify_evidence(
    file: &Path,
    mut beside: GivenFiles,
    trusted: Option<&Authorities>,
) -> Result<(), Failure> {
    let bytes = read(file, EVIDENCE_BYTES_MAX)?;
    let (evidence, checkpoint) = Evidence::verify(&bytes).map_err(|error| refused(file, &error))?;
    beside.stamp = trusted.map(|trusted| stamp(file, &evidence, trusted)).transpose()?;
    let findings = evidence.findings(&checkpoint, &beside);
    print(&findings);
    println!("{}", evidence.statement);
    if findings.iter().any(Finding::contradicts) {
        return Err(refused(file, &"what was given beside it does not belong to it: see the lines above"));
    }
    Ok(())
}

/// The finding about the bundle's time-stamp under the CAs that were given. A
/// bundle without one is refused: there would be nothing to check.
fn stamp(file: &Path, evidence: &Evidence, trusted: &Authorities) -> Result<Stamp, Failure> {
    let refused = |why: &dyn Display| refused(file, &format!("timestamp: {why}"));
    let token = evidence.timestamp().ok_or_else(|| refused(&"the bundle holds none to check with --ca"))?;
    trust::check(token, &evidence.record, trusted).map_err(|error| refused(&error))
}

fn verify_receipt(file: &Path, keys: &KeySet) -> Result<(), Failure> {
    let bytes = read(file, RECEIPT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let (receipt, key_id) = Receipt::verify(text.trim_end(), keys).map_err(|error| refused(file, &error))?;
    print(&receipt.findings(&key_id));
    Ok(())
}

fn print(findings: &[Finding]) {
    for finding in findings {
        println!("{}: {}", finding.standing().in_words(Language::En), finding.in_words(Language::En));
    }
}

fn refused(file: &Path, why: &dyn Display) -> Failure {
    Failure::new(format!("{}: NOT proven. {why}", file.display()))
}

fn read_keys(file: &Path) -> Result<KeySet, Failure> {
    serde_json::from_slice(&read(file, KEY_SET_BYTES_MAX)?)
        .map_err(|error| Failure::new(format!("{} is not a key set: {error}", file.display())))
}

/// The name and hash of every picture in a folder, by name.
fn read_pictures(dir: &Path) -> Result<Vec<(String, Hash)>, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", dir.display()));
    let mut pictures = Vec::new();
    for file in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = file.map_err(unreadable)?.path();
        let Some(name) =
            path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".png"))
        else {
            continue;
        };
        if pictures.len() == PICTURES_MAX {
            let words = format!(
                "{} holds more than {PICTURES_MAX} pictures: name the folder of one notice",
                dir.display()
            );
            return Err(Failure::new(words));
        }
        pictures.push((name.to_owned(), Hash::of(&read(&path, PICTURE_BYTES_MAX)?)));
    }
    if pictures.is_empty() {
        let words =
            format!("there is no picture in {}: name the folder of the notice's PNG files", dir.display());
        return Err(Failure::new(words));
    }
    pictures.sort_unstable();
    Ok(pictures)
}

fn read_authorities(file: &Path) -> Result<Authorities, Failure> {
    Authorities::read(file, &read(file, CA_BYTES_MAX)?)
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
