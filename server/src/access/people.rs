//! Who may come in: people are added, given roles, and removed.

use super::access::Access;
use super::account::{self, ACCOUNTS_MAX, Account, GRANTS_MAX, Grant, parse_email};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::link::{self, LinkKind};
use super::permission::{Permission, Role};
use super::principal::Principal;
use super::site_scope::SiteScope;
use super::trail::{Action, Note};
use super::{session, token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::{Language, SiteId, Timestamp};

/// The most sites of one call.
const SITES_MAX: usize = 100;
/// Who is signed in to the demo.
const DEMO_EMAIL: &str = "demo@constat.example";

/// Whom to add.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The e-mail address, as it was typed.
    pub email: String,
    /// The role.
    pub role: Role,
    /// On which sites.
    pub sites: Vec<SiteScope>,
    /// From when on the account opens nothing.
    pub ends_at: Option<Timestamp>,
    /// The language of the screens, if it is known.
    pub language: Option<Language>,
}

/// A person as they are seen by somebody who lets people in.
pub struct Seen {
    /// The account, with the roles on the sites to which that one lets people in.
    pub account: Account,
    /// How many roles it has, with those on other sites.
    pub role_count: usize,
}

impl Seen {
    /// Whether somebody may take a role on that site from them: not from themselves, the demo's account,
    /// or one that has ended.
    pub fn may_take(&self, by: &Principal, site: &SiteScope, now: Timestamp) -> bool {
        let is_self = by.email() == Some(&*self.account.email);
        let is_open = !is_self && !self.account.is_demo && self.account.is_live(now);
        is_open && by.gives(Permission::PeopleWrite, site)
    }

    /// Whether somebody may remove them, and make a link for them: who lets people in on all of their sites.
    pub fn may_change(&self, by: &Principal, now: Timestamp) -> bool {
        let mut grants = self.account.grants.iter();
        self.account.grants.len() == self.role_count
            && grants.all(|grant| self.may_take(by, &grant.site, now))
    }
}

/// A page of people.
pub struct Page {
    /// Who is on it.
    pub people: Vec<Seen>,
    /// What to ask with for the next page; `None` when there is none.
    pub next_cursor: Option<String>,
}

/// A person who was added, or whose link was made.
pub struct Invited {
    /// The e-mail address in lower case.
    pub email: String,
    /// What the link is for.
    pub kind: LinkKind,
    /// The secret of the link, the last part of its address.
    pub secret: String,
    /// Until when the link works.
    pub ends_at: Timestamp,
}

/// Adds a person, and makes the link that welcomes them.
///
/// # Errors
/// [`Refusal::PermissionMissing`], [`Refusal::NotYours`] for sites that are not the giver's;
/// [`Refusal::AccountExists`], [`Refusal::EmailInvalid`], [`Refusal::SitesInvalid`],
/// [`Refusal::EndInvalid`], [`Refusal::TooMany`]; when the store fails.
pub fn add(access: &Access, by: &Principal, new: &NewPerson, now: Timestamp) -> Result<Invited, AccessError> {
    by.require_anywhere(Permission::PeopleWrite)?;
    let email = parse_email(&new.email)?;
    check_sites(by, &new.sites)?;
    if new.ends_at.is_some_and(|end| end <= now) {
        return Err(Refusal::EndInvalid.into());
    }
    if by.email() == Some(&*email) {
        return Err(Refusal::OwnRole.into());
    }
    let (same, others): (Vec<_>, Vec<_>) =
        account::all(access.store(), now)?.into_iter().partition(|account| account.email == email);
    if same.iter().any(|account| account.is_live(now)) {
        return Err(Refusal::AccountExists.into());
    }
    if others.len() >= ACCOUNTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let mut account = Account::new(email.clone(), Vec::new(), by.name(), now)?;
    account.ends_at = new.ends_at;
    account.language = new.language;
    for site in &new.sites {
        add_grant(&mut account, new.role, site, by, now)?;
    }
    account::insert(access.store(), &account, now)?;
    note(access, Action::AccountAdded, by, only_site(&new.sites), email.clone(), now)?;
    note_roles(access, Action::RoleGiven, by, &email, new.role, &new.sites, now)?;
    let (secret, ends_at) = link::make(access, LinkKind::Welcome, &account, now)?;
    Ok(Invited { email, kind: LinkKind::Welcome, secret, ends_at })
}

