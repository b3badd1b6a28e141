//! Who asks: a person, a program with a token, or a command; and what they may.

use super::account::{Account, Grant};
use super::error::Refusal;
use super::permission::Permission;
use super::site_scope::SiteScope;
use super::trail::Command;
use constat_shared::SiteId;

/// Whether something is allowed. Who is nobody is asked to sign in before (401).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Allowed,
    /// The permission is missing (403).
    Forbidden,
    /// The site is not one that they see (404): whether it exists is not said.
    Hidden,
}

/// What is allowed on a site, or on all.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Right {
    permission: Permission,
    site: SiteScope,
}

/// Who asks, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    name: String,
    email: Option<String>,
    is_command: bool,
    rights: Vec<Right>,
    sites: Vec<SiteScope>,
}

impl Principal {
    /// A person with an account.
    pub fn of_account(account: &Account) -> Principal {
        let rights = account.effective_grants().flat_map(rights_of).collect();
        let sites = account.effective_grants().map(|grant| grant.site.clone()).collect();
        let email = Some(account.email.clone());
        Principal { name: account.email.clone(), email, is_command: false, rights, sites }
    }

    /// A program: each permission on each site, as far as its maker has it now; a token
    /// of a command has them all.
    pub fn of_token(
        name: &str,
        maker: Option<&Account>,
        scope: &[Permission],
        sites: &[SiteScope],
    ) -> Principal {
        let given = maker.map(Principal::of_account);
        let both = scope.iter().flat_map(|permission| {
            sites.iter().map(|site| Right { permission: *permission, site: site.clone() })
        });
        let is_given =
            |right: &Right| given.as_ref().is_none_or(|maker| maker.gives(right.permission, &right.site));
        let is_seen = |site: &&SiteScope| {
            given.as_ref().is_none_or(|maker| maker.sites.iter().any(|own| own.covers(site)))
        };
        Principal {
            name: name.to_owned(),
            email: maker.map(|maker| maker.email.clone()),
            is_command: false,
            rights: both.filter(is_given).collect(),
            sites: sites.iter().filter(is_seen).cloned().collect(),
        }
    }

    /// A command of the operator, who may do everything everywhere.
    pub fn command(command: Command) -> Principal {
        let all = Permission::ALL.iter();
        let rights = all.map(|permission| Right { permission: *permission, site: SiteScope::All }).collect();
        Principal {
            name: command.to_string(),
            email: None,
            is_command: true,
            rights,
            sites: vec![SiteScope::All],
        }
    }

    /// The name in the audit trail: an e-mail address, the name of a token, or a command.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The e-mail address of the person, or of the maker of the token.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// Whether it is a command of the operator.
    pub fn is_command(&self) -> bool {
        self.is_command
    }

    /// Whether they may do this on that site. Asked in this order, so that an answer
    /// says nothing about a site that they do not see: a permission that they have
    /// nowhere, a site that they do not see, a permission that they have elsewhere.
    pub fn may(&self, permission: Permission, site: &SiteId) -> Decision {
        if !self.may_anywhere(permission) {
            Decision::Forbidden
        } else if !self.sees(site) {
            Decision::Hidden
        } else if self.gives(permission, &SiteScope::Site(site.clone())) {
            Decision::Allowed
        } else {
            Decision::Forbidden
        }
    }

    /// As [`Principal::may`], as a result.
    ///
    /// # Errors
    /// [`Refusal::PermissionMissing`], [`Refusal::SiteUnknown`].
    pub fn require(&self, permission: Permission, site: &SiteId) -> Result<(), Refusal> {
        match self.may(permission, site) {
            Decision::Allowed => Ok(()),
            Decision::Forbidden => Err(Refusal::PermissionMissing(permission)),
            Decision::Hidden => Err(Refusal::SiteUnknown),
        }
    }

    /// Whether they may do this on at least one site.
    pub fn may_anywhere(&self, permission: Permission) -> bool {
        self.rights.iter().any(|right| right.permission == permission)
    }

    /// As [`Principal::may_anywhere`], as a result.
    ///
    /// # Errors
    /// [`Refusal::PermissionMissing`].
    pub fn require_anywhere(&self, permission: Permission) -> Result<(), Refusal> {
        self.may_anywhere(permission).then_some(()).ok_or(Refusal::PermissionMissing(permission))
    }

    /// Whether they see the site at all.
    pub fn sees(&self, site: &SiteId) -> bool {
        self.sites.iter().any(|own| own.contains(site))
    }

