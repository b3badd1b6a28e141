//! What a person can no longer do once a role is taken from them.

use super::account::Account;
use super::api_token;
use super::permission::{Permission, Role};
use super::principal::Principal;
use super::site_scope::SiteScope;
use crate::store::{AccountStore, StoreError};
use constat_shared::Timestamp;

/// What closes with a role. Another role may allow the same.
pub struct Loss {
    /// What the person can no longer do on the site of the role.
    pub permissions: Vec<Permission>,
    /// The tokens that they made and that permit less, as none permits more than its maker may.
    pub tokens: Vec<TokenLoss>,
}

/// What a token permits no more.
pub struct TokenLoss {
    /// Its name.
    pub name: String,
    /// On at least one of its sites.
    pub permissions: Vec<Permission>,
}

/// What closes when an account has this role no more.
///
/// # Errors
/// When the store fails.
pub fn of(
    store: &(impl AccountStore + ?Sized),
    account: &Account,
    role: Role,
    site: &SiteScope,
    now: Timestamp,
) -> Result<Loss, StoreError> {
    let mut without = account.clone();
    without.grants.retain(|grant| grant.role != role || grant.site != *site);
    let (before, after) = (Principal::of_account(account), Principal::of_account(&without));
    let closes = |permission: Permission, site: &SiteScope| {
        before.gives(permission, site) && !after.gives(permission, site)
    };
    let all = api_token::all(store, now)?.into_iter();
    let own = all.filter(|token| token.is_live(now) && token.account_id.as_ref() == Some(&account.id));
    let tokens = own.filter_map(|token| {
        let closes = |one: &Permission| token.sites.iter().any(|site| closes(*one, site));
        let permissions: Vec<_> = token.scope.iter().copied().filter(closes).collect();
        (!permissions.is_empty()).then_some(TokenLoss { name: token.name, permissions })
    });
    Ok(Loss {
        permissions: Permission::ALL.iter().copied().filter(|one| closes(*one, site)).collect(),
        tokens: tokens.collect(),
    })
}
