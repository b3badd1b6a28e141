//! Whom a change of the terms asks again. Those who had allowed something are asked when something came or
//! changed that they have not seen; a change that only takes away asks nobody (`docs/decisions/0057-asked-again-for-a-reason.md`).

use super::category::Category;
use super::notice::Notice;
use super::vendor::Vendor;
use crate::values::{PurposeId, VendorId};
use std::fmt;

/// The most reasons in a sentence.
const REASONS_MAX: usize = 5;

/// Something in the terms that came or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The controller has another name.
    ControllerChanged,
    /// The site did not use the category.
    CategoryCame(Category),
    /// The category needed no consent, and does now.
    ExemptionWithdrawn(Category),
    /// The site did not name the vendor.
    VendorCame(VendorId),
    /// Another company is responsible for the vendor.
    CompanyChanged(VendorId),
    /// The vendor is in another category.
    CategoryChanged(VendorId),
    /// The vendor did not have the purpose.
    PurposeCame(VendorId, PurposeId),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::ControllerChanged => f.write_str("the controller’s name changed"),
            Reason::CategoryCame(id) => write!(f, "the category `{id}` came"),
            Reason::ExemptionWithdrawn(id) => write!(f, "the category `{id}` is not exempt any more"),
            Reason::VendorCame(id) => write!(f, "the vendor `{id}` came"),
            Reason::CompanyChanged(id) => write!(f, "the company of `{id}` changed"),
            Reason::CategoryChanged(id) => write!(f, "the category of `{id}` changed"),
            Reason::PurposeCame(id, purpose) => write!(f, "the purpose `{purpose}` of `{id}` came"),
        }
    }
}

/// What came or changed in the terms between two notices of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsChange {
    reasons: Vec<Reason>,
    /// For each vendor of the present notice its position in the earlier one, while all are there.
    places: Option<Vec<usize>>,
}

impl TermsChange {
    /// Compares the terms that a choice was made under with the present ones. What was in between does not
    /// matter.
    pub fn between(earlier: &Notice, present: &Notice) -> TermsChange {
        let mut reasons = Vec::new();
        if earlier.controller.name != present.controller.name {
            reasons.push(Reason::ControllerChanged);
        }
        for category in &present.categories {
            match earlier.category(category.id) {
                None => reasons.push(Reason::CategoryCame(category.id)),
                Some(before) if before.exempt && !category.exempt => {
                    reasons.push(Reason::ExemptionWithdrawn(category.id));
                }
                Some(_) => {}
            }
        }
        for vendor in &present.vendors {
            match earlier.vendor(&vendor.id) {
                None => reasons.push(Reason::VendorCame(vendor.id.clone())),
                Some(before) => add_changes(before, vendor, &mut reasons),
            }
        }
        let place = |vendor: &Vendor| earlier.vendors.iter().position(|before| before.id == vendor.id);
        let places = present.vendors.iter().map(place).collect();
        TermsChange { reasons, places }
    }

    /// Where the bits of a choice that goes on are: for each vendor of the present notice, in its order, the
    /// position in the earlier notice. None when something came or changed.
    pub fn places(&self) -> Option<&[usize]> {
        self.places.as_deref().filter(|_| self.reasons.is_empty())
    }

    /// Why somebody is asked again; empty when nobody is.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Who is asked again, in a sentence without a full stop. `refusers` is whether those who refused
    /// everything are, too.
    pub fn sentence(&self, refusers: bool) -> String {
        if self.reasons.is_empty() {
            return "nobody is asked again: nothing came or changed in the terms".to_owned();
        }
        let named = self.reasons.iter().take(REASONS_MAX).map(Reason::to_string).collect::<Vec<_>>();
        let more = match self.reasons.len().saturating_sub(REASONS_MAX) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let who = if refusers { "all visitors" } else { "visitors who had allowed something" };
        format!("{who} are asked again: {}{more}", named.join(", "))
    }
}

