//! `/console/people`: who may come in, and what they may see.

use super::account::Grant;
use super::form::{Choice, Errors};
use super::frame::Shell;
use super::moment::Moment;
use askama::Template;

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// A link was made, and has not been used up.
    Invited,
    /// It can sign in.
    Active,
    /// Its end date has come.
    Ended,
    /// It is the demo's: only the link of a demo signs it in.
    Demo,
}

/// A role of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonGrant {
    /// The role.
    pub grant: Grant,
    /// Where it is taken away, for a reader who may.
    pub take_href: Option<String>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The address.
    pub email: String,
    /// The id of the account: `/console/people/{id}/remove` and `…/link`.
    pub id: String,
    /// The roles, at most 100.
    pub grants: Vec<PersonGrant>,
    /// How it stands.
    pub state: AccountState,
    /// When it ends, if it has an end.
    pub ends_at: Option<Moment>,
    /// The last sign-in.
    pub signed_in_at: Option<Moment>,
    /// Whether it is the reader: own roles are changed by others.
    pub is_self: bool,
    /// Whether the reader may remove it and make links for it.
    pub may_change: bool,
}

/// A one-time link, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeLink {
    /// For whom.
    pub email: String,
    /// The address.
    pub link: String,
    /// When it ends.
    pub ends_at: Moment,
    /// Whether it sets a new password; else it opens a new account.
    pub is_reset: bool,
}

/// What was just done, said on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PeopleDone {
    /// Nothing.
    #[default]
    Nothing,
    /// A link was made.
    Link(MadeLink),
    /// An account that exists already was given a role: its address.
    RoleGiven(String),
    /// An account was removed.
    Removed,
    /// A role was taken from somebody.
    RoleTaken,
}

/// The form posts `email`, `role`, `site` (repeated; `*` for every site), `until` and `csrf` to `/console/people`.
#[derive(Template)]
#[template(path = "console/people.html")]
pub struct People {
    /// Around it.
    pub shell: Shell,
    /// What was just done.
    pub done: PeopleDone,
    /// The accounts, by address, at most 200.
    pub people: Vec<Person>,
    /// Where further ones are.
    pub next_href: Option<String>,
    /// Whether the reader may add people.
    pub may_write: bool,
    /// The address that was typed.
    pub email: String,
    /// The roles (values are their ids).
    pub roles: Vec<Choice>,
    /// The sites that the reader may give roles on; `*` first when on every site.
    pub sites: Vec<Choice>,
    /// The end date that was typed, `YYYY-MM-DD`, or empty.
    pub until: String,
    /// What is wrong: fields `email`, `role`, `site`, `until`.
    pub errors: Errors,
}

/// Asks before an account is removed. Posts `csrf` to `/console/people/{id}/remove`.
#[derive(Template)]
#[template(path = "console/people_remove.html")]
pub struct PeopleRemove {
    /// Around it.
    pub shell: Shell,
    /// The account.
    pub person: Person,
    /// How many browsers are signed in.
    pub sessions_count: u64,
    /// The names of the tokens it made, which end with it.
    pub tokens: Vec<String>,
    /// Whether it cannot be removed here: it is the last administrator.
    pub is_last_admin: bool,
    /// What is wrong: field `remove`.
    pub errors: Errors,
}

/// Asks before a link is made. Posts `csrf` to `/console/people/{id}/link`.
#[derive(Template)]
#[template(path = "console/people_link.html")]
pub struct PeopleLink {
    /// Around it.
    pub shell: Shell,
    /// The account.
    pub person: Person,
    /// Whether the link sets a new password; else the account was never opened.
    pub is_reset: bool,
}

/// What a token loses with a role of its maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLoss {
    /// Its name.
    pub name: String,
    /// The ids of the permissions.
    pub permissions: Vec<String>,
}

/// Asks before a role is taken from somebody. Posts `csrf` to the address of the screen.
#[derive(Template)]
#[template(path = "console/people_take.html")]
pub struct PeopleTake {
    /// Around it.
    pub shell: Shell,
    /// The account.
    pub person: Person,
    /// The role.
    pub grant: Grant,
    /// The path of the screen.
    pub path: String,
    /// The ids of the permissions that close on the site of the role.
    pub permissions: Vec<String>,
    /// The tokens that lose something.
    pub tokens: Vec<TokenLoss>,
    /// Whether it cannot be taken: it is the last role of the account.
    pub is_last: bool,
    /// What is wrong: field `take`.
    pub errors: Errors,
}
