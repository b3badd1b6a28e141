//! Receipts and evidence bundles, and sentences about what they prove.

mod bundle;
mod bundle_checks;
mod bundle_error;
mod certificate;
mod finding;
mod finding_texts;
mod public_key;
mod purge_proof;
mod receipt;
mod sentence;
mod statement;
mod step;
mod unreadable;
mod verification;

pub use bundle::{EVIDENCE_BYTES_MAX, Evidence, FORMAT, Logged, Stamped};
pub use bundle_error::{EvidenceError, Fault};
pub use certificate::{CERTIFICATE_BYTES_MAX, is_pdf};
pub use finding::{Compared, Finding, GivenFiles, Stamp, Standing};
pub use public_key::{Jwk, KEY_SET_BYTES_MAX, KeySet, thumbprint};
pub use purge_proof::{PURGE_BYTES_MAX, PurgeProof};
pub use receipt::{RECEIPT_BYTES_MAX, Receipt, ReceiptError};
pub use statement::{action_in_words, statement};
pub use step::{Step, StepResult, Verdict};
pub use unreadable::Unreadable;
pub use verification::{CheckedStep, Detail, StepInWords, Verification};