fn add_changes(before: &Vendor, vendor: &Vendor, reasons: &mut Vec<Reason>) {
    if before.company != vendor.company {
        reasons.push(Reason::CompanyChanged(vendor.id.clone()));
    }
    if before.category != vendor.category {
        reasons.push(Reason::CategoryChanged(vendor.id.clone()));
    }
    let came = vendor.purposes.iter().filter(|purpose| !before.purposes.contains(purpose));
    reasons.extend(came.map(|purpose| Reason::PurposeCame(vendor.id.clone(), purpose.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::NoticeCategory;
    use crate::notice::sample::notice;
    use crate::values::PurposeId;
    use proptest::prelude::*;
    use proptest::sample::{Index, subsequence};

    fn reasons(change: impl FnOnce(&mut Notice, &mut Notice)) -> Vec<Reason> {
        let (mut earlier, mut present) = (notice(2), notice(2));
        change(&mut earlier, &mut present);
        TermsChange::between(&earlier, &present).reasons
    }

    fn purpose(id: &str) -> PurposeId {
        PurposeId::parse(id).unwrap()
    }

    #[test]
    fn each_thing_that_comes_or_changes_is_a_reason() {
        let first = notice(1).vendors[0].id.clone();
        assert_eq!(reasons(|_, now| now.controller.name = "Other".into()), [Reason::ControllerChanged]);
        let came = NoticeCategory { id: Category::ThirdParty, exempt: false };
        assert_eq!(reasons(|_, now| now.categories.push(came)), [Reason::CategoryCame(Category::ThirdParty)]);
        assert_eq!(
            reasons(|before, _| before.categories[1].exempt = true),
            [Reason::ExemptionWithdrawn(Category::Audience)]
        );
        assert_eq!(reasons(|before, _| drop(before.vendors.remove(0))), [Reason::VendorCame(first.clone())]);
        assert_eq!(
            reasons(|_, now| now.vendors[0].company = "Other".into()),
            [Reason::CompanyChanged(first.clone())]
        );
        assert_eq!(
            reasons(|_, now| now.vendors[0].category = Category::Advertising),
            [Reason::CategoryChanged(first.clone())]
        );
        assert_eq!(
            reasons(|_, now| now.vendors[0].purposes.push(purpose("chat"))),
            [Reason::PurposeCame(first, purpose("chat"))]
        );
    }

    #[test]
    fn what_is_not_of_the_terms_or_only_goes_is_no_reason() {
        assert_eq!(reasons(|_, _| {}), []);
        assert_eq!(reasons(|_, now| now.vendors[0].country = "US".into()), []);
        assert_eq!(reasons(|_, now| now.controller.address = "Elsewhere".into()), []);
        assert_eq!(reasons(|_, now| now.categories[1].exempt = true), [], "what is exempt asks nobody");
        let order = |before: &mut Notice, now: &mut Notice| {
            before.vendors[0].purposes = vec![purpose("a"), purpose("b")];
            now.vendors[0].purposes = vec![purpose("b"), purpose("a")];
        };
        assert_eq!(reasons(order), []);
    }

    #[test]
    fn the_places_of_vendors_are_those_of_the_earlier_notice() {
        let (earlier, mut present) = (notice(4), notice(4));
        present.vendors.remove(1);
        assert_eq!(TermsChange::between(&earlier, &present).places(), Some(&[0, 2, 3][..]));
        assert_eq!(TermsChange::between(&present, &earlier).places(), None);
        present.vendors[0].company = "Other".into();
        assert_eq!(TermsChange::between(&earlier, &present).places(), None);
        present.vendors.clear();
        assert_eq!(TermsChange::between(&earlier, &present).places(), Some(&[][..]));
    }

    #[test]
    fn a_sentence_says_who_is_asked_again_and_why() {
        let nobody = TermsChange::between(&notice(2), &notice(1));
        assert_eq!(nobody.sentence(true), "nobody is asked again: nothing came or changed in the terms");
        let some = TermsChange::between(&notice(1), &notice(2));
        assert_eq!(
            some.sentence(false),
            "visitors who had allowed something are asked again: the vendor `vendor-001` came"
        );
        let many = TermsChange::between(&notice(0), &notice(9));
        assert!(
            many.sentence(true).starts_with("all visitors are asked again: the vendor `vendor-000` came, ")
        );
        assert!(many.sentence(true).ends_with(", and 4 more"), "{}", many.sentence(true));
    }

    /// A notice with some of the vendors, purposes and categories of a whole one.
    fn part_of(whole: Notice) -> impl Strategy<Value = Notice> {
        let (vendors, categories) = (whole.vendors.clone(), whole.categories.clone());
        let count = 0..=vendors.len();
        let kept =
            (subsequence(vendors, count), subsequence(categories[1..].to_vec(), 0..=categories.len() - 1));
        let purposes = proptest::collection::vec(any::<u8>(), whole.vendors.len());
        (kept, purposes).prop_map(move |((vendors, used), digits)| {
            let mut part = whole.clone();
            part.categories = std::iter::once(whole.categories[0]).chain(used).collect();
            part.vendors = vendors;
            for (vendor, digits) in part.vendors.iter_mut().zip(digits) {
                let mut bit = 0;
                vendor.purposes.retain(|_| {
                    bit += 1;
                    digits >> (bit - 1) & 1 == 1
                });
            }
            part
        })
    }

    fn whole() -> Notice {
        let mut whole = notice(6);
        for vendor in &mut whole.vendors {
            vendor.purposes = ["a", "b", "c"].map(purpose).to_vec();
        }
        whole
    }

    /// A notice, and one that is a part of it.
    fn more_and_less() -> impl Strategy<Value = (Notice, Notice)> {
        part_of(whole()).prop_flat_map(|more| (Just(more.clone()), part_of(more)))
    }

    /// Adds one thing that the notice does not have.
    fn add(notice: &mut Notice, kind: u8, at: Index) {
        let last = crate::notice::sample::notice(7).vendors.remove(6);
        match (kind, notice.vendors.is_empty()) {
            (0, _) | (_, true) => notice.vendors.push(last),
            (1, _) => notice.categories.push(NoticeCategory { id: Category::ThirdParty, exempt: false }),
            (2, _) => {
                let at = at.index(notice.vendors.len());
                notice.vendors[at].purposes.push(purpose("came"));
            }
            _ => notice.controller.name.push('!'),
        }
    }

    proptest! {
        #[test]
        fn taking_away_is_never_a_reason_and_keeps_every_vendor_in_its_place((more, less) in more_and_less()) {
            let change = TermsChange::between(&more, &less);
            prop_assert!(change.reasons.is_empty());
            let places = change.places().unwrap();
            let ids: Vec<_> = places.iter().map(|place| &more.vendors[*place].id).collect();
            prop_assert_eq!(ids, less.vendors.iter().map(|vendor| &vendor.id).collect::<Vec<_>>());
        }

        #[test]
        fn adding_is_always_a_reason_whatever_goes_with_it(
            (more, mut less) in more_and_less(), kind in 0u8..4, at in any::<Index>()
        ) {
            add(&mut less, kind, at);
            let change = TermsChange::between(&more, &less);
            prop_assert!(!change.reasons.is_empty());
            prop_assert_eq!(change.places(), None);
        }

        #[test]
        fn terms_with_no_reason_both_ways_are_the_same((more, less) in more_and_less()) {
            let back = TermsChange::between(&less, &more);
            prop_assert_eq!(back.reasons.is_empty(), more.terms_hash() == less.terms_hash());
        }
    }
}
