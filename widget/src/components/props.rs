//! What the parts of the configuration layer are given.

use crate::state::{Draft, Event};
use constat_shared::{Action, NoticeView};
use std::rc::Rc;
use yew::{Callback, NodeRef};

/// What the configuration layer needs.
pub struct ConfigurationProps {
    /// The notice in the visitor's language.
    pub notice: Rc<NoticeView>,
    /// The switches.
    pub draft: Draft,
    /// Whether every list of vendors starts open.
    pub all_open: bool,
    /// Whether there is an answer given earlier.
    pub answered: bool,
    /// Whether that answer allows anything that needs consent.
    pub consented: bool,
    /// The name of a country in the visitor's language.
    pub country_name: Callback<String, String>,
    /// Called when a switch is moved.
    pub on_event: Callback<Event>,
    /// Called with the answer.
    pub on_answer: Callback<Action>,
    /// Called when the layer is left, by its button or by Escape: no consent.
    pub on_close: Callback<()>,
    /// The dialog element.
    pub dialog: NodeRef,
}
