//! How something that is checked regularly stands: an audit, a time-stamp, pictures.

use super::moment::Moment;
use super::sentence::Text;
use crate::http::console::texts::Texts;

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The last one is well and recent.
    Good,
    /// The last one is well, but older than it should be.
    Old,
    /// The last one failed.
    Failed,
    /// There was none yet.
    Never,
    /// One runs, since the time that stands beside it.
    Running,
    /// It is not wanted here, such as time-stamps without an authority.
    Off,
}

impl Standing {
    /// The word for it.
    pub fn word(self, t: &Texts) -> &Text {
        match self {
            Standing::Good => &t.standing.good,
            Standing::Old => &t.standing.old,
            Standing::Failed => &t.standing.failed,
            Standing::Never => &t.standing.never,
            Standing::Running => &t.standing.running,
            Standing::Off => &t.standing.off,
        }
    }

    /// The shape and colour: `data-state` of the stylesheet.
    pub fn state(self) -> &'static str {
        match self {
            Standing::Good => "good",
            Standing::Old => "open",
            Standing::Running => "note",
            Standing::Failed => "failed",
            Standing::Never | Standing::Off => "none",
        }
    }
}

/// A check with its last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// How it stands.
    pub standing: Standing,
    /// When it was made last; when it failed, since when.
    pub at: Option<Moment>,
    /// What was found, when it failed: a sentence.
    pub finding: Option<String>,
}

impl Check {
    /// Whether it is due again.
    pub fn is_old(&self) -> bool {
        self.standing == Standing::Old
    }
}
