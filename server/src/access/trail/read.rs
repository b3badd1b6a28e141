//! The trail as a person or a program sees it: newest first, page by page.

use super::action::Action;
use crate::access::account::{self, Account};
use crate::access::api_token::{self, ApiToken};
use crate::access::error::AccessError;
use crate::access::permission::Permission;
use crate::access::principal::{Decision, Principal};
use crate::access::site_scope::SiteScope;
use crate::store::{AccountStore, TRAIL_PAGE_MAX, TrailEntry, TrailStore};
use constat_shared::{SiteId, Timestamp};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The most entries that are examined for one page: a filter that finds little
/// answers with a short page and a cursor.
const EXAMINED_MAX: usize = 2000;
/// The most entries of a page.
pub const PAGE_MAX: usize = 100;

/// The most characters of what names a person, a token or a command.
const WHO_CHARS_MAX: usize = 64;

/// Who is asked for: the id of a person's account, the name of a token, or a command. An e-mail address in a
/// query would stand in the logs of proxies and in the history of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who(String);

impl Who {
    /// Reads it from a query.
    ///
    /// # Errors
    /// A sentence without its subject.
    pub fn parse(text: &str) -> Result<Who, String> {
        if text.contains('@') || !(1..=WHO_CHARS_MAX).contains(&text.chars().count()) {
            let words = "must be the id of a person, the name of a token, or a command, and no e-mail address: \
                         that would stand in the logs of proxies";
            return Err(words.to_owned());
        }
        Ok(Who(text.to_owned()))
    }

    /// The name that entries have.
    fn name(self, accounts: &[Account]) -> String {
        let person = accounts.iter().find(|account| account.id == self.0);
        person.map_or(self.0, |account| account.email.clone())
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this person, token or command.
    pub who: Option<Who>,
    /// Those of this action.
    pub action: Option<Action>,
    /// Those on this site.
    pub site: Option<SiteId>,
    /// Those from this moment on.
    pub from: Option<Timestamp>,
    /// Those before this moment.
    pub until: Option<Timestamp>,
}

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownEntry {
    /// Its place in the trail, counted from 0.
    #[serde(skip)]
    pub index: u64,
    /// Whether its target was forgotten with the records that it named.
    #[serde(skip)]
    pub is_forgotten: bool,
    /// When.
    pub at: Timestamp,
    /// Who: an e-mail address, the name of a token, a command, or nobody who exists.
    pub who: Option<String>,
    /// What was done.
    pub action: String,
    /// To what; nothing once it was forgotten.
    pub target: Option<String>,
    /// On which site; nothing when it concerns no single one.
    pub site: Option<SiteId>,
}

/// A page of entries, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailPage {
    /// The entries.
    pub items: Vec<ShownEntry>,
    /// What to ask with for the next page; `None` when there is none.
    pub next_cursor: Option<u64>,
}

/// A page of the entries that they may see. `cursor` is the one of the page before;
/// `count` is at most [`PAGE_MAX`].
///
/// # Errors
/// When the permission is missing, or on the site of the filter; when the store fails.
pub fn read<S: TrailStore + AccountStore + ?Sized>(
    store: &S,
    by: &Principal,
    filter: &Filter,
    cursor: Option<u64>,
    count: usize,
    now: Timestamp,
) -> Result<TrailPage, AccessError> {
    by.require_anywhere(Permission::AuditTrailRead)?;
    if let Some(site) = &filter.site {
        by.require(Permission::AuditTrailRead, site)?;
    }
    let accounts = account::all(store, now)?;
    let who = filter.who.clone().map(|who| who.name(&accounts));
    let sites = sites_by_name(accounts, api_token::all(store, now)?);
    let segments = store.trail_segments()?;
    let (oldest, last) = (segments.iter().find(|segment| !segment.is_dropped), segments.last());
    let (Some(oldest), Some(last)) = (oldest, last) else { return Ok(TrailPage::default()) };
    let oldest = oldest.first;
    let count = count.clamp(1, PAGE_MAX);
    let (mut page, mut examined) = (TrailPage::default(), 0);
    let mut end = cursor.unwrap_or(last.end).min(last.end);
    while end > oldest && examined < EXAMINED_MAX {
        let start = end.saturating_sub(TRAIL_PAGE_MAX as u64).max(oldest);
        let length = usize::try_from(end - start).unwrap_or(TRAIL_PAGE_MAX);
        let block = store.trail(start, length)?;
        for entry in block.into_iter().filter(|entry| entry.index < end).rev() {
            examined += 1;
            // Entries are in the order of their times.
            if filter.from.is_some_and(|from| entry.at < from) {
                return Ok(page);
            }
            if is_of(&entry, who.as_deref()) && matches(&entry, filter) && is_visible(&entry, by, &sites) {
                page.items.push(shown(&entry));
            }
            if page.items.len() == count {
                page.next_cursor = (entry.index > oldest).then_some(entry.index);
                return Ok(page);
            }
        }
        end = start;
    }
    page.next_cursor = (end > oldest).then_some(end);
    Ok(page)
}

