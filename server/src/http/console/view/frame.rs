//! What is around every screen: the shell for those who are signed in, the gate for those who are not.

use crate::http::console::texts::Texts;

/// The most sites in the site switcher; further ones are on the home screen.
pub const SITES_IN_SWITCHER_MAX: usize = 20;

/// A site, as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteName {
    /// The site id, in addresses.
    pub id: String,
    /// The name of its controller, as typed in the site file.
    pub name: String,
}

/// The entry of the menu that a screen belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What waits and the sites.
    Home,
    /// One site.
    Site,
    /// Its notices.
    Notices,
    /// Its log.
    Log,
    /// The records of its visitors.
    Records,
    /// People of the installation.
    People,
    /// API tokens.
    Tokens,
    /// The audit trail.
    AuditTrail,
    /// The own account.
    Account,
    /// None of them.
    Other,
}

impl Section {
    /// Whether it is the one of that name.
    pub fn is(self, name: &str) -> bool {
        let own = match self {
            Section::Home => "home",
            Section::Site => "site",
            Section::Notices => "notices",
            Section::Log => "log",
            Section::Records => "records",
            Section::People => "people",
            Section::Tokens => "tokens",
            Section::AuditTrail => "audit-trail",
            Section::Account => "account",
            Section::Other => "other",
        };
        own == name
    }
}

/// Which entries the menu has: what the person may read, on the chosen site or on any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Notices of the chosen site.
    pub notices: bool,
    /// The log of the chosen site.
    pub log: bool,
    /// The records of the chosen site.
    pub records: bool,
    /// People.
    pub people: bool,
    /// API tokens.
    pub tokens: bool,
    /// The audit trail.
    pub audit_trail: bool,
}

/// Around a screen of somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The texts of the language.
    pub t: &'static Texts,
    /// The language as in `<html lang>`: `fr`, `nl`, `de` or `en`.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The host of the console's public address, such as `consent.boreale.example`.
    pub host: String,
    /// The path and query of this screen: where choosing a language comes back to.
    pub path: String,
    /// The CSRF token of the session, in every form.
    pub csrf: String,
    /// Whether this is the demo.
    pub is_demo: bool,
    /// Who is signed in.
    pub email: String,
    /// The ids of the roles of that person that open something, each once.
    pub roles: Vec<String>,
    /// The ids of those that open nothing until a second factor is set, each once: every screen says so.
    pub waiting_roles: Vec<String>,
    /// The site of this screen, or the one that was looked at last.
    pub site: Option<SiteName>,
    /// The other sites that the person may see, at most [`SITES_IN_SWITCHER_MAX`].
    pub sites: Vec<SiteName>,
    /// Where in the menu this screen is.
    pub section: Section,
    /// What the menu has.
    pub may: May,
}

impl Shell {
    /// The names of the roles that wait for a second factor.
    pub fn waiting(&self) -> String {
        self.waiting_roles.iter().map(|role| self.t.role(role)).collect::<Vec<_>>().join(", ")
    }
}

/// Around a screen of somebody who is not signed in.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The texts of the language.
    pub t: &'static Texts,
    /// The language as in `<html lang>`.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The host of the console's public address.
    pub host: String,
    /// The path of this screen, without a query: languages are links to `PATH?language=fr`. None where a link
    /// cannot come back to the screen, such as the recovery codes: no languages are offered then.
    pub path: Option<String>,
    /// The CSRF token in the form.
    pub csrf: String,
    /// Whether this is the demo.
    pub is_demo: bool,
}
