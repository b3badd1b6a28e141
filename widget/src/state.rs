//! The switches of the configuration layer, and what changes them.

#[cfg(not(target_arch = "wasm32"))]
use constat_shared::Choices;
use constat_shared::{Action, Category, NoticeView, VendorId};

/// What the visitor wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The configuration layer.
    Configuration,
    /// The configuration layer with every list of vendors open.
    Vendors,
}

impl View {
    /// The view with that name in the loader and in `data-action`.
    pub fn parse(name: &str) -> Option<View> {
        match name {
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

    /// The switches of recorded choices; what they do not name is off.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn of(notice: &NoticeView, choices: &Choices) -> Draft {
        let mut draft = Draft::new(notice);
        for (id, on) in &choices.categories {
            draft.categories[id.index()] |= on;
        }
        for (id, on) in &mut draft.vendors {
            *on |= choices.vendors.get(id) == Some(&true);
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

    /// Changes the switches. An exempt category, and what the notice does not name, stay as they are.
    pub fn apply(&mut self, notice: &NoticeView, event: Event) {
        match event {
            Event::SwitchCategory(id, on) => {
                let Some(category) = notice.categories.iter().find(|c| c.id == id && !c.exempt) else {
                    return;
                };
                self.categories[id.index()] = on;
                for vendor in &category.vendors {
                    self.switch(&vendor.id, on);
                }
            }
            Event::SwitchVendor(id, on) => self.switch(&id, on),
        }
    }

    fn switch(&mut self, id: &VendorId, on: bool) {
        if let Some(at) = self.index_of(id) {
            self.vendors[at].1 = on;
        }
    }

    fn index_of(&self, id: &VendorId) -> Option<usize> {
        self.vendors.binary_search_by(|(known, _)| known.cmp(id)).ok()
    }
}

fn bits(switches: impl Iterator<Item = bool>) -> String {
    switches.map(|on| if on { '1' } else { '0' }).collect()
}

/// An event that changes the switches.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A category is switched, and all its vendors with it.
    SwitchCategory(Category, bool),
    /// One vendor is switched; its category stays.
    SwitchVendor(VendorId, bool),
}

/// A press on a button of the configuration layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// The visitor answers.
    Answer(Action),
    /// The visitor leaves without an answer.
    Close,
}

impl Press {
    /// The press on the button with that `data-action`; nothing when the layer has no such button.
    pub fn parse(name: &str) -> Option<Press> {
        match Action::parse(name) {
            Some(Action::ContinueWithoutAccepting) => None,
            Some(action) => Some(Press::Answer(action)),
            None => (name == "close").then_some(Press::Close),
        }
    }
}

/// An answer the visitor gives in the configuration layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The action.
    pub action: Action,
    /// The switches at that moment; only [`Action::Save`] uses them.
    pub draft: Draft,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, category};
    use std::rc::Rc;

    fn notice() -> Rc<NoticeView> {
        let audience = category("audience", false, &["google-analytics"]);
        sample::notice(&[audience, category("third_party", false, &["recaptcha", "youtube"])])
    }

    fn after(events: &[Event]) -> Draft {
        let notice = notice();
        let mut draft = Draft::new(&notice);
        events.iter().for_each(|event| draft.apply(&notice, event.clone()));
        draft
    }

    fn vendor(id: &str) -> VendorId {
        VendorId::parse(id).unwrap()
    }

    #[test]
    fn every_switch_that_is_not_exempt_starts_off() {
        let draft = after(&[]);
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
        let draft = after(&[Event::SwitchCategory(Category::ThirdParty, true)]);
        assert_eq!(draft.category_bits(), "10001");
        assert!(draft.vendor(&vendor("recaptcha")) && draft.vendor(&vendor("youtube")));
        assert!(!draft.vendor(&vendor("google-analytics")));
    }

    #[test]
    fn one_vendor_can_differ_from_its_category() {
        let draft = after(&[
            Event::SwitchCategory(Category::ThirdParty, true),
            Event::SwitchVendor(vendor("youtube"), false),
            Event::SwitchVendor(vendor("google-analytics"), true),
        ]);
        assert_eq!(draft.category_bits(), "10001");
        assert_eq!(draft.vendor_bits(), "110");
    }

    #[test]
    fn what_is_exempt_cannot_be_switched_off() {
        assert!(after(&[Event::SwitchCategory(Category::Essential, false)]).category(Category::Essential));
    }

    #[test]
    fn a_vendor_the_notice_does_not_name_changes_nothing() {
        assert_eq!(after(&[Event::SwitchVendor(vendor("nobody"), true)]), after(&[]));
    }

    #[test]
    fn only_the_buttons_of_the_configuration_layer_can_be_pressed() {
        for action in [Action::RefuseAll, Action::AllowAll, Action::Save, Action::Withdraw] {
            assert_eq!(Press::parse(action.as_str()), Some(Press::Answer(action)));
        }
        assert_eq!(Press::parse("close"), Some(Press::Close));
        for other in ["continue_without_accepting", "configure", "vendors", "erase", ""] {
            assert_eq!(Press::parse(other), None, "{other}");
        }
    }
}
