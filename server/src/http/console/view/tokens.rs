//! `/console/tokens`: tokens for programs.

use super::form::{Choice, Errors};
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// How a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It is good.
    Valid,
    /// Its end has come.
    Ended,
    /// It was revoked.
    Revoked,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub jti: String,
    /// Its name, as typed.
    pub name: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Moment,
    /// The ids of its permissions.
    pub scope: Vec<String>,
    /// Its sites.
    pub sites: Vec<SiteName>,
    /// When it ends.
    pub expires_at: Moment,
    /// Its last use, to the minute.
    pub used_at: Option<Moment>,
    /// How it stands.
    pub state: TokenState,
    /// Whether the reader may revoke it.
    pub may_revoke: bool,
}

/// A token, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeToken {
    /// Its name.
    pub name: String,
    /// The token itself.
    pub token: String,
    /// When it ends.
    pub expires_at: Moment,
}

/// What was just done, said on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokensDone {
    /// Nothing.
    #[default]
    Nothing,
    /// A token was made.
    Made(MadeToken),
    /// A token was revoked: its name.
    Revoked(String),
}

/// The form posts `name`, `scope` (repeated), `site` (repeated), `days` and `csrf` to `/console/tokens`.
#[derive(Template)]
#[template(path = "console/tokens.html")]
pub struct Tokens {
    /// Around it.
    pub shell: Shell,
    /// What was just done.
    pub done: TokensDone,
    /// The tokens, newest first, at most 200.
    pub tokens: Vec<TokenRow>,
    /// Where further ones are.
    pub next_href: Option<String>,
    /// Whether the reader may make tokens.
    pub may_write: bool,
    /// The name that was typed.
    pub name: String,
    /// The permissions that the reader has (values are their ids).
    pub scope: Vec<Choice>,
    /// The sites that the reader has.
    pub sites: Vec<Choice>,
    /// The days that were typed; 30 at first.
    pub days: String,
    /// What is wrong: fields `name`, `scope`, `site`, `days`.
    pub errors: Errors,
}

/// Asks before a token is revoked. Posts `csrf` to `/console/tokens/{jti}/revoke`.
#[derive(Template)]
#[template(path = "console/tokens_revoke.html")]
pub struct TokensRevoke {
    /// Around it.
    pub shell: Shell,
    /// The token.
    pub token: TokenRow,
}
