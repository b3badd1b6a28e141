//! The state of the widget, as one value, and the events that change it.

use constat_shared::{Action, Category, Layer, NoticeView, VendorId};
use std::rc::Rc;
use yew::Reducible;

/// A view of the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The first layer.
    Banner,
    /// The configuration layer.
    Configuration,
    /// The configuration layer with every list of vendors open.
    Vendors,
}

impl View {
    /// The view with that name in the loader and in `data-action`.
    pub fn parse(name: &str) -> Option<View> {
        match name {
            "banner" => Some(View::Banner),
            "configure" => Some(View::Configuration),
            "vendors" => Some(View::Vendors),
            _ => None,
        }
    }
}

/// The visitor's choices while they are being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    categories: [bool; 5],
    vendors: Vec<(VendorId, bool)>,
}

impl Draft {
    /// Everything off that is not exempt (invariant 2).
    pub fn new(notice: &NoticeView) -> Draft {
        Draft::stored(notice, "", "")
    }

    /// The choices of an earlier answer: a digit for each category and for each
    /// vendor, in the form of [`Draft::category_bits`] and [`Draft::vendor_bits`].
    /// A switch without a digit is off; what is exempt is on.
    pub fn stored(notice: &NoticeView, categories: &str, vendors: &str) -> Draft {
        let on = |digits: &str, index: usize| digits.as_bytes().get(index) == Some(&b'1');
        let mut draft = Draft { categories: [false; 5], vendors: Vec::with_capacity(notice.vendor_count()) };
        for category in &notice.categories {
            let index = category.id.index();
            draft.categories[index] = category.exempt || on(categories, index);
            draft.vendors.extend(category.vendors.iter().map(|vendor| (vendor.id.clone(), category.exempt)));
        }
        draft.vendors.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (index, (_, allowed)) in draft.vendors.iter_mut().enumerate() {
            *allowed |= on(vendors, index);
        }
        draft
    }

    /// Whether the category is on.
    pub fn category(&self, id: Category) -> bool {
        self.categories[id.index()]
    }

    /// Whether the vendor is on.
    pub fn vendor(&self, id: &VendorId) -> bool {
        self.index_of(id).is_some_and(|at| self.vendors[at].1)
    }

    /// A digit for each of the five categories, as in the consent cookie.
    pub fn category_bits(&self) -> String {
        bits(self.categories.iter().copied())
    }

    /// A digit for each vendor, in the order of their ids.
    pub fn vendor_bits(&self) -> String {
        bits(self.vendors.iter().map(|(_, on)| *on))
    }

    fn index_of(&self, id: &VendorId) -> Option<usize> {
        self.vendors.binary_search_by(|(known, _)| known.cmp(id)).ok()
    }
}

fn bits(switches: impl Iterator<Item = bool>) -> String {
    switches.map(|on| if on { '1' } else { '0' }).collect()
}

/// The whole state of the widget.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The notice in the visitor's language.
    pub notice: Rc<NoticeView>,
    /// The open view.
    pub view: View,
    /// The choices being made.
    pub draft: Draft,
}

/// An event that changes the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Another layer is opened.
    Show(View),
    /// A category is switched, and all its vendors with it.
    SwitchCategory(Category, bool),
    /// One vendor is switched; its category stays.
    SwitchVendor(VendorId, bool),
}

impl Reducible for State {
    type Action = Event;

    fn reduce(self: Rc<Self>, event: Event) -> Rc<Self> {
        let mut next = (*self).clone();
        match event {
            Event::Show(view) => next.view = view,
            Event::SwitchCategory(id, on) => next.switch_category(id, on),
            Event::SwitchVendor(id, on) => {
                if let Some(at) = next.draft.index_of(&id) {
                    next.draft.vendors[at].1 = on;
                }
            }
        }
        Rc::new(next)
    }
}

