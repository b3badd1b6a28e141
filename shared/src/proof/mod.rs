//! Receipts and evidence bundles, and sentences about what they prove.

mod bundle;
mod bundle_error;
mod finding;
mod finding_texts;
mod public_key;
mod receipt;
mod sentence;
mod statement;

pub use bundle::{EVIDENCE_BYTES_MAX, Evidence, FORMAT, Logged, Stamped};
pub use bundle_error::{EvidenceError, Fault};
pub use finding::{Compared, Finding, GivenFiles, Stamp, Standing};
pub use public_key::{Jwk, KEY_SET_BYTES_MAX, KeySet, thumbprint};
pub use receipt::{RECEIPT_BYTES_MAX, Receipt, ReceiptError};
pub use statement::statement;
