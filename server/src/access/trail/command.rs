//! The commands that leave entries in the audit trail.

use constat_shared::names;

names! {
    /// A command, as the trail names it. No token has a name that starts with `constat`.
    Command;
    /// A server.
    Serve = "constat serve";
    /// Records of a consent id were printed.
    Records = "constat records";
    /// Evidence of a record was handed out.
    Prove = "constat prove";
    /// A person was added, or given a role.
    UserAdd = "constat user add";
    /// A person was removed.
    UserRemove = "constat user remove";
    /// A link was made.
    UserReset = "constat user reset";
    /// A token was made.
    TokenAdd = "constat token add";
    /// A token was revoked.
    TokenRevoke = "constat token revoke";
    /// A key was added.
    KeysRotate = "constat keys rotate";
    /// The clock was declared right.
    ClockAccept = "constat clock accept";
    /// Entries that are missing were accepted.
    AcceptMissing = "constat audit --accept-missing";
}
