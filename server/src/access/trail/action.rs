//! What may be done that the audit trail names.

use constat_shared::names;

names! {
    /// What was done.
    Action;
    /// Somebody signed in.
    SignedIn = "signed_in";
    /// Somebody could not sign in, or has entered a wrong password or code on their own account: then the target
    /// says so. Without an account, the target is how many in that minute.
    SignInFailed = "sign_in_failed";
    /// Somebody signed out.
    SignedOut = "signed_out";
    /// Somebody ended another session of theirs.
    SessionEnded = "session_ended";
    /// A password was set for the first time.
    PasswordSet = "password_set";
    /// A password was replaced.
    PasswordChanged = "password_changed";
    /// Another language of the screens was chosen; the target is its code.
    LanguageChosen = "language_chosen";
    /// A second factor was set.
    SecondFactorSet = "second_factor_set";
    /// A recovery code was used.
    RecoveryCodeUsed = "recovery_code_used";
    /// Recovery codes were made.
    RecoveryCodesMade = "recovery_codes_made";
    /// An account was made; the target is its address.
    AccountAdded = "account_added";
    /// An account was removed.
    AccountRemoved = "account_removed";
    /// A link was made that replaces the password of an account, or welcomes it again.
    AccountReset = "account_reset";
    /// A role was given; the target is address and role.
    RoleGiven = "role_given";
    /// A role was taken.
    RoleTaken = "role_taken";
    /// An API token was made; the target is its `jti`.
    TokenMade = "token_made";
    /// An API token was revoked.
    TokenRevoked = "token_revoked";
    /// A key that signs was added; the target is its id.
    KeyAdded = "key_added";
    /// The key of the console was added or replaced; the target is its id.
    ConsoleKeyAdded = "console_key_added";
    /// A notice was published; the target is its hash.
    NoticePublished = "notice_published";
    /// A notice was acknowledged; the target is its hash.
    NoticeAcknowledged = "notice_acknowledged";
    /// The configuration was changed; the target is which keys of a site file, or the address of the console.
    ConfigurationChanged = "configuration_changed";
    /// The system's clock was declared right.
    ClockAccepted = "clock_accepted";
    /// A log was audited; the target is its month.
    LogAudited = "log_audited";
    /// The audit trail was audited.
    TrailAudited = "trail_audited";
    /// That entries are missing was accepted, after a backup was put back; the target is the newest head that
    /// was signed: the number of entries and the last link.
    MissingEntriesAccepted = "missing_entries_accepted";
    /// Records were seen; the target is the consent id when they were those of one.
    RecordsViewed = "records_viewed";
    /// Evidence of a record was handed out; the target names it, the recipient and the purpose.
    RecordExported = "record_exported";
    /// Records of a consent id were erased; the target is the reason.
    RecordsErased = "records_erased";
}

impl Action {
    /// Whether its target may be forgotten, because it names a consent id.
    pub fn names_consent_id(self) -> bool {
        matches!(self, Action::RecordsViewed | Action::RecordExported)
    }
}
