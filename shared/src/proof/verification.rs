//! Every check of a bundle, by its name, with its result. One that fails does not hide the others.

use super::bundle::Evidence;
use super::bundle_checks::Checks;
use super::bundle_error::EvidenceError;
use super::certificate;
use super::finding::{Finding, GivenFiles, Standing};
use super::receipt::ReceiptError;
use super::sentence::position;
use super::step::{Step, StepResult, Verdict};
use crate::log::TreeHead;
use crate::values::Language;
use serde::Serialize;
use std::borrow::Cow;

/// A bundle that can be read, with all that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The bundle.
    pub evidence: Evidence,
    /// Whether it was inside a certificate.
    pub is_certificate: bool,
    /// The head of its log; nothing when it is not signed by the bundle's key.
    pub head: Option<TreeHead>,
    /// What is wrong, in the order of the checks; nothing when the bundle is whole.
    pub faults: Vec<EvidenceError>,
}

/// A check with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedStep {
    /// Which check.
    pub step: Step,
    /// Its result.
    pub result: StepResult,
    /// What was found.
    pub detail: Detail,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What is proven, or not.
    Finding(Finding),
    /// What is wrong with a bundle.
    Fault(EvidenceError),
    /// What is wrong with a receipt.
    Receipt(ReceiptError),
}

/// A check as JSON: `{"step":"inclusion_proof","result":"failed","detail":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepInWords {
    /// Which check.
    pub step: Step,
    /// Its result.
    pub result: StepResult,
    /// What was found, as one sentence without its full stop.
    pub detail: String,
}

impl Verification {
    /// Reads a bundle, or the one inside a certificate, and does every check that does not need one
    /// that failed.
    ///
    /// # Errors
    /// The [`EvidenceError`], when there is no bundle of this format.
    pub fn read(bytes: &[u8]) -> Result<Verification, EvidenceError> {
        let is_certificate = certificate::is_pdf(bytes);
        let bytes = if is_certificate { certificate::bundle_inside(bytes)? } else { Cow::Borrowed(bytes) };
        let evidence = Evidence::read(&bytes)?;
        let changed = (evidence.to_vec() != *bytes).then_some(EvidenceError::NotCanonical);
        let checks = Checks::of(&evidence);
        let faults = changed.into_iter().chain(checks.faults()).collect();
        Ok(Verification { head: checks.head(), is_certificate, faults, evidence })
    }

    /// Every check, with what was given with the bundle: those that failed first.
    pub fn steps(&self, given: &GivenFiles) -> Vec<CheckedStep> {
        let faults = self.faults.iter().map(|fault| CheckedStep::failed(fault.clone()));
        let mut findings = self.evidence.findings(self.head.as_ref(), given);
        if self.is_certificate {
            findings.push(Finding::PagesNotCompared);
        }
        let findings = findings.into_iter();
        let mut steps: Vec<_> = faults
            .chain(findings.filter(|finding| self.was_checked(finding)).map(|finding| self.found(finding)))
            .collect();
        steps.sort_by_key(|step| step.result != StepResult::Failed);
        steps
    }

    /// Whether nothing contradicts the finding, and all that it follows from was checked.
    fn was_checked(&self, finding: &Finding) -> bool {
        let failed = |step| self.faults.iter().any(|fault| fault.step() == step);
        let needed = match finding.step() {
            Step::File => return self.faults.is_empty(),
            Step::Choices | Step::Dates => Step::Notice,
            Step::Serving | Step::Snapshot | Step::Timestamp => Step::PublicKey,
            step => step,
        };
        !failed(needed) && !failed(finding.step())
    }

    fn found(&self, finding: Finding) -> CheckedStep {
        let about_record = matches!(
            finding.step(),
            Step::ConsentId | Step::Record | Step::Choices | Step::Dates | Step::InclusionProof
        );
        let mut checked = CheckedStep::from(finding);
        // What a record says is proven by the whole chain up to the signature, or not at all.
        if about_record && !self.faults.is_empty() {
            checked.result = StepResult::NotProven;
        }
        checked
    }
}

impl CheckedStep {
    /// The check that found this fault.
    pub fn failed(fault: EvidenceError) -> CheckedStep {
        CheckedStep { step: fault.step(), result: StepResult::Failed, detail: Detail::Fault(fault) }
    }

    /// The result in words, which the detail completes.
    pub fn label(&self, language: Language) -> &'static str {
        let standing = match (&self.detail, self.result) {
            (Detail::Fault(_) | Detail::Receipt(_), _) => {
                return ["échec", "mislukt", "fehlgeschlagen", "failed"][position(language)];
            }
            (Detail::Finding(finding), _) if finding.standing() == Standing::Stated => Standing::Stated,
            (Detail::Finding(_), StepResult::Ok) => Standing::Proven,
            (Detail::Finding(_), StepResult::Failed | StepResult::NotProven) => Standing::NotProven,
        };
        standing.in_words(language)
    }

    /// The check with its detail in a language.
    pub fn in_words(&self, language: Language) -> StepInWords {
        let detail = match &self.detail {
            Detail::Finding(finding) => finding.in_words(language),
            Detail::Fault(fault) => fault.why(language),
            Detail::Receipt(error) => error.in_words(language),
        };
        StepInWords { step: self.step, result: self.result, detail }
    }
}

impl From<Finding> for CheckedStep {
    fn from(finding: Finding) -> CheckedStep {
        let result = match finding.standing() {
            _ if finding.contradicts() => StepResult::Failed,
            Standing::Proven => StepResult::Ok,
            Standing::NotProven | Standing::Stated => StepResult::NotProven,
        };
        CheckedStep { step: finding.step(), result, detail: Detail::Finding(finding) }
    }
}

