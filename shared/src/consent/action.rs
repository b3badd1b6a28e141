//! What the visitor did, on which layer, and the preference signals of the browser.

use serde::{Deserialize, Serialize};

/// The visitor's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Everything is allowed.
    AllowAll,
    /// Everything that is not exempt is refused.
    RefuseAll,
    /// The same refusal, through the link at the top right.
    ContinueWithoutAccepting,
    /// Choices made category by category or vendor by vendor.
    Save,
    /// An earlier consent is withdrawn.
    Withdraw,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 5] = [
        Action::AllowAll,
        Action::RefuseAll,
        Action::ContinueWithoutAccepting,
        Action::Save,
        Action::Withdraw,
    ];

    /// The name on the wire and in `data-action`.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::AllowAll => "allow_all",
            Action::RefuseAll => "refuse_all",
            Action::ContinueWithoutAccepting => "continue_without_accepting",
            Action::Save => "save",
            Action::Withdraw => "withdraw",
        }
    }

    /// The action with that name, if there is one.
    pub fn parse(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|a| a.as_str() == name)
    }

    /// Whether the action allows or refuses everything that is not exempt;
    /// nothing for [`Action::Save`], where the choices decide.
    pub fn verdict(self) -> Option<bool> {
        match self {
            Action::AllowAll => Some(true),
            Action::RefuseAll | Action::ContinueWithoutAccepting | Action::Withdraw => Some(false),
            Action::Save => None,
        }
    }
}

/// The layer the answer was given on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The first layer.
    Banner,
    /// The configuration layer, from the banner or from "Manage cookies".
    Configuration,
}

impl Layer {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Banner => "banner",
            Layer::Configuration => "configuration",
        }
    }

    /// The layer with that name, if there is one.
    pub fn parse(name: &str) -> Option<Layer> {
        [Layer::Banner, Layer::Configuration].into_iter().find(|l| l.as_str() == name)
    }
}

/// The preference signals that the browser sent at the time of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Global Privacy Control.
    pub gpc: bool,
    /// Do Not Track.
    pub dnt: bool,
}