/// Gives a person a role on further sites.
///
/// # Errors
/// [`Refusal::OwnRole`]; as [`add`], and [`Refusal::AccountUnknown`].
pub fn grant(
    access: &Access,
    by: &Principal,
    email: &str,
    role: Role,
    sites: &[SiteScope],
    now: Timestamp,
) -> Result<(), AccessError> {
    by.require_anywhere(Permission::PeopleWrite)?;
    let email = parse_email(email)?;
    check_sites(by, sites)?;
    if by.email() == Some(&*email) {
        return Err(Refusal::OwnRole.into());
    }
    let given = account::change(access.store(), &email, None, now, |account| {
        account.check_not_demo()?;
        let is_new = |site: &&SiteScope| {
            !account.grants.iter().any(|grant| grant.role == role && grant.site == **site)
        };
        let new: Vec<_> = sites.iter().filter(is_new).cloned().collect();
        for site in &new {
            add_grant(account, role, site, by, now)?;
        }
        Ok(new)
    })?;
    note_roles(access, Action::RoleGiven, by, &email, role, &given, now)
}

/// Takes a role on one site, or on all, from a person. Returns whether they had it: a role on
/// all sites is not taken on one of them.
///
/// # Errors
/// [`Refusal::OwnRole`], [`Refusal::LastAdmin`]; [`Refusal::LastRole`], because an account without a
/// role would be on nobody's list; as [`grant`].
pub fn take(
    access: &Access,
    by: &Principal,
    email: &str,
    role: Role,
    site: &SiteScope,
    now: Timestamp,
) -> Result<bool, AccessError> {
    by.require_anywhere(Permission::PeopleWrite)?;
    let email = parse_email(email)?;
    check_sites(by, std::slice::from_ref(site))?;
    if by.email() == Some(&*email) {
        return Err(Refusal::OwnRole.into());
    }
    let is_last_admin = role == Role::Admin && !by.is_command() && is_last_admin(access, &email, now)?;
    let is_taken = account::change(access.store(), &email, None, now, |account| {
        account.check_not_demo()?;
        let had = account.grants.len();
        account.grants.retain(|grant| grant.role != role || grant.site != *site);
        if account.grants.len() == had {
            return Ok(false);
        }
        if account.grants.is_empty() {
            return Err(Refusal::LastRole.into());
        }
        if is_last_admin && account.grants.iter().all(|grant| grant.role != Role::Admin) {
            return Err(Refusal::LastAdmin.into());
        }
        Ok(true)
    })?;
    if is_taken {
        note_roles(access, Action::RoleTaken, by, &email, role, std::slice::from_ref(site), now)?;
    }
    Ok(is_taken)
}

/// Removes a person. Their sessions, links and tokens have ended once it returns.
///
/// # Errors
/// [`Refusal::AccountUnknown`], also for a person of other sites; [`Refusal::NotYours`] for one
/// who has roles on other sites too; [`Refusal::LastAdmin`]; when the store fails.
pub fn remove(access: &Access, by: &Principal, email: &str, now: Timestamp) -> Result<(), AccessError> {
    let found = find_own(access, by, email, now)?;
    check_not_last_admin(access, by, &found.email, now)?;
    let removed = account::change(access.store(), &found.email, Some(&found.id), now, |account| {
        check_all_own(by, account)?;
        account.remove(now);
        Ok(account.clone())
    })?;
    note_account(access, Action::AccountRemoved, by, &removed, now)?;
    session::remove_all(access, &removed.id, now)?;
    token::revoke_all_of(access, by, &removed.id, now)
}

/// Makes a link that replaces the password of a person and never the second factor; for one who
/// was never welcomed, another welcome link. Sessions end once the password is replaced.
///
/// # Errors
/// As [`remove`].
pub fn reset(access: &Access, by: &Principal, email: &str, now: Timestamp) -> Result<Invited, AccessError> {
    let account = find_own(access, by, email, now)?;
    account.check_not_demo()?;
    let kind = if account.welcomed_at.is_some() { LinkKind::Reset } else { LinkKind::Welcome };
    let (secret, ends_at) = link::make(access, kind, &account, now)?;
    note_account(access, Action::AccountReset, by, &account, now)?;
    Ok(Invited { email: account.email, kind, secret, ends_at })
}

