//! What is shown instead of a screen: a title, a sentence, and what to do.

use super::frame::{Gate, Shell};
use crate::http::console::texts::{MessageTexts, Texts};
use askama::Template;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// 400: the form cannot be read.
    BadForm,
    /// 403: the role lacks the permission.
    Forbidden,
    /// 403: the form's CSRF token is missing or of another session.
    FormOutdated,
    /// 404: nothing there, or not for this reader.
    NotFound,
    /// 410: the one-time link was used up or has ended.
    LinkUsed,
    /// 421: over plain http the console refuses to sign in.
    PlainHttp,
    /// 429: too many failures.
    TooMany,
    /// 500: a fault of the program.
    Fault,
    /// 503: the store cannot be reached.
    Unavailable,
}

impl Happened {
    /// Everything that can happen.
    #[cfg(test)]
    pub const ALL: [Happened; 9] = [
        Happened::BadForm,
        Happened::Forbidden,
        Happened::FormOutdated,
        Happened::NotFound,
        Happened::LinkUsed,
        Happened::PlainHttp,
        Happened::TooMany,
        Happened::Fault,
        Happened::Unavailable,
    ];

    /// What is said about it.
    pub fn texts(self, t: &Texts) -> &MessageTexts {
        match self {
            Happened::BadForm => &t.messages.bad_form,
            Happened::Forbidden => &t.messages.forbidden,
            Happened::FormOutdated => &t.messages.form_outdated,
            Happened::NotFound => &t.messages.not_found,
            Happened::LinkUsed => &t.messages.link_used,
            Happened::PlainHttp => &t.messages.plain_http,
            Happened::TooMany => &t.messages.too_many,
            Happened::Fault => &t.messages.fault,
            Happened::Unavailable => &t.messages.unavailable,
        }
    }

    /// Whether signing in is what helps.
    pub fn leads_to_sign_in(self) -> bool {
        !matches!(self, Happened::PlainHttp | Happened::TooMany)
    }

    /// The name in `data-message` and in the texts.
    pub fn id(self) -> &'static str {
        match self {
            Happened::BadForm => "bad_form",
            Happened::Forbidden => "forbidden",
            Happened::FormOutdated => "form_outdated",
            Happened::NotFound => "not_found",
            Happened::LinkUsed => "link_used",
            Happened::PlainHttp => "plain_http",
            Happened::TooMany => "too_many",
            Happened::Fault => "fault",
            Happened::Unavailable => "unavailable",
        }
    }
}

/// For somebody who is signed in.
#[derive(Template)]
#[template(path = "console/message.html")]
pub struct Message {
    /// Around it.
    pub shell: Shell,
    /// What happened.
    pub happened: Happened,
    /// How long to wait, in minutes, rounded up: with 429.
    pub wait_minutes: u64,
}

/// For somebody who is not.
#[derive(Template)]
#[template(path = "console/message_gate.html")]
pub struct MessageGate {
    /// Around it.
    pub gate: Gate,
    /// What happened.
    pub happened: Happened,
    /// How long to wait, in minutes, rounded up: with 429.
    pub wait_minutes: u64,
}
