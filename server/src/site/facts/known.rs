//! What the rules for a vendor start from: its facts in the catalogue, and where its table stands.

use constat_shared::{Purposes, Vendor};

/// What is known of a vendor before its table is read.
pub struct Known<'a> {
    /// Its facts in the catalogue, if it is there.
    pub base: Option<&'a Vendor>,
    /// The purposes that can be named.
    pub purposes: &'a Purposes,
}

/// The key of a part of a vendor, whose own key is `at`; a file of the catalogue is one vendor, so `at` is empty there.
pub fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
