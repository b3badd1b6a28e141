//! What every route of the console and of the admin API depends on.

use super::address::Address;
use super::audits::Audits;
use crate::access::access::Access;
use crate::access::console_key::ConsoleKeys;
use crate::access::error::AccessError;
use crate::access::sign_in::SignIns;
use crate::clock;
use crate::http::app::App;
use crate::http::deadline::blocking;
use actix_web::HttpRequest;
use actix_web::web::{Bytes, Data};
use constat_shared::{SiteId, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;

/// One value, handed to every route of the console.
pub struct Console {
    /// What the public routes depend on: the sites, the store, the keys of the log.
    pub app: Data<App>,
    /// Accounts, sessions, tokens, and the audit trail.
    pub access: Access,
    /// The keys of tokens and second factors.
    pub keys: ConsoleKeys,
    /// Sign-ins in the memory of this server.
    pub sign_ins: SignIns,
    /// Where it is reached.
    pub address: Address,
    /// Where visitors reach the public address, without a slash at its end: what the tag names.
    pub public_url: String,
    /// The description of the API, as JSON.
    pub description: Bytes,
    /// The folder of the pictures of notices.
    pub snapshots: PathBuf,
    /// The audits that run.
    pub audits: Audits,
    /// The demo site, when this is the demo.
    pub demo_site: Option<SiteId>,
    /// The clients of these proxies are told apart by the address that they forward.
    pub trusted: Vec<ipnet::IpNet>,
}

/// Does work that waits for the store, away from the threads that serve requests, for as long as a
/// request may wait.
///
/// # Errors
/// Those of the work; [`AccessError::Store`] when the store does not answer in time.
pub async fn on_console<T: Send + 'static>(
    console: &Data<Console>,
    work: impl FnOnce(&Console, Timestamp) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let deadline = console.app.deadline;
    let console = Arc::clone(console);
    blocking(deadline, move || work(&console, clock::now())).await
}

/// As [`on_console`], for work that takes a password: few at once.
///
/// # Errors
/// As [`on_console`]; [`crate::access::error::Refusal::Busy`].
pub async fn on_passwords<T: Send + 'static>(
    console: &Data<Console>,
    work: impl FnOnce(&Console, Timestamp) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let shared = Arc::clone(console);
    console.sign_ins.passwords.run(move || work(&shared, clock::now())).await
}

/// The console of a request.
pub fn console(request: &HttpRequest) -> Data<Console> {
    request.app_data::<Data<Console>>().cloned().expect("every route of the console has it")
}
