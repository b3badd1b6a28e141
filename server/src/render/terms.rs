//! Earlier terms of a site, under which choices were made that may still hold.

use crate::site::Site;
use constat_shared::{Category, Notice, TermsChange, cookie};
use serde::Serialize;

/// Earlier terms as the cookie names them, a digit for each category: 1 when it needed no consent, and for
/// each vendor of the present notice its position in the earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EarlierTerms {
    /// Every choice holds.
    Hold(String, String, Vec<usize>),
    /// Something came or changed since: those who had allowed something are asked again.
    Ask(String, String),
}

impl EarlierTerms {
    /// Those of each earlier notice of a site, in their order.
    pub fn of(site: &Site, earlier: &[Notice]) -> Vec<EarlierTerms> {
        earlier.iter().map(|earlier| EarlierTerms::new(earlier, &site.notice)).collect()
    }

    fn new(earlier: &Notice, present: &Notice) -> EarlierTerms {
        let terms = cookie::terms_prefix(earlier.terms_hash());
        let exempt = digits(|id| earlier.is_exempt(id));
        match TermsChange::between(earlier, present).places() {
            Some(places) => EarlierTerms::Hold(terms, exempt, places.to_vec()),
            None => EarlierTerms::Ask(terms, exempt),
        }
    }

    /// What the cookie has of their hash.
    pub fn prefix(&self) -> &str {
        match self {
            EarlierTerms::Hold(prefix, ..) | EarlierTerms::Ask(prefix, _) => prefix,
        }
    }

    /// For each vendor of the present notice its position in the earlier one, where every choice holds.
    pub fn places(&self) -> Option<&[usize]> {
        match self {
            EarlierTerms::Hold(_, _, places) => Some(places),
            EarlierTerms::Ask(..) => None,
        }
    }
}

/// A digit for each category.
pub fn digits(is: impl Fn(Category) -> bool) -> String {
    Category::ALL.map(|id| if is(id) { '1' } else { '0' }).into_iter().collect()
}