impl State {
    fn switch_category(&mut self, id: Category, on: bool) {
        let notice = Rc::clone(&self.notice);
        let Some(category) = notice.categories.iter().find(|c| c.id == id && !c.exempt) else {
            return;
        };
        self.draft.categories[id.index()] = on;
        for vendor in &category.vendors {
            if let Some(at) = self.draft.index_of(&vendor.id) {
                self.draft.vendors[at].1 = on;
            }
        }
    }
}

/// An answer the visitor gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The action.
    pub action: Action,
    /// The layer of the answer.
    pub layer: Layer,
    /// The switches at that moment; only [`Action::Save`] uses them.
    pub draft: Draft,
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::TextKey;
    use serde_json::json;

    fn notice() -> Rc<NoticeView> {
        let texts: serde_json::Map<_, _> =
            TextKey::ALL.iter().map(|key| (key.as_str().to_owned(), json!(key.as_str()))).collect();
        let vendor = |id: &str| {
            json!({ "id": id, "name": id, "company": "C", "policy_url": "https://c.example", "country": "FR",
                "transfer": "none", "purposes": [], "cookies": [] })
        };
        let notice = json!({
            "site": "boreale", "language": "fr", "notice_hash": "0".repeat(64), "terms_hash": "0".repeat(64),
            "lifetimes": { "choice_months": 6, "proof_months": 13 },
            "controller": { "name": "B", "address": "A", "dpo_email": "d@b.example", "policy_url": "https://b.example" },
            "authority": { "name": "CNIL", "url": "https://www.cnil.fr" }, "texts": texts,
            "categories": [
                { "id": "essential", "exempt": true, "vendors": [] },
                { "id": "audience", "exempt": false, "vendors": [vendor("google-analytics")] },
                { "id": "third_party", "exempt": false, "vendors": [vendor("recaptcha"), vendor("youtube")] },
            ],
        });
        Rc::new(serde_json::from_value(notice).unwrap())
    }

    fn state() -> Rc<State> {
        let notice = notice();
        let draft = Draft::new(&notice);
        Rc::new(State { notice, view: View::Banner, draft })
    }

    fn vendor(id: &str) -> VendorId {
        VendorId::parse(id).unwrap()
    }

    #[test]
    fn every_switch_that_is_not_exempt_starts_off() {
        let draft = &state().draft;
        assert_eq!(draft.category_bits(), "10000");
        assert_eq!(draft.vendor_bits(), "000");
    }

    #[test]
    fn a_stored_choice_is_shown_as_it_was_made() {
        let draft = Draft::stored(&notice(), "00001", "101");
        assert_eq!(draft.category_bits(), "10001", "what is exempt is on");
        assert_eq!(draft.vendor_bits(), "101");
        assert!(draft.vendor(&vendor("google-analytics")) && !draft.vendor(&vendor("recaptcha")));
    }

    #[test]
    fn switching_a_category_switches_its_vendors_and_no_others() {
        let state = state().reduce(Event::SwitchCategory(Category::ThirdParty, true));
        assert_eq!(state.draft.category_bits(), "10001");
        assert!(state.draft.vendor(&vendor("recaptcha")) && state.draft.vendor(&vendor("youtube")));
        assert!(!state.draft.vendor(&vendor("google-analytics")));
    }

    #[test]
    fn one_vendor_can_differ_from_its_category() {
        let state = state()
            .reduce(Event::SwitchCategory(Category::ThirdParty, true))
            .reduce(Event::SwitchVendor(vendor("youtube"), false))
            .reduce(Event::SwitchVendor(vendor("google-analytics"), true));
        assert_eq!(state.draft.category_bits(), "10001");
        assert_eq!(state.draft.vendor_bits(), "110");
    }

    #[test]
    fn what_is_exempt_cannot_be_switched_off() {
        let state = state().reduce(Event::SwitchCategory(Category::Essential, false));
        assert!(state.draft.category(Category::Essential));
    }

    #[test]
    fn a_vendor_the_notice_does_not_name_changes_nothing() {
        let before = state();
        assert_eq!(before.clone().reduce(Event::SwitchVendor(vendor("nobody"), true)), before);
    }
}
