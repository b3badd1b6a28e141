//! An installation with people.

use crate::access::access::Access;
use crate::access::account::{self, Account};
use crate::access::console_key::ConsoleKeys;
use crate::access::error::{AccessError, Refusal};
use crate::access::people::{self, NewPerson};
use crate::access::permission::Role;
use crate::access::principal::Principal;
use crate::access::second_factor::tests::code_at;
use crate::access::session::{self, SignedIn};
use crate::access::sign_in::{Attempt, SignIns};
use crate::access::site_scope::SiteScope;
use crate::access::trail::Command;
use crate::access::trail::read::{self, Filter};
use crate::access::welcome;
use crate::cli::{KeyArgs, StoreArgs};
use crate::proof::keys::Keys;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use constat_shared::{SiteId, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const PASSWORD: &str = "correct horse battery";

/// 2027-01-15T08:00:00Z, and seconds after.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_800_000_000_000 + seconds * 1000)
}

pub fn site(id: &str) -> SiteId {
    SiteId::parse(id).unwrap()
}

pub fn scope(id: &str) -> SiteScope {
    SiteScope::parse(id).unwrap()
}

pub struct Installation {
    pub access: Access,
    pub keys: ConsoleKeys,
    pub sign_ins: SignIns,
    pub store: Arc<dyn Store>,
    pub signing: Arc<Keys>,
    data: tempfile::TempDir,
}

/// A person who was welcomed, and what their authenticator knows.
pub struct Person {
    pub email: String,
    pub totp_secret: String,
    pub recovery_codes: Vec<String>,
    pub session: String,
}

impl Installation {
    pub fn new() -> Installation {
        let data = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data.path()).unwrap());
        let args = KeyArgs { data: StoreArgs::in_folder(data.path().to_owned()), key_file: None };
        let signing = Arc::new(Keys::open(&args, &*store).unwrap());
        let access = Access::new(Arc::clone(&store), Arc::clone(&signing));
        let keys = ConsoleKeys::derive(&[7; 32]).unwrap();
        Installation { access, keys, sign_ins: SignIns::default(), store, signing, data }
    }

    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    pub fn key_file(&self) -> PathBuf {
        self.data.path().join("keys/1.pem")
    }

    /// Adds a person by a command, and returns the secret of the welcome link.
    pub fn invite(&self, email: &str, role: Role, sites: &[&str]) -> String {
        let new = NewPerson {
            email: email.to_owned(),
            role,
            sites: sites.iter().map(|id| scope(id)).collect(),
            ends_at: None,
            language: None,
        };
        people::add(&self.access, &command(), &new, at(0)).unwrap().secret
    }

    /// Adds a person and walks through their welcome.
    pub fn welcome(&self, email: &str, role: Role, sites: &[&str]) -> Person {
        let link = self.invite(email, role, sites);
        welcome::set_password(&self.access, &link, PASSWORD, at(0)).unwrap();
        let totp_secret = welcome::offer(&self.access, &self.keys, &link, at(0)).unwrap().secret;
        let code = code_at(&totp_secret, at(0));
        let done = welcome::finish(&self.access, &self.keys, &link, Some(&code), at(0)).unwrap();
        let recovery_codes = done.recovery_codes;
        Person { email: email.to_owned(), totp_secret, recovery_codes, session: done.session }
    }

    pub fn account(&self, email: &str) -> Account {
        account::live(self.access.store(), email, at(0)).unwrap()
    }

    pub fn principal(&self, email: &str) -> Principal {
        Principal::of_account(&self.account(email))
    }

    pub fn signed_in(&self, session: &str, seconds: i64) -> Result<SignedIn, AccessError> {
        session::find(&self.access, session, at(seconds))
    }

    pub fn sign_in(
        &self,
        email: &str,
        password: &str,
        code: &str,
        seconds: i64,
    ) -> Result<String, AccessError> {
        let attempt =
            Attempt { email: email.into(), password: password.into(), code: code.into(), client: None };
        self.sign_ins.sign_in(&self.access, &self.keys, &attempt, at(seconds))
    }

    /// What the audit trail says, oldest first, as `who action target`.
    pub fn trail(&self) -> Vec<String> {
        let filter = Filter::default();
        let page = read::read(&*self.store, &command(), &filter, None, 100, at(0)).unwrap();
        let line = |entry: &read::ShownEntry| {
            let who = entry.who.as_deref().unwrap_or("nobody");
            format!("{who} {} {}", entry.action, entry.target.as_deref().unwrap_or("-"))
        };
        page.items.iter().rev().map(line).collect()
    }
}

impl Person {
    pub fn code(&self, seconds: i64) -> String {
        code_at(&self.totp_secret, at(seconds))
    }
}

pub fn command() -> Principal {
    Principal::command(Command::UserAdd)
}

/// Why it was refused.
pub fn refusal<T>(result: Result<T, AccessError>) -> Refusal {
    match result {
        Err(AccessError::Refused(refusal)) => refusal,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was not refused"),
    }
}