    /// Whether they have the permission on every site of the scope.
    pub fn gives(&self, permission: Permission, site: &SiteScope) -> bool {
        self.rights.iter().any(|right| right.permission == permission && right.site.covers(site))
    }

    /// Whether they have the permission on a site of the scope.
    pub fn meets(&self, permission: Permission, site: &SiteScope) -> bool {
        self.rights.iter().any(|right| right.permission == permission && right.site.meets(site))
    }
}

fn rights_of(grant: &Grant) -> impl Iterator<Item = Right> + '_ {
    let permissions = grant.role.permissions().iter();
    permissions.map(|permission| Right { permission: *permission, site: grant.site.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::account::SecondFactor;
    use crate::access::permission::Role;
    use constat_shared::Timestamp;

    fn site(id: &str) -> SiteId {
        SiteId::parse(id).unwrap()
    }

    fn account(grants: &[(Role, &str)], has_second_factor: bool) -> Account {
        let at = Timestamp::from_unix_ms(0);
        let grants = grants.iter().map(|(role, site)| Grant {
            role: *role,
            site: SiteScope::parse(site).unwrap(),
            given_at: at,
            given_by: "x".into(),
        });
        let mut account = Account::new("a@b".into(), grants.collect(), "x", at).unwrap();
        account.second_factor =
            has_second_factor.then(|| SecondFactor { secret: String::new(), last_step: 0 });
        account
    }

    #[test]
    fn every_role_may_on_its_own_site_what_it_allows_and_nothing_on_another() {
        for role in Role::ALL {
            let person = Principal::of_account(&account(&[(*role, "helvia")], true));
            for permission in Permission::ALL {
                let has = role.permissions().contains(permission);
                let own = if has { Decision::Allowed } else { Decision::Forbidden };
                let other = if has { Decision::Hidden } else { Decision::Forbidden };
                assert_eq!(person.may(*permission, &site("helvia")), own, "{role} {permission}");
                assert_eq!(person.may(*permission, &site("boreale")), other, "{role} {permission}");
            }
        }
    }

    #[test]
    fn a_role_on_one_site_adds_nothing_to_the_role_on_another() {
        let person =
            Principal::of_account(&account(&[(Role::Dpo, "helvia"), (Role::Auditor, "boreale")], true));
        let acknowledge = Permission::NoticesAcknowledge;
        assert_eq!(person.may(acknowledge, &site("helvia")), Decision::Allowed);
        assert_eq!(person.may(acknowledge, &site("boreale")), Decision::Forbidden);
        assert_eq!(person.may(Permission::LogRead, &site("boreale")), Decision::Allowed);
    }

    #[test]
    fn without_a_second_factor_a_dpo_and_an_admin_may_nothing() {
        let account = account(&[(Role::Dpo, "*"), (Role::Admin, "*"), (Role::Owner, "helvia")], false);
        let person = Principal::of_account(&account);
        assert!(!person.may_anywhere(Permission::PeopleWrite));
        assert!(!person.may_anywhere(Permission::AuditTrailRead));
        assert_eq!(person.may(Permission::LogRead, &site("helvia")), Decision::Allowed);
        assert!(!person.sees(&site("boreale")));
    }

    #[test]
    fn a_token_has_no_more_than_its_maker_has_now() {
        let maker = account(&[(Role::Auditor, "helvia")], true);
        let [helvia, boreale] = ["helvia", "boreale"].map(|id| SiteScope::parse(id).unwrap());
        let scope = [Permission::LogRead, Permission::TokensWrite];
        let token = Principal::of_token("n", Some(&maker), &scope, &[helvia, boreale]);
        assert_eq!(token.may(Permission::LogRead, &site("helvia")), Decision::Allowed);
        assert_eq!(token.may(Permission::LogRead, &site("boreale")), Decision::Hidden);
        assert!(!token.may_anywhere(Permission::TokensWrite));
        assert!(!token.is_command());
    }

    #[test]
    fn all_sites_are_given_only_by_who_has_them_all() {
        let all = Principal::of_account(&account(&[(Role::Admin, "*")], true));
        let one = Principal::of_account(&account(&[(Role::Admin, "helvia")], true));
        assert!(all.gives(Permission::PeopleWrite, &SiteScope::All));
        assert!(!one.gives(Permission::PeopleWrite, &SiteScope::All));
        assert!(one.meets(Permission::PeopleWrite, &SiteScope::All));
    }
}
