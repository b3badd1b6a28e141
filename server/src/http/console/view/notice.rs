//! `/console/sites/{site}/notices/{hash}`: one notice, as it was shown.

use super::frame::{Shell, SiteName};
use super::moment::Moment;
use super::notices::{Acknowledgement, short};
use super::sentence::Text;
use crate::http::console::texts::Texts;
use askama::Template;

/// A category in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCategory {
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Whether it needs no consent.
    pub is_exempt: bool,
}

/// Whether the present program draws a layer by the files that the log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerFiles {
    /// By the same files.
    Same,
    /// By files of another version.
    Changed,
    /// The log names none.
    Unknown,
}

/// How the switches of a configuration layer are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switches {
    /// As the visitor saved them.
    Saved,
    /// As the layer opened: the answer did not depend on them.
    Opened,
    /// As on a first visit, for nobody's answer.
    Off,
}

/// A layer, drawn again by the banner's own component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnLayer {
    /// What the component rendered: HTML, in which every text is escaped.
    pub html: String,
    /// Where its styles are, in their order.
    pub style_hrefs: Vec<String>,
    /// What draws it.
    pub files: LayerFiles,
    /// How its switches stand; the first layer has none.
    pub switches: Option<Switches>,
}

impl DrawnLayer {
    /// What draws it, in words.
    pub fn by<'a>(&self, t: &'a Texts) -> &'a Text {
        match self.files {
            LayerFiles::Same => &t.notice.drawn_same,
            LayerFiles::Changed => &t.notice.drawn_changed,
            LayerFiles::Unknown => &t.notice.drawn_unknown,
        }
    }

    /// How its switches stand, in words.
    pub fn switches<'a>(&self, t: &'a Texts) -> Option<&'a Text> {
        self.switches.map(|switches| match switches {
            Switches::Saved => &t.notice.switches_saved,
            Switches::Opened => &t.notice.switches_opened,
            Switches::Off => &t.notice.switches_off,
        })
    }
}

/// The texts in one language, as shown. They are quoted: in the language of the notice, not of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTexts {
    /// The language, for `lang`.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: String,
    /// The name of the language in the reader's language.
    pub name: String,
    /// The first layer, drawn; `None` where another layer is meant.
    pub drawn: Option<DrawnLayer>,
    /// The configuration layer, drawn; `None` where another layer is meant.
    pub configuration: Option<DrawnLayer>,
    /// The title of the first layer.
    pub title: String,
    /// Its sentences.
    pub intro: String,
    /// Its buttons, in the order shown.
    pub buttons: Vec<String>,
    /// The categories.
    pub categories: Vec<ShownCategory>,
    /// All further texts, in the order shown.
    pub further: Vec<String>,
}

/// Something that a vendor stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCookie {
    /// Its name.
    pub name: String,
    /// How long it stays, in words.
    pub duration: String,
    /// What it is for, in words.
    pub purpose: String,
}

/// A vendor, its facts in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownVendor {
    /// Its name.
    pub name: String,
    /// The company.
    pub company: String,
    /// The title of its category.
    pub category: String,
    /// The country in words, and the ground of the transfer.
    pub transfer: String,
    /// Its privacy policy.
    pub policy_url: String,
    /// Its purposes, in words.
    pub purposes: Vec<String>,
    /// What it stores.
    pub cookies: Vec<ShownCookie>,
}

/// A file that was served with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFile {
    /// Its name.
    pub name: String,
    /// Its SHA-256.
    pub hash: String,
}

/// A picture of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is served on this address.
    pub href: String,
    /// Whether it shows the first layer; else the configuration.
    pub is_first_layer: bool,
    /// The name of the language in the reader's language.
    pub language: String,
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Its SHA-256, as in the log.
    pub hash: String,
}

/// Posts `csrf` to `/console/sites/{site}/notices/{hash}/acknowledgement`.
#[derive(Template)]
#[template(path = "console/notice.html")]
pub struct Notice {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// Its hash.
    pub hash: String,
    /// The hash of what consent depends on.
    pub terms_hash: String,
    /// In force from.
    pub from: Moment,
    /// In force until; none means still.
    pub until: Option<Moment>,
    /// The notice before it.
    pub before: Option<String>,
    /// Who has acknowledged it, in order.
    pub acknowledgements: Vec<Acknowledgement>,
    /// Whether the reader may acknowledge it and has not yet: shows the form.
    pub may_acknowledge: bool,
    /// The controller's name and address.
    pub controller: String,
    /// The address of its DPO.
    pub dpo_email: String,
    /// The supervisory authority.
    pub authority: String,
    /// How many months a choice holds.
    pub choice_months: u64,
    /// How many months a proof is kept.
    pub proof_months: u64,
    /// The texts; the site's main language first.
    pub texts: Vec<ShownTexts>,
    /// The vendors, at most 256.
    pub vendors: Vec<ShownVendor>,
    /// The files, by name.
    pub files: Vec<ServedFile>,
    /// The pictures; none when there are none yet.
    pub pictures: Vec<Picture>,
    /// When the pictures were taken.
    pub pictures_taken_at: Option<Moment>,
}

impl Notice {
    /// The first eight digits of the hash.
    pub fn short(&self) -> &str {
        short(&self.hash)
    }

    /// The hash of the notice that the form acknowledges.
    pub fn acknowledged_hash(&self) -> &str {
        &self.hash
    }
}
