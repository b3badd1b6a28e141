//! One-time links: who has one may do one thing, once.

use super::access::Access;
use super::account::{self, Account};
use super::document::{self, Kept};
use super::error::{AccessError, Refusal};
use super::random;
use crate::store::DocumentKind;
use constat_shared::Timestamp;
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 3_600_000;
/// The most links of an account that are remembered, the one that works included.
const LINKS_MAX: usize = 10;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Sets the first password and the second factor of an account, for 7 days.
    Welcome,
    /// Replaces the password, and never the second factor, for 1 day.
    Reset,
    /// Signs in at once, to the demo, for 7 days.
    Demo,
}

/// A link, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is for.
    pub kind: LinkKind,
    /// Whose it is.
    pub email: String,
    /// The id of the account: a new one with this address is not opened.
    pub account_id: String,
    /// Until when.
    pub ends_at: Timestamp,
    /// When it was used up. It is remembered until its end, to say so.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
}

impl Kept for Link {
    const KIND: DocumentKind = DocumentKind::Link;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl LinkKind {
    fn lasts_ms(self) -> i64 {
        match self {
            LinkKind::Welcome | LinkKind::Demo => 7 * DAY_MS,
            LinkKind::Reset => DAY_MS,
        }
    }
}

/// Makes a link and returns its secret, the last part of its address, and its end. Links of the
/// account that were made before are used up.
///
/// # Errors
/// When the store fails, or the system gives no random numbers.
pub fn make(
    access: &Access,
    kind: LinkKind,
    account: &Account,
    now: Timestamp,
) -> Result<(String, Timestamp), AccessError> {
    use_up_all(access, account, now)?;
    let secret = random::secret()?;
    let link = Link {
        kind,
        email: account.email.clone(),
        account_id: account.id.clone(),
        ends_at: Timestamp::from_unix_ms(now.unix_ms() + kind.lasts_ms()),
        used_at: None,
    };
    let name = random::name_of(&secret).ok_or(Refusal::LinkUnknown)?;
    document::insert(access.store(), &name, &link, now)?;
    Ok((secret, link.ends_at))
}

/// The link with that secret, and its account.
///
/// # Errors
/// [`Refusal::LinkUnknown`], [`Refusal::LinkUsed`]; when the store fails.
pub fn open(access: &Access, secret: &str, now: Timestamp) -> Result<(Link, Account), AccessError> {
    let name = random::name_of(secret).ok_or(Refusal::LinkUnknown)?;
    let link: Link = document::read(access.store(), &name, now)?.ok_or(Refusal::LinkUnknown)?;
    let found = account::find(access.store(), &link.email, now)?;
    let is_its_own = |account: &Account| account.id == link.account_id && account.is_live(now);
    let account = found.filter(is_its_own).ok_or(Refusal::LinkUnknown)?;
    let is_welcome_over = link.kind == LinkKind::Welcome && account.welcomed_at.is_some();
    if link.used_at.is_some() || is_welcome_over {
        return Err(Refusal::LinkUsed.into());
    }
    Ok((link, account))
}

/// Uses a link up. Of several callers at once, one succeeds.
///
/// # Errors
/// [`Refusal::LinkUnknown`], [`Refusal::LinkUsed`]; when the store fails.
pub fn use_up(access: &Access, secret: &str, now: Timestamp) -> Result<(), AccessError> {
    let name = random::name_of(secret).ok_or(Refusal::LinkUnknown)?;
    let used = document::change(access.store(), &name, now, |link: &mut Link| {
        if link.used_at.is_some() {
            return Err(Refusal::LinkUsed.into());
        }
        link.used_at = Some(now);
        Ok(())
    })?;
    used.ok_or(Refusal::LinkUnknown.into())
}

/// Uses up every link of an account, and forgets the oldest of too many.
fn use_up_all(access: &Access, account: &Account, now: Timestamp) -> Result<(), AccessError> {
    let mut links = document::list::<Link>(access.store(), now)?;
    links.retain(|(_, link)| link.account_id == account.id);
    links.sort_by_key(|(_, link)| std::cmp::Reverse(link.ends_at));
    for (place, (name, link)) in links.iter().enumerate() {
        if place + 1 >= LINKS_MAX {
            access.store().remove_document(DocumentKind::Link, name)?;
        } else if link.used_at.is_none() {
            document::change(access.store(), name, now, |link: &mut Link| {
                link.used_at = link.used_at.or(Some(now));
                Ok(())
            })?;
        }
    }
    Ok(())
}
