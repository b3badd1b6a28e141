//! The form in which both engines keep a record's choices: a digit for each
//! category and each vendor of its notice.

use crate::store::error::{StoreError, unreadable};
use constat_shared::{Category, Hash, Notice, Record, SiteId, VendorId};
use std::collections::BTreeMap;

/// The part of a published notice that is needed to read and write its records.
pub struct NoticeDigits {
    /// The number of the notice in the store.
    pub number: i64,
    /// The hash of the notice.
    pub notice_hash: Hash,
    /// The hash of what consent depends on.
    pub terms_hash: Hash,
    /// The site of the notice.
    pub site: SiteId,
    /// The vendors in the order of their digits.
    pub vendors: Vec<VendorId>,
}

impl NoticeDigits {
    /// Reads the canonical JSON of a notice with that number and terms hash.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the text is not a notice.
    pub fn read(number: i64, terms_hash: Hash, json: &str) -> Result<NoticeDigits, StoreError> {
        let notice: Notice = serde_json::from_str(json).map_err(unreadable)?;
        Ok(NoticeDigits {
            number,
            notice_hash: Hash::of(json.as_bytes()),
            terms_hash,
            site: notice.site,
            vendors: notice.vendors.into_iter().map(|vendor| vendor.id).collect(),
        })
    }

    /// A digit for each category: 1 for allowed, 0 for refused, - for not in use.
    pub fn category_digits(record: &Record) -> String {
        digits(Category::ALL.iter().map(|category| record.categories.get(category)))
    }

    /// A digit for each vendor of the notice.
    pub fn vendor_digits(&self, record: &Record) -> String {
        digits(self.vendors.iter().map(|vendor| record.vendors.get(vendor)))
    }

    /// The choices for the categories, from their digits.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when there is not one digit for each category.
    pub fn categories(digits: &str) -> Result<BTreeMap<Category, bool>, StoreError> {
        switches(digits, &Category::ALL)
    }

    /// The choices for the vendors, from their digits.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when there is not one digit for each vendor.
    pub fn vendors(&self, digits: &str) -> Result<BTreeMap<VendorId, bool>, StoreError> {
        switches(digits, &self.vendors)
    }
}

fn digits<'a>(switches: impl Iterator<Item = Option<&'a bool>>) -> String {
    let digit = |switch: Option<&bool>| match switch {
        Some(true) => '1',
        Some(false) => '0',
        None => '-',
    };
    switches.map(digit).collect()
}

fn switches<K: Ord + Clone>(digits: &str, keys: &[K]) -> Result<BTreeMap<K, bool>, StoreError> {
    if digits.len() != keys.len() {
        return Err(unreadable("a record does not have one digit for each category and vendor"));
    }
    let mut known = BTreeMap::new();
    for (digit, key) in digits.bytes().zip(keys) {
        match digit {
            b'0' | b'1' => known.insert(key.clone(), digit == b'1'),
            b'-' => None,
            _ => return Err(unreadable("a choice of a record is none of 0, 1 and -")),
        };
    }
    Ok(known)
}
