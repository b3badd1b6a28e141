//! What one may be allowed to do, and the roles that allow it.

use constat_shared::names;

names! {
    /// What one may be allowed to do on a site.
    Permission;
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
    Role;
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
