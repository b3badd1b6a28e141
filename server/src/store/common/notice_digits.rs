//! What both stores keep of a record besides its ids, in the same form: the
//! notice it names, and a digit for each of its choices.

use crate::store::error::{StoreError, unreadable};
use constat_shared::{Category, Hash, Notice, Record, SiteId, VendorId};
use std::collections::BTreeMap;

/// As much of a published notice as records need.
pub struct NoticeDigits {
    /// Its number in the store.
    pub number: i64,
    /// Its hash.
    pub notice_hash: Hash,
    /// The hash of what consent depended on.
    pub terms_hash: Hash,
    /// The site it was published for.
    pub site: SiteId,
    /// The vendors, in the order in which records keep their digits.
    pub vendors: Vec<VendorId>,
}

impl NoticeDigits {
    /// What is known of a notice with that number, terms hash and canonical JSON.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the text is no notice.
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

    /// A digit for each category: 1 allowed, 0 refused, - not in use.
    pub fn category_digits(record: &Record) -> String {
        digits(Category::ALL.iter().map(|category| record.categories.get(category)))
    }

    /// A digit for each vendor of the notice.
    pub fn vendor_digits(&self, record: &Record) -> String {
        digits(self.vendors.iter().map(|vendor| record.vendors.get(vendor)))
    }

    /// The choices that such digits say.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when there are not as many as categories.
    pub fn categories(digits: &str) -> Result<BTreeMap<Category, bool>, StoreError> {
        switches(digits, &Category::ALL)
    }

    /// The choices that such digits say.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when there are not as many as vendors.
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
        return Err(unreadable("as many digits as categories or vendors were expected"));
    }
    let known = digits.chars().zip(keys).filter(|(digit, _)| *digit != '-');
    Ok(known.map(|(digit, key)| (key.clone(), digit == '1')).collect())
}
