//! The browser that the browser tests drive: Chromium and its WebDriver.

use crate::failure::Failure;
use crate::packages::ensure;

/// Program, and the Debian or Ubuntu package that holds it.
const PROGRAMS: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Sees to it that the browser is there: installs it when this user may, or says what to install.
pub fn ensure_browser() -> Result<(), Failure> {
    ensure("the browser", &PROGRAMS, ", or run `cargo xtask test --quick`, which needs no browser")
}