/// The people with a role on a site to which they let people in, by address.
///
/// # Errors
/// [`Refusal::PermissionMissing`]; when the store fails.
pub fn list(access: &Access, by: &Principal, now: Timestamp) -> Result<Vec<Seen>, AccessError> {
    by.require_anywhere(Permission::PeopleWrite)?;
    let mut people = account::all(access.store(), now)?;
    people.retain(|account| account.removed_at.is_none());
    people.sort_by(|a, b| a.email.cmp(&b.email));
    let seen = people.into_iter().map(|mut account| {
        let role_count = account.grants.len();
        account.grants.retain(|grant| by.meets(Permission::PeopleWrite, &grant.site));
        Seen { account, role_count }
    });
    Ok(seen.filter(|seen| !seen.account.grants.is_empty()).collect())
}

/// One page of [`list`]: at most `limit` people, after those of the page whose `next_cursor` is given.
/// A cursor has no address in it, because it stands in the address of a page, which a proxy may log.
///
/// # Errors
/// [`Refusal::CursorUnknown`]; as [`list`].
pub fn page(
    access: &Access,
    keys: &ConsoleKeys,
    by: &Principal,
    cursor: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<Page, AccessError> {
    let mut people = list(access, by, now)?;
    if let Some(cursor) = cursor {
        // Also one who was removed meanwhile: what is left of the account has its address.
        let mut all = account::all(access.store(), now)?.into_iter();
        let last = all.find(|account| cursor_of(keys, account) == cursor).ok_or(Refusal::CursorUnknown)?;
        people.retain(|seen| seen.account.email > last.email);
    }
    let has_more = people.len() > limit;
    people.truncate(limit);
    let last = people.last().filter(|_| has_more);
    let next_cursor = last.map(|seen| cursor_of(keys, &seen.account));
    Ok(Page { people, next_cursor })
}

fn cursor_of(keys: &ConsoleKeys, account: &Account) -> String {
    BASE64URL.encode(keys.derived("cursor", &[&account.email]))
}

/// The person with that account, as [`list`] has them.
///
/// # Errors
/// [`Refusal::AccountUnknown`]; as [`list`].
pub fn find(access: &Access, by: &Principal, account_id: &str, now: Timestamp) -> Result<Seen, AccessError> {
    let found = list(access, by, now)?.into_iter().find(|seen| seen.account.id == account_id);
    found.ok_or(Refusal::AccountUnknown.into())
}

/// Makes a link that signs in at once, as data protection officer and owner of the demo site. Its
/// account has no password, and needs no second factor.
///
/// # Errors
/// When the store fails.
pub fn invite_to_demo(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    now: Timestamp,
) -> Result<Invited, AccessError> {
    let found = account::find(access.store(), DEMO_EMAIL, now)?;
    let account = match found.filter(|found| found.is_live(now) && found.is_demo) {
        Some(account) => account,
        None => {
            let mut account = Account::new(DEMO_EMAIL.to_owned(), Vec::new(), by.name(), now)?;
            account.is_demo = true;
            for role in [Role::Dpo, Role::Owner] {
                add_grant(&mut account, role, &SiteScope::Site(site.clone()), by, now)?;
            }
            account::insert(access.store(), &account, now)?;
            note(access, Action::AccountAdded, by, Some(site), DEMO_EMAIL.to_owned(), now)?;
            for role in [Role::Dpo, Role::Owner] {
                note_roles(
                    access,
                    Action::RoleGiven,
                    by,
                    DEMO_EMAIL,
                    role,
                    &[SiteScope::Site(site.clone())],
                    now,
                )?;
            }
            account
        }
    };
    let (secret, ends_at) = link::make(access, LinkKind::Demo, &account, now)?;
    Ok(Invited { email: account.email, kind: LinkKind::Demo, secret, ends_at })
}

/// Checks that the giver lets people in on all of these sites.
fn check_sites(by: &Principal, sites: &[SiteScope]) -> Result<(), Refusal> {
    if sites.is_empty() || sites.len() > SITES_MAX {
        return Err(Refusal::SitesInvalid);
    }
    let is_own = |site: &SiteScope| by.gives(Permission::PeopleWrite, site);
    if sites.iter().all(is_own) { Ok(()) } else { Err(Refusal::NotYours) }
}

fn add_grant(
    account: &mut Account,
    role: Role,
    site: &SiteScope,
    by: &Principal,
    now: Timestamp,
) -> Result<(), AccessError> {
    if account.grants.len() >= GRANTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    account.grants.push(Grant { role, site: site.clone(), given_at: now, given_by: by.name().to_owned() });
    Ok(())
}

/// A person of whom the giver sees something; all of their sites are the giver's.
fn find_own(access: &Access, by: &Principal, email: &str, now: Timestamp) -> Result<Account, AccessError> {
    by.require_anywhere(Permission::PeopleWrite)?;
    let email = parse_email(email).map_err(|_| Refusal::AccountUnknown)?;
    let account = account::find(access.store(), &email, now)?.filter(|account| account.removed_at.is_none());
    let account = account.ok_or(Refusal::AccountUnknown)?;
    let is_seen = account.grants.iter().any(|grant| by.meets(Permission::PeopleWrite, &grant.site));
    if !is_seen && !by.is_command() {
        return Err(Refusal::AccountUnknown.into());
    }
    check_all_own(by, &account)?;
    Ok(account)
}

fn check_all_own(by: &Principal, account: &Account) -> Result<(), Refusal> {
    let is_own = |grant: &Grant| by.gives(Permission::PeopleWrite, &grant.site);
    if account.grants.iter().all(is_own) { Ok(()) } else { Err(Refusal::NotYours) }
}

/// Somebody else has to be left who lets people in; a command is always left.
fn check_not_last_admin(
    access: &Access,
    by: &Principal,
    email: &str,
    now: Timestamp,
) -> Result<(), AccessError> {
    if !by.is_command() && is_last_admin(access, email, now)? {
        return Err(Refusal::LastAdmin.into());
    }
    Ok(())
}

/// Whether without this person nobody is left who lets people in.
///
/// # Errors
/// When the store fails.
pub fn is_last_admin(access: &Access, email: &str, now: Timestamp) -> Result<bool, AccessError> {
    let all = account::all(access.store(), now)?;
    let (same, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|account| account.email == email);
    let is_admin = |account: &Account| account.grants.iter().any(|grant| grant.role == Role::Admin);
    // Without a second factor the role opens nothing.
    let is_left = |account: &Account| {
        let mut grants = account.effective_grants();
        account.is_live(now) && account.welcomed_at.is_some() && grants.any(|grant| grant.role == Role::Admin)
    };
    Ok(same.iter().any(is_admin) && !others.iter().any(is_left))
}

fn only_site(sites: &[SiteScope]) -> Option<&SiteId> {
    match sites {
        [SiteScope::Site(site)] => Some(site),
        _ => None,
    }
}

fn note(
    access: &Access,
    action: Action,
    by: &Principal,
    site: Option<&SiteId>,
    target: String,
    now: Timestamp,
) -> Result<(), AccessError> {
    access.note(Note::of(action).by(by).on(site).to(target), now)
}

fn note_account(
    access: &Access,
    action: Action,
    by: &Principal,
    account: &Account,
    now: Timestamp,
) -> Result<(), AccessError> {
    let sites: Vec<_> = account.grants.iter().map(|grant| grant.site.clone()).collect();
    let is_one = sites.windows(2).all(|pair| pair[0] == pair[1]);
    let site = only_site(sites.get(..1).filter(|_| is_one).unwrap_or_default());
    note(access, action, by, site, account.email.clone(), now)
}

/// Notes a role on each site, so that who reads the trail of that site sees it.
fn note_roles(
    access: &Access,
    action: Action,
    by: &Principal,
    email: &str,
    role: Role,
    sites: &[SiteScope],
    now: Timestamp,
) -> Result<(), AccessError> {
    for site in sites {
        let target = format!("{email} ({role})");
        note(access, action, by, only_site(std::slice::from_ref(site)), target, now)?;
    }
    Ok(())
}
