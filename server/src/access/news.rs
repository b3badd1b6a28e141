//! What a person is told at the next sign-in.

use super::access::Access;
use super::account::{self, Account};
use super::api_token;
use super::error::AccessError;
use super::permission::Role;
use super::site_scope::SiteScope;
use constat_shared::Timestamp;

/// The most items that are told.
const NEWS_MAX: usize = 100;

/// Something that happened since the sign-in before this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// They were given a role.
    OwnRole {
        /// The role.
        role: Role,
        /// On which site.
        site: SiteScope,
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
    },
    /// Somebody else became a data protection officer of a site of theirs.
    NewDpo {
        /// Who.
        email: String,
        /// On which site.
        site: SiteScope,
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
    },
    /// A token that opens records of a site of theirs was made.
    RecordToken {
        /// Its name.
        name: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
    },
}

impl News {
    fn at(&self) -> Timestamp {
        match self {
            News::OwnRole { at, .. } | News::NewDpo { at, .. } | News::RecordToken { at, .. } => *at,
        }
    }
}

/// What is new for a person, the newest first: their own roles; for a data protection officer also
/// new ones, and tokens that open records, on the same sites.
///
/// # Errors
/// When the store fails.
pub fn of(access: &Access, account: &Account, now: Timestamp) -> Result<Vec<News>, AccessError> {
    let is_new = |at: Timestamp| account.seen_at.is_none_or(|seen| at > seen);
    let own = account.grants.iter().filter(|grant| is_new(grant.given_at)).map(|grant| News::OwnRole {
        role: grant.role,
        site: grant.site.clone(),
        at: grant.given_at,
        by: grant.given_by.clone(),
    });
    let mut news: Vec<_> = own.collect();
    let is_dpo_of = |site: &SiteScope| {
        account.effective_grants().any(|grant| grant.role == Role::Dpo && grant.site.meets(site))
    };
    for other in account::all(access.store(), now)? {
        if other.id == account.id || !other.is_live(now) {
            continue;
        }
        let new = other.grants.iter().filter(|grant| grant.role == Role::Dpo && is_new(grant.given_at));
        news.extend(new.filter(|grant| is_dpo_of(&grant.site)).map(|grant| News::NewDpo {
            email: other.email.clone(),
            site: grant.site.clone(),
            at: grant.given_at,
            by: grant.given_by.clone(),
        }));
    }
    for token in api_token::all(access.store(), now)? {
        let opens_records = token.scope.iter().any(|permission| permission.opens_records());
        if opens_records && is_new(token.made_at) && token.sites.iter().any(is_dpo_of) {
            news.push(News::RecordToken { name: token.name, at: token.made_at, by: token.made_by });
        }
    }
    news.sort_by_key(|item| std::cmp::Reverse(item.at()));
    news.truncate(NEWS_MAX);
    Ok(news)
}
