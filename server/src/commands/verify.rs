//! `constat verify`: what a bundle or a receipt proves. No server, no store, no network.

use super::print::print;
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::proof::given_files::{read, read_authorities, read_keys, read_pictures};
use crate::proof::timestamp::trust::{self, Authorities};
use constat_shared::proof::{EVIDENCE_BYTES_MAX, Finding, GivenFiles, RECEIPT_BYTES_MAX, Stamp};
use constat_shared::{Evidence, KeySet, Language, Receipt};
use std::fmt::Display;
use std::path::Path;

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

fn verify_evidence(file: &Path, mut given: GivenFiles, trusted: Option<&Authorities>) -> Result<(), Failure> {
    let bytes = read(file, EVIDENCE_BYTES_MAX)?;
    let (evidence, checkpoint) = Evidence::verify(&bytes).map_err(|error| refused(file, &error))?;
    given.stamp = trusted.map(|trusted| stamp(file, &evidence, trusted)).transpose()?;
    let findings = evidence.findings(&checkpoint, &given);
    print_findings(&findings)?;
    print(&evidence.statement)?;
    if findings.iter().any(Finding::contradicts) {
        return Err(refused(file, &"what was given with it does not belong to it: see the lines above"));
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
    print_findings(&receipt.findings(&key_id))
}

fn print_findings(findings: &[Finding]) -> Result<(), Failure> {
    for finding in findings {
        let standing = finding.standing().in_words(Language::En);
        print(format_args!("{standing}: {}", finding.in_words(Language::En)))?;
    }
    Ok(())
}

fn refused(file: &Path, why: &dyn Display) -> Failure {
    Failure::new(format!("{}: NOT proven. {why}", file.display()))
}
