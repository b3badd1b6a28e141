//! What one may be allowed to do, and the roles that allow it.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $what:literal; $($(#[$row:meta])* $variant:ident = $text:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$row])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// Its name.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The one of that name.
            ///
            /// # Errors
            /// A sentence that lists them.
            pub fn parse(text: &str) -> Result<$name, String> {
                let names = || $name::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
                let found = $name::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| format!("must be {}: {}", $what, names()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// What one may be allowed to do on a site.
    Permission, "a permission";
    /// See its notices.
    NoticesRead = "notices:read";
    /// State that a notice was seen by the data protection officer.
    NoticesAcknowledge = "notices:acknowledge";
    /// See its log.
    LogRead = "log:read";
    /// Have its log audited.
    LogAudit = "log:audit";
    /// Find the records of its visitors, and see what they answered.
    RecordsRead = "records:read";
    /// Hand out evidence of them.
    RecordsExport = "records:export";
    /// Erase them.
    RecordsErase = "records:erase";
    /// See who did what.
    AuditTrailRead = "audit-trail:read";
    /// Let people in, and see who may come in.
    PeopleWrite = "people:write";
    /// Make API tokens, and see them.
    TokensWrite = "tokens:write";
}

names! {
    /// What a person is to a site.
    Role, "a role";
    /// Runs the site.
    Owner = "owner";
    /// The data protection officer.
    Dpo = "dpo";
    /// Reads.
    Auditor = "auditor";
    /// Lets people in, and sees no records, notices, log or audit trail.
    Admin = "admin";
}

impl Permission {
    /// Whether it opens records of visitors: every data protection officer is told of
    /// a token that has one.
    pub fn opens_records(self) -> bool {
        match self {
            Permission::RecordsRead | Permission::RecordsExport | Permission::RecordsErase => true,
            Permission::NoticesRead
            | Permission::NoticesAcknowledge
            | Permission::LogRead
            | Permission::LogAudit
            | Permission::AuditTrailRead
            | Permission::PeopleWrite
            | Permission::TokensWrite => false,
        }
    }
}

impl Role {
    /// What it allows.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Role::Owner => &[NoticesRead, LogRead, LogAudit],
            Role::Dpo => &[
                NoticesRead,
                NoticesAcknowledge,
                LogRead,
                LogAudit,
                RecordsRead,
                RecordsExport,
                RecordsErase,
                AuditTrailRead,
                TokensWrite,
            ],
            Role::Auditor => &[NoticesRead, LogRead, RecordsRead, RecordsExport, AuditTrailRead],
            Role::Admin => &[PeopleWrite],
        }
    }

    /// Whether it opens nothing to a person without a second factor.
    pub fn needs_second_factor(self) -> bool {
        matches!(self, Role::Dpo | Role::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_as_they_are_printed_and_no_others() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Ok(*permission));
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Ok(*role));
        }
        assert!(Role::parse("root").unwrap_err().contains("owner, dpo, auditor, admin"));
        assert!(Permission::parse("LOG:READ").is_err());
    }

    #[test]
    fn an_admin_lets_people_in_and_sees_nothing_else_and_a_dpo_does_not_let_people_in() {
        assert_eq!(Role::Admin.permissions(), [Permission::PeopleWrite]);
        let all_but_people: Vec<_> =
            Permission::ALL.iter().copied().filter(|one| *one != Permission::PeopleWrite).collect();
        assert_eq!(Role::Dpo.permissions(), all_but_people);
    }

    #[test]
    fn records_are_open_to_a_dpo_and_but_for_erasure_to_an_auditor() {
        let opens = |role: &Role| {
            let of_records = role.permissions().iter().filter(|one| one.opens_records());
            of_records.map(|one| one.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(opens(&Role::Dpo), ["records:read", "records:export", "records:erase"]);
        assert_eq!(opens(&Role::Auditor), ["records:read", "records:export"]);
        assert!(opens(&Role::Owner).is_empty() && opens(&Role::Admin).is_empty());
    }
}
