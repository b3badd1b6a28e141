//! The Data Privacy Vocabulary: consent records after ISO/IEC TS 27560 in JSON-LD.

mod history;
mod notice;
#[cfg(test)]
mod tests;

pub use history::{MEDIA_TYPE, json_ld, json_ld_of, json_ld_of_unreadable};
