//! `/console/sites/{site}/records/{consent_id}`: the answers of one consent id, each with its proof.

use super::form::{Choice, Errors};
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use super::notice::{Picture, ServedFile, ShownTexts};
use super::notices::short;
use crate::render::site::CONSENT_JS;
use askama::Template;

/// What was answered for a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The title of the category, in the language of the answer.
    pub title: String,
    /// Whether it was allowed; `None` when it needs no consent.
    pub allowed: Option<bool>,
    /// The name of each service, and whether it was allowed.
    pub vendors: Vec<(String, bool)>,
}

impl Answered {
    /// The names of the services that were allowed, and of those that were refused; without an empty list.
    pub fn by_answer(&self) -> Vec<(bool, Vec<&str>)> {
        let of = |allowed: bool| {
            let of_it = self.vendors.iter().filter(|(_, answer)| *answer == allowed);
            (allowed, of_it.map(|(name, _)| name.as_str()).collect::<Vec<_>>())
        };
        [of(true), of(false)].into_iter().filter(|(_, names)| !names.is_empty()).collect()
    }

    /// Whether an answer is another than that of the category.
    pub fn differs(&self, allowed: &bool) -> bool {
        self.allowed != Some(*allowed)
    }
}

/// Categories and services whose answer is another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Their names, at least one.
    pub names: Vec<String>,
    /// Whether they are allowed now.
    pub allowed: bool,
}

/// What a withdrawal had to remove for a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The name of the vendor.
    pub vendor: String,
    /// What it stored on the site's own domain, which the loader removes.
    pub own: Vec<String>,
    /// What it stored elsewhere, out of the loader's reach.
    pub elsewhere: Vec<String>,
}

/// The loader that was served with a notice, as the log names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// Its SHA-256.
    pub hash: String,
    /// The other files that were served with the notice.
    pub others: Vec<ServedFile>,
}

/// A check of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownStep {
    /// Its name.
    pub step: &'static str,
    /// Its result.
    pub result: &'static str,
    /// What was found, in the language of the reader.
    pub detail: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its event id.
    pub event_id: String,
    /// The id of the action.
    pub action: String,
    /// When it was recorded.
    pub at: Moment,
    /// Whether it was given on the first layer.
    pub on_banner: bool,
    /// The name of its language in the reader's language.
    pub language: String,
    /// Whether the browser sent Global Privacy Control.
    pub gpc: bool,
    /// Whether the browser sent Do Not Track.
    pub dnt: bool,
    /// The notice that was shown.
    pub notice: String,
    /// Its texts in the language of the answer; `None` when the notice is lost.
    pub shown: Option<ShownTexts>,
    /// Its pictures in that language.
    pub pictures: Vec<Picture>,
    /// What was chosen.
    pub answered: Vec<Answered>,
    /// What changed; `None` when no answer before it is kept.
    pub changes: Option<Vec<Change>>,
    /// When the next answer was given.
    pub replaced_at: Option<Moment>,
    /// When the choice ends.
    pub choice_until: Moment,
    /// When the record is deleted.
    pub proof_until: Moment,
    /// Whether it withdraws a consent, or takes a part of one back.
    pub takes_back: bool,
    /// What the loader then had to remove.
    pub removals: Vec<Removal>,
    /// The loader that did it; `None` when the log does not name it.
    pub loader: Option<Loader>,
    /// Whether no check failed.
    pub is_proven: bool,
    /// The checks that say what is proven, and those that failed; the failed ones first.
    pub steps: Vec<ShownStep>,
    /// What nothing proves.
    pub unproven: Vec<ShownStep>,
    /// Whether it is folded on a phone.
    pub is_older: bool,
}

impl Event {
    /// The first eight digits of the notice.
    pub fn notice_short(&self) -> &str {
        short(&self.notice)
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &ShownStep> {
        self.steps.iter().filter(|step| step.result == "failed")
    }

    /// Its name in `data-verdict`.
    pub fn verdict(&self) -> &'static str {
        if self.is_proven { "proven" } else { "not_proven" }
    }
}

/// An answer that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostEvent {
    /// Its event id, unless that cannot be read either.
    pub event_id: Option<String>,
    /// When it was recorded.
    pub at: Option<Moment>,
    /// The checks that failed.
    pub steps: Vec<ShownStep>,
}

/// The answers. Erasing posts `csrf`, `reason` and `confirm` to `…/erase`.
#[derive(Template)]
#[template(path = "console/timeline.html")]
pub struct Timeline {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// The consent id.
    pub consent_id: String,
    /// The answers, oldest first.
    pub events: Vec<Event>,
    /// Those that cannot be read.
    pub unreadable: Vec<LostEvent>,
    /// How many older ones are not shown.
    pub left_out: u64,
    /// When they were verified.
    pub checked_at: Moment,
    /// Whether the reader may hand out evidence of them.
    pub may_export: bool,
    /// Whether the reader may erase them.
    pub may_erase: bool,
    /// The reasons.
    pub reasons: Vec<Choice>,
    /// What is wrong with the form.
    pub errors: Errors,
}

impl Timeline {
    /// Whether every answer is proven.
    pub fn is_proven(&self) -> bool {
        self.unreadable.is_empty() && self.events.iter().all(|event| event.is_proven)
    }

    /// How many answers there are.
    pub fn count(&self) -> u64 {
        (self.events.len() + self.unreadable.len()) as u64 + self.left_out
    }

    /// The parts of the consent id, between which a line may break.
    pub fn id_parts(&self) -> Vec<&str> {
        self.consent_id.split_inclusive('-').collect()
    }
}

/// The entry of the log about an erasure.
#[derive(Template)]
#[template(path = "console/purge.html")]
pub struct Purge {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// Whether it was erased just now.
    pub is_new: bool,
    /// The log.
    pub log: String,
    /// The leaf of the entry.
    pub index: u64,
    /// How many records are gone.
    pub count: u64,
    /// When they were deleted.
    pub at: Moment,
    /// Where the file is.
    pub file_href: String,
}

/// An erasure whose entry the log does not have yet.
#[derive(Template)]
#[template(path = "console/purge_waits.html")]
pub struct PurgeWaits {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// How many records are gone.
    pub count: u64,
}
