//! Why something was refused, or failed.

use super::permission::Permission;
use crate::store::StoreError;
use std::time::Duration;

/// Why a call did nothing.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers ({0})")]
    Random(String),
}

impl From<getrandom::Error> for AccessError {
    fn from(error: getrandom::Error) -> AccessError {
        AccessError::Random(error.to_string())
    }
}

/// What is refused, without the words for it in each language: those are the screen's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// E-mail, password or code is wrong, or the account may not sign in.
    #[error("e-mail address, password or code is wrong")]
    SignInWrong,
    /// Too many attempts failed.
    #[error("too many attempts failed: try again in {} seconds", .0.as_secs())]
    Throttled(Duration),
    /// Too many passwords are being checked.
    #[error("too many people sign in at once: try again in a few seconds")]
    Busy,
    /// There is no such session, or it has ended.
    #[error("the session has ended: sign in again")]
    SessionEnded,
    /// Not a token of this installation, or not any more.
    #[error("the token is not one of this installation, has expired or was revoked")]
    TokenInvalid,
    /// The permission is missing.
    #[error("the permission {0} is missing")]
    PermissionMissing(Permission),
    /// A token is to carry, or a role is to open, what its giver does not have.
    #[error("nobody gives more than they have: leave out the sites and permissions that are not yours")]
    NotYours,
    /// A role is to be given to the one who gives it.
    #[error("nobody changes their own roles: ask another person with people:write")]
    OwnRole,
    /// Another site, or none.
    #[error("there is no such site")]
    SiteUnknown,
    /// Nobody has the address.
    #[error("nobody has this e-mail address here")]
    AccountUnknown,
    /// Somebody has the address.
    #[error("this e-mail address has an account: give it another role instead")]
    AccountExists,
    /// There are as many accounts, roles or tokens as there may be.
    #[error("there are as many of them as there may be: remove one first")]
    TooMany,
    /// Without this account or role nobody could let people in.
    #[error("this is the last admin: make another one first, or use constat user remove")]
    LastAdmin,
    /// The account would have no role left.
    #[error("this is the last role of the account: remove the account instead")]
    LastRole,
    /// No page of a list begins there.
    #[error("must be the next_cursor of the page before")]
    CursorUnknown,
    /// No e-mail address.
    #[error(
        "must be an e-mail address of at most 254 bytes, with one @ and without spaces, colons or control characters"
    )]
    EmailInvalid,
    /// No site is named.
    #[error("must name at least one site, and at most 100")]
    SitesInvalid,
    /// No permission is named.
    #[error("must name at least one permission")]
    ScopeInvalid,
    /// No name of a token.
    #[error("must have 1 to 64 characters without @ and control characters, and not start with constat")]
    NameInvalid,
    /// The end is in the past, or too far away.
    #[error("must be in the future; for a token, at most 90 days away")]
    EndInvalid,
    /// The password is short.
    #[error("must have at least 12 characters")]
    PasswordShort,
    /// The password is long.
    #[error("must have at most 256 bytes")]
    PasswordLong,
    /// The password is the e-mail address.
    #[error("must not be the e-mail address")]
    PasswordIsEmail,
    /// The password that is to be replaced is wrong.
    #[error("is not the password of now")]
    PasswordWrong,
    /// The code is wrong, or was used.
    #[error("is not the code that the authenticator shows now, or it was used: wait for the next one")]
    CodeWrong,
    /// The code of the second factor that is to be replaced is wrong, or was used.
    #[error("is no code of the present second factor, or it was used: wait for the next one")]
    CurrentCodeWrong,
    /// There is no such link, or it has ended.
    #[error("there is no such link, or it has ended: ask for a new one")]
    LinkUnknown,
    /// The link was used.
    #[error("the link was used: ask for a new one")]
    LinkUsed,
    /// The password comes first.
    #[error("set the password first")]
    PasswordFirst,
    /// There is no such token.
    #[error("there is no such token")]
    TokenUnknown,
    /// A consent id has no records.
    #[error("this consent id has no records on this site: they were erased, have expired, or never arrived")]
    RecordsUnknown,
    /// There is no such entry.
    #[error("the log has no purge entry there")]
    PurgeUnknown,
    /// No key of a request.
    #[error("an Idempotency-Key has 1 to 128 visible characters of ASCII")]
    KeyInvalid,
    /// The key came with another body.
    #[error("the Idempotency-Key was used for another request: make a new one")]
    KeyReused,
    /// The first request with the key is worked on, or its answer was lost.
    #[error("the first request with this Idempotency-Key has no answer yet: look whether it was done")]
    KeyInUse,
    /// There is no such session of this account.
    #[error("there is no such session")]
    SessionUnknown,
}

impl Refusal {
    /// Whether a person who is signed in has entered a wrong password or code.
    pub fn is_wrong_secret(self) -> bool {
        matches!(self, Refusal::PasswordWrong | Refusal::CodeWrong | Refusal::CurrentCodeWrong)
    }

    /// The status of an answer over HTTP.
    pub fn status(self) -> u16 {
        use Refusal::*;
        match self {
            SignInWrong | SessionEnded | TokenInvalid => 401,
            PermissionMissing(_) | NotYours | OwnRole => 403,
            SiteUnknown | AccountUnknown | LinkUnknown | TokenUnknown | SessionUnknown | RecordsUnknown
            | PurgeUnknown => 404,
            AccountExists | TooMany | LastAdmin | LastRole | PasswordFirst | KeyInUse => 409,
            LinkUsed => 410,
            EmailInvalid | SitesInvalid | ScopeInvalid | NameInvalid | EndInvalid | PasswordShort
            | PasswordLong | PasswordIsEmail | PasswordWrong | CodeWrong | CurrentCodeWrong
            | CursorUnknown | KeyInvalid | KeyReused => 422,
            Throttled(_) => 429,
            Busy => 503,
        }
    }

    /// The field of a form, or of a body, that is at fault.
    pub fn field(self) -> Option<&'static str> {
        use Refusal::*;
        match self {
            EmailInvalid | AccountExists => Some("email"),
            SitesInvalid => Some("sites"),
            ScopeInvalid => Some("scope"),
            NameInvalid => Some("name"),
            EndInvalid => Some("expires_at"),
            PasswordShort | PasswordLong | PasswordIsEmail | PasswordWrong | PasswordFirst => {
                Some("password")
            }
            CodeWrong => Some("code"),
            CurrentCodeWrong => Some("current"),
            CursorUnknown => Some("cursor"),
            OwnRole => Some("role"),
            KeyInvalid | KeyReused | KeyInUse => Some("Idempotency-Key"),
            SignInWrong | Throttled(_) | Busy | SessionEnded | TokenInvalid | PermissionMissing(_)
            | NotYours | SiteUnknown | AccountUnknown | TooMany | LastAdmin | LastRole | LinkUnknown
            | LinkUsed | TokenUnknown | SessionUnknown | RecordsUnknown | PurgeUnknown => None,
        }
    }
}
