//! The browsers that the tests drive, with their WebDrivers.

use crate::tools::failure::Failure;
use crate::tools::installed::ensure_installed;
use crate::tools::programs::ensure;
use crate::tools::workspace::Workspace;

/// The newest geckodriver that was tried with Debian's Firefox ESR.
const GECKODRIVER: &str = "0.37.1";

/// What to do where an engine besides Chromium cannot be had.
const ONE_ENGINE: &str = ", or run `cargo xtask test`, which needs only Chromium";

/// Makes sure that Chromium is there: installs it when this user may, or fails with what to install.
pub fn ensure_chromium() -> Result<(), Failure> {
    let programs = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];
    let otherwise = ", or run `cargo xtask test --quick`, which needs no browser";
    ensure("Install Chromium", &programs, "the browser tests need Chromium and its WebDriver.", otherwise)
}

/// Makes sure that Firefox is there, as [`ensure_chromium`] does; its driver comes from cargo.
pub fn ensure_firefox(workspace: &Workspace) -> Result<(), Failure> {
    let problem = "the tests in Firefox need Firefox ESR.";
    ensure("Install Firefox", &[("firefox-esr", "firefox-esr")], problem, ONE_ENGINE)?;
    let remedy = "Check the connection, or run `cargo xtask test`, which needs only Chromium.";
    ensure_installed(workspace, "geckodriver", GECKODRIVER, remedy).map(drop)
}

/// Makes sure that WebKitGTK is there, as [`ensure_chromium`] does. Its browser needs an X server.
pub fn ensure_webkit() -> Result<(), Failure> {
    let programs = [("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")];
    let problem = "the tests in WebKit need WebKitGTK's WebDriver and a virtual X server.";
    ensure("Install WebKit", &programs, problem, ONE_ENGINE)
}
