//! The Redis that the store's tests start, each its own.

use crate::failure::Failure;
use crate::packages::ensure;

/// Program, and the Debian or Ubuntu package that holds it.
const PROGRAMS: [(&str, &str); 2] = [("redis-server", "redis-server"), ("redis-cli", "redis-tools")];

/// Sees to it that Redis is there: installs it when this user may, or says what to install.
pub fn ensure_redis() -> Result<(), Failure> {
    ensure("Redis", &PROGRAMS, "")
}