impl From<ReceiptError> for CheckedStep {
    fn from(error: ReceiptError) -> CheckedStep {
        CheckedStep { step: error.step(), result: StepResult::Failed, detail: Detail::Receipt(error) }
    }
}

impl Verdict {
    /// The result for the whole: one check that failed is enough.
    pub fn of(steps: &[CheckedStep]) -> Verdict {
        match steps.iter().any(|step| step.result == StepResult::Failed) {
            true => Verdict::NotProven,
            false => Verdict::Proven,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundle::tests::evidence;
    use super::super::public_key::KeySet;
    use super::*;
    use crate::consent::Record;
    use crate::log::CommitmentKey;
    use crate::notice::sample::notice as sample_notice;
    use crate::values::Timestamp;

    fn steps(evidence: &Evidence, given: &GivenFiles) -> Vec<CheckedStep> {
        Verification::read(&evidence.to_vec()).unwrap().steps(given)
    }

    fn with(steps: &[CheckedStep], result: StepResult) -> Vec<&'static str> {
        steps.iter().filter(|step| step.result == result).map(|step| step.step.as_str()).collect()
    }

    #[test]
    fn every_step_of_a_whole_bundle_has_a_name_of_its_own() {
        let steps = steps(&evidence(), &GivenFiles::default());
        assert_eq!(Verdict::of(&steps), Verdict::Proven);
        assert_eq!(
            with(&steps, StepResult::Ok),
            [
                "file",
                "consent_id",
                "record",
                "choices",
                "dates",
                "notice",
                "inclusion_proof",
                "checkpoint",
                "serving",
                "snapshot"
            ]
        );
        assert_eq!(with(&steps, StepResult::NotProven), ["published_key", "picture", "timestamp", "person"]);
        let json = serde_json::to_value(steps[6].in_words(Language::En)).unwrap();
        assert_eq!((&json["step"], &json["result"]), (&"inclusion_proof".into(), &"ok".into()));
    }

    #[test]
    fn every_failed_step_is_named_and_comes_first_and_the_answer_is_then_not_proven() {
        let whole = evidence();
        let later = Timestamp::from_unix_ms(whole.record.expires_at.unix_ms() + 1);
        let redated = Record { expires_at: later, ..whole.record.clone() };
        let keyless = Evidence { commitment_key: CommitmentKey::from_bytes([8; 32]), ..whole.clone() };
        let larger = whole.checkpoint.as_str().replace("\n4\n", "\n5\n").into();
        let mut key_cut = whole.clone();
        key_cut.public_key.x.pop();
        let cases = [
            (keyless, vec!["inclusion_proof"]),
            (Evidence { record: redated, ..whole.clone() }, vec!["dates", "inclusion_proof"]),
            (Evidence { statement: "Rien.".into(), ..whole.clone() }, vec!["statement"]),
            (Evidence { notice: sample_notice(2), ..whole.clone() }, vec!["notice"]),
            (Evidence { checkpoint: larger, ..whole.clone() }, vec!["checkpoint"]),
            (key_cut, vec!["public_key"]),
            (
                Evidence { serving: whole.snapshot.clone(), leaf_index: 0, ..whole },
                vec!["inclusion_proof", "serving"],
            ),
        ];
        for (bundle, failed) in cases {
            let steps = steps(&bundle, &GivenFiles::default());
            assert_eq!(Verdict::of(&steps), Verdict::NotProven);
            assert_eq!(with(&steps, StepResult::Failed), failed);
            assert_eq!(with(&steps[..failed.len()], StepResult::Failed), failed);
            let ok = with(&steps, StepResult::Ok);
            for name in ["file", "consent_id", "record", "choices", "dates"].iter().chain(&failed) {
                assert!(!ok.contains(name), "{failed:?}: {name}");
            }
            let first = Evidence::verify(&bundle.to_vec()).unwrap_err();
            assert_eq!(first.step().as_str(), failed[0]);
        }
    }

    #[test]
    fn spaces_added_to_a_bundle_are_a_fault_of_the_file_and_hide_no_other() {
        let whole = evidence();
        let keyless = Evidence { commitment_key: CommitmentKey::from_bytes([8; 32]), ..whole.clone() };
        let spaced = |evidence: &Evidence| [&evidence.to_vec()[..], b"\n"].concat();
        let failed = |bytes: &[u8]| {
            let steps = Verification::read(bytes).unwrap().steps(&GivenFiles::default());
            with(&steps, StepResult::Failed)
        };
        assert_eq!(failed(&spaced(&whole)), ["file"]);
        assert_eq!(failed(&spaced(&keyless)), ["file", "inclusion_proof"]);
    }

    #[test]
    fn what_was_given_and_does_not_belong_to_the_bundle_is_a_failed_step() {
        let none = KeySet { keys: Vec::new() };
        let given = GivenFiles {
            keys: Some(none),
            stamp: Some(Err("it is not base64".into())),
            ..GivenFiles::default()
        };
        let steps = steps(&evidence(), &given);
        assert_eq!(with(&steps, StepResult::Failed), ["published_key", "timestamp"]);
        assert_eq!(Verdict::of(&steps), Verdict::NotProven);
    }

    #[test]
    fn no_two_steps_have_the_same_name() {
        let mut names: Vec<_> = Step::ALL.iter().map(|step| step.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
