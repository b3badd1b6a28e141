//! The Data Privacy Vocabulary: consent records after ISO/IEC TS 27560, and vendors, in JSON-LD.

mod history;
mod notice;
#[cfg(test)]
mod tests;
mod vendors;

pub use history::{MEDIA_TYPE, json_ld, json_ld_of, json_ld_of_unreadable};
pub use vendors::vendors_json_ld;
