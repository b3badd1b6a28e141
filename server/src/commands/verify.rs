//! `constat verify`: what a certificate, a bundle or a receipt proves. No server, no store, no network.

use super::print::print;
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::proof::given_files::{read, read_authorities, read_keys, read_pictures};
use crate::proof::timestamp::trust::{self, Authorities};
use constat_shared::proof::{
    CERTIFICATE_BYTES_MAX, CheckedStep, GivenFiles, PurgeProof, RECEIPT_BYTES_MAX, Stamp, StepInWords,
    StepResult, Verdict, Verification,
};
use constat_shared::{Evidence, KeySet, Language, Receipt};
use serde::Serialize;
use std::path::Path;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    verdict: Verdict,
    steps: Vec<StepInWords>,
}

/// Prints what is proven, line by line, and what is not.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let keys = args.jwks.as_deref().map(read_keys).transpose()?;
    let trusted = args.ca.as_deref().map(read_authorities).transpose()?;
    match (&args.receipt, &args.file, keys) {
        (Some(receipt), _, Some(keys)) => report(receipt, args.json, &receipt_steps(receipt, &keys)?, None),
        (Some(_), _, None) => {
            Err(Failure::new("a receipt is checked against keys: name the server's jwks.json with --jwks"))
        }
        (None, Some(file), keys) => {
            let pictures = args.images.as_deref().map(read_pictures).transpose()?.unwrap_or_default();
            let given = GivenFiles { keys, pictures, ..GivenFiles::default() };
            let (steps, statement) = evidence_steps(file, given, trusted.as_ref())?;
            report(file, args.json, &steps, statement.as_deref())
        }
        (None, None, _) => Err(Failure::new(
            "name a certificate or an evidence bundle, or a receipt with --receipt and --jwks",
        )),
    }
}

/// Every check of a bundle, of the one inside a certificate, or of the proof of an erasure, and its statement.
fn evidence_steps(
    file: &Path,
    mut given: GivenFiles,
    trusted: Option<&Authorities>,
) -> Result<(Vec<CheckedStep>, Option<String>), Failure> {
    let bytes = read(file, CERTIFICATE_BYTES_MAX)?;
    if PurgeProof::is_one(&bytes) {
        let (proof, steps) = PurgeProof::check(&bytes, &given);
        return Ok((steps, proof.map(|proof| proof.statement)));
    }
    let checked = match Verification::read(&bytes) {
        Ok(checked) => checked,
        Err(error) => return Ok((vec![CheckedStep::failed(error)], None)),
    };
    given.stamp = trusted.map(|trusted| stamp(&checked.evidence, trusted));
    Ok((checked.steps(&given), Some(checked.evidence.statement)))
}

/// The bundle's time-stamp under the CAs that were given. A bundle without one is
/// refused: there would be nothing to check.
fn stamp(evidence: &Evidence, trusted: &Authorities) -> Result<Stamp, String> {
    let token = evidence.timestamp().ok_or("the bundle holds none to check with --ca")?;
    trust::check(token, &evidence.record, trusted).map_err(|error| error.to_string())
}

fn receipt_steps(file: &Path, keys: &KeySet) -> Result<Vec<CheckedStep>, Failure> {
    let bytes = read(file, RECEIPT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(match Receipt::verify(text.trim_end(), keys) {
        Ok((receipt, key_id)) => receipt.findings(&key_id).into_iter().map(CheckedStep::from).collect(),
        Err(error) => vec![error.into()],
    })
}

/// Prints the checks, and the statement of a bundle that is proven.
fn report(file: &Path, json: bool, steps: &[CheckedStep], statement: Option<&str>) -> Result<(), Failure> {
    let verdict = Verdict::of(steps);
    if json {
        let steps = steps.iter().map(|step| step.in_words(Language::En)).collect();
        let report = serde_json::to_string(&Report { verdict, steps });
        print(report.map_err(crate::failure::failed)?)?;
    } else {
        for step in steps {
            print(line(step))?;
        }
        if let (Verdict::Proven, Some(statement)) = (verdict, statement) {
            print(statement)?;
        }
    }
    let failed: Vec<_> = steps.iter().filter(|step| step.result == StepResult::Failed).collect();
    let Some((first, others)) = failed.split_first() else { return Ok(()) };
    let words = |step: &CheckedStep| {
        let StepInWords { step, detail, .. } = step.in_words(Language::En);
        format!("{step}: {detail}")
    };
    let head = format!("{}: NOT proven. {}", file.display(), words(first));
    Err(Failure::with_lines(head, others.iter().map(|step| words(step))))
}

/// A check on a line of its own; one that failed with its name.
fn line(step: &CheckedStep) -> String {
    let label = step.label(Language::En);
    let StepInWords { step, result, detail } = step.in_words(Language::En);
    match result {
        StepResult::Failed => format!("{label}: {step}: {detail}"),
        StepResult::Ok | StepResult::NotProven => format!("{label}: {detail}"),
    }
}
