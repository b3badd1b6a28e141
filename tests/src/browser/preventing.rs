//! WebKit with its tracking prevention on, as in Safari. The driver's browser has it off, so no driver is used:
//! the page acts by itself, and the cookies are read from the browser's file.

use super::driver::{Display, MINI_BROWSER};
use super::processes;
use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
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
    /// Opens an https address, whose host is a port of this machine, with whatever certificate.
    ///
    /// # Panics
    /// When WebKitGTK's browser is not installed.
    pub fn open(url: &str, port: u16) -> Preventing {
        let proxy = start_tunnels(port).expect("there is a free port");
        let program = MINI_BROWSER.into_iter().find(|file| Path::new(file).exists());
        let (display, folder) = (Display::start(), tempfile::tempdir().expect("there is room for a folder"));
        let mut command = Command::new(program.expect("MiniBrowser is installed"));
        command
            .args(["--enable-itp", "--ignore-tls-errors"])
            .arg(format!("--proxy=http://127.0.0.1:{proxy}"));
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

    /// When the browser will forget a cookie that it sends by https only, in seconds since 1970; nothing while
    /// it has none of that name.
    pub fn end_of(&self, cookie: &str) -> Option<i64> {
        let only_read = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = self.folder.path().join("cookies.sqlite");
        let store = rusqlite::Connection::open_with_flags(file, only_read).ok()?;
        let sql = "SELECT max(expiry) FROM moz_cookies WHERE name = ? AND isSecure = 1";
        store.query_row(sql, [cookie], |row| row.get(0)).ok().flatten()
    }
}

/// Starts a proxy for https that makes every host a port of this machine, and returns its own port.
fn start_tunnels(port: u16) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let own = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for browser in listener.incoming().flatten() {
            // A tunnel that breaks is a broken network to the browser.
            std::thread::spawn(move || tunnel(browser, port));
        }
    });
    Ok(own)
}

/// Answers one `CONNECT` (RFC 9110, section 9.3.6), and passes on what both sides send.
fn tunnel(mut browser: TcpStream, port: u16) -> Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        browser.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    browser.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from_server, mut to_browser) = (server.try_clone()?, browser.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut from_server, &mut to_browser));
    std::io::copy(&mut browser, &mut server)?;
    server.shutdown(std::net::Shutdown::Write)
}

impl Drop for Preventing {
    fn drop(&mut self) {
        processes::end_all_with(self.folder.path());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