/// Whom somebody may ask for: those of whom they may see entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The people, with those who were removed, by e-mail address: the id of the account.
    pub people: BTreeMap<String, String>,
    /// The names of tokens.
    pub tokens: BTreeSet<String>,
}

/// Whom they may ask for.
///
/// # Errors
/// When the permission is missing; when the store fails.
pub fn names<S: AccountStore + ?Sized>(
    store: &S,
    by: &Principal,
    now: Timestamp,
) -> Result<Names, AccessError> {
    by.require_anywhere(Permission::AuditTrailRead)?;
    let is_seen = |site: &SiteScope| by.meets(Permission::AuditTrailRead, site);
    let people = account::all(store, now)?.into_iter();
    let people = people.filter(|account| account.grants.iter().any(|grant| is_seen(&grant.site)));
    let tokens = api_token::all(store, now)?.into_iter().filter(|token| token.sites.iter().any(is_seen));
    Ok(Names {
        people: people.map(|account| (account.email, account.id)).collect(),
        tokens: tokens.map(|token| token.name).collect(),
    })
}

fn is_of(entry: &TrailEntry, who: Option<&str>) -> bool {
    who.is_none() || entry.who.as_deref() == who
}

fn matches(entry: &TrailEntry, filter: &Filter) -> bool {
    filter.action.is_none_or(|action| action.as_str() == entry.action)
        && (filter.site.is_none() || filter.site == entry.site)
        && filter.until.is_none_or(|until| entry.at < until)
}

/// Whether they may see an entry: those on a site whose trail they read; and those on no
/// single site, of or about a person or token that has one of these sites, or of nobody.
fn is_visible(entry: &TrailEntry, by: &Principal, sites: &BTreeMap<String, Vec<SiteScope>>) -> bool {
    let may_all = by.gives(Permission::AuditTrailRead, &SiteScope::All);
    match (&entry.site, &entry.who) {
        (Some(site), _) => by.may(Permission::AuditTrailRead, site) == Decision::Allowed,
        (None, None) => true,
        (None, Some(who)) => {
            let names = [Some(who), entry.target.as_ref()].into_iter().flatten();
            let mut theirs = names.filter_map(|name| sites.get(name)).flatten();
            may_all || theirs.any(|site| by.meets(Permission::AuditTrailRead, site))
        }
    }
}

/// The sites of every person and token that there is or was. A command is of all sites.
fn sites_by_name(accounts: Vec<Account>, tokens: Vec<ApiToken>) -> BTreeMap<String, Vec<SiteScope>> {
    let mut sites: BTreeMap<String, Vec<SiteScope>> = BTreeMap::new();
    for account in accounts {
        sites.insert(account.email, account.grants.into_iter().map(|grant| grant.site).collect());
    }
    for token in tokens {
        sites.entry(token.name).or_default().extend(token.sites);
    }
    sites
}

fn shown(entry: &TrailEntry) -> ShownEntry {
    ShownEntry {
        index: entry.index,
        is_forgotten: entry.key.is_none(),
        at: entry.at,
        who: entry.who.clone(),
        action: entry.action.clone(),
        target: entry.target.clone(),
        site: entry.site.clone(),
    }
}
