//! What is to be noted in the trail.

use super::action::Action;
use super::command::Command;
use crate::access::principal::Principal;
use crate::store::TRAIL_TEXT_BYTES_MAX;
use constat_shared::{ConsentId, SiteId};

/// The most characters of a target; more are cut off.
const TARGET_CHARS_MAX: usize = 256;

/// Who did what to what, on which site.
#[derive(Clone, Debug)]
pub struct Note {
    pub(super) action: Action,
    pub(super) who: Option<String>,
    pub(super) site: Option<SiteId>,
    pub(super) target: Option<String>,
    pub(super) consent_id: Option<ConsentId>,
}

impl Note {
    /// That this was done, by nobody who is known, to nothing, on no single site.
    pub fn of(action: Action) -> Note {
        Note { action, who: None, site: None, target: None, consent_id: None }
    }

    /// By whom.
    pub fn by(self, principal: &Principal) -> Note {
        self.by_name(principal.name())
    }

    /// By a command.
    pub fn by_command(self, command: Command) -> Note {
        self.by_name(command.as_str())
    }

    /// By whom: an e-mail address, or the name of a token or a command.
    pub fn by_name(self, who: &str) -> Note {
        Note { who: Some(who.to_owned()), ..self }
    }

    /// On which site.
    pub fn on(self, site: Option<&SiteId>) -> Note {
        Note { site: site.cloned(), ..self }
    }

    /// To what.
    pub fn to(self, target: impl ToString) -> Note {
        Note { target: Some(target.to_string().chars().take(TARGET_CHARS_MAX).collect()), ..self }
    }

    /// To the records of a consent id, which is forgotten with them.
    pub fn about(self, consent_id: ConsentId) -> Note {
        Note { target: Some(consent_id.to_string()), consent_id: Some(consent_id), ..self }
    }

    /// To what, in a text of at most [`TRAIL_TEXT_BYTES_MAX`] bytes, which is forgotten with the records of
    /// the consent id that it is about.
    pub fn saying(self, target: &str) -> Note {
        let mut target = target.to_owned();
        target.truncate(target.floor_char_boundary(TRAIL_TEXT_BYTES_MAX));
        Note { target: Some(target), ..self }
    }
}
