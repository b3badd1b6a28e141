//! WebKit with its tracking prevention on, as in Safari. The driver's browser has it off, so no driver is used:
//! the page acts by itself, and the cookies are read from the browser's file.

use super::driver::{Display, MINI_BROWSER};
use super::processes;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A window with one page. It is closed when the value is dropped.
pub struct Preventing {
    process: Child,
    folder: TempDir,
    _display: Display,
}

impl Preventing {
    /// Opens an address through a proxy.
    ///
    /// # Panics
    /// When WebKitGTK's browser is not installed.
    pub fn open(proxy: &str, url: &str) -> Preventing {
        let program = MINI_BROWSER.into_iter().find(|file| Path::new(file).exists());
        let (display, folder) = (Display::start(), tempfile::tempdir().expect("there is room for a folder"));
        let mut command = Command::new(program.expect("MiniBrowser is installed"));
        command.arg("--enable-itp").arg(format!("--proxy=http://{proxy}"));
        command.arg(format!("--cookies-file={}", folder.path().join("cookies.sqlite").display())).arg(url);
        display.lend_to(&mut command);
        for variable in ["HOME", "TMPDIR", "XDG_RUNTIME_DIR"] {
            command.env(variable, folder.path());
        }
        for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "http_proxy", "no_proxy"] {
            command.env_remove(variable);
        }
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Preventing { process: process.expect("MiniBrowser can be started"), folder, _display: display }
    }

    /// When the browser will forget a cookie, in seconds since 1970; nothing while it has none of that name.
    pub fn end_of(&self, cookie: &str) -> Option<i64> {
        let only_read = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = self.folder.path().join("cookies.sqlite");
        let store = rusqlite::Connection::open_with_flags(file, only_read).ok()?;
        let sql = "SELECT max(expiry) FROM moz_cookies WHERE name = ?";
        store.query_row(sql, [cookie], |row| row.get(0)).ok().flatten()
    }
}

impl Drop for Preventing {
    fn drop(&mut self) {
        processes::end_all_with(self.folder.path());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
