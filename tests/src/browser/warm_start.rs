//! What spares Firefox a third of the work of its start: its own scripts, compiled already. It writes them into the
//! profile when it ends in good order, and does not use those of another version.

use super::driver::{Driver, capabilities};
use super::engine::Engine;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thirtyfour::WebDriver;
use tokio::sync::OnceCell;

/// The file of a profile that says which version has written it.
const VERSION: &str = "compatibility.ini";
/// The folder of a profile with those scripts.
const SCRIPTS: &str = "startupCache";

/// Makes a profile, with the scripts where there are any: without them the start takes longer.
pub async fn make_profile(profile: &Path) {
    static KEPT: OnceCell<PathBuf> = OnceCell::const_new();
    fs::create_dir_all(profile).expect("a temporary folder can be written");
    let kept = KEPT.get_or_init(kept).await;
    if copy(kept, profile).is_err() {
        eprintln!("Firefox starts without its compiled scripts");
    }
}

/// Where the scripts are kept. They are made by a start of Firefox where there are none yet.
async fn kept() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
    let kept = tools.join("firefox-start");
    if !kept.join(VERSION).exists() && make(&tools, &kept).await.is_none() {
        eprintln!("Firefox has left no compiled scripts");
    }
    kept
}

async fn make(tools: &Path, kept: &Path) -> Option<()> {
    let server = Driver::start(Engine::Firefox);
    let profile = server.folder().join("profile");
    fs::create_dir_all(&profile).ok()?;
    let asked_for = capabilities(Engine::Firefox, "127.0.0.1:9", &profile);
    let driver = WebDriver::new(&server.address, asked_for).await.ok()?;
    driver.goto("data:text/html,<p>x").await.ok()?;
    driver.quit().await.ok()?;
    // Another process may make them as well: whoever comes first keeps its own.
    fs::create_dir_all(tools).ok()?;
    let made = tempfile::tempdir_in(tools).ok()?;
    copy(&profile, made.path()).ok()?;
    fs::rename(made.path(), kept).ok()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join(SCRIPTS))?;
    for entry in fs::read_dir(from.join(SCRIPTS))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(SCRIPTS).join(entry.file_name()))?;
    }
    fs::copy(from.join(VERSION), to.join(VERSION)).map(|_| ())
}
