//! A person who is signed in, as a request shows them.

use crate::access::principal::Principal;
use crate::access::session::SignedIn;

/// A person who is signed in.
pub struct Session {
    /// The secret in the cookie, from which the CSRF token is made.
    pub secret: String,
    /// Who it is.
    pub signed_in: SignedIn,
}

impl Session {
    /// What they may do.
    pub fn principal(&self) -> &Principal {
        &self.signed_in.principal
    }
}
