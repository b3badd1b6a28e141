//! The input of the configuration layer, which it passes to its parts.

use crate::state::{Draft, Event};
use constat_shared::NoticeView;
use std::rc::Rc;
use yew::{Callback, NodeRef};

/// The input of the configuration layer.
pub struct ConfigurationProps {
    /// The notice in the visitor's language.
    pub notice: Rc<NoticeView>,
    /// The switches.
    pub draft: Draft,
    /// Whether every list of vendors starts open.
    pub all_open: bool,
    /// Whether there is an earlier answer.
    pub answered: bool,
    /// Whether that answer allows anything that needs consent.
    pub consented: bool,
    /// The name of a country in the visitor's language.
    pub country_name: Callback<String, String>,
    /// Called when a switch is changed.
    pub on_event: Callback<Event>,
    /// Called when the layer is closed by its button or by Escape, which is no consent.
    pub on_close: Callback<()>,
    /// The dialog element.
    pub dialog: NodeRef,
}
