//! How a browser of each engine is started and ended, with a profile that is thrown away.

use super::engine::Engine;
use super::processes;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thirtyfour::Capabilities;

/// How long a driver may take to start, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Chromium without a profile and without the services of its maker. It asks the proxy for what is
/// on this machine too.
const CHROMIUM_FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    // Without a card, Chromium would start a process that plays one: a fifth of the work of a start.
    "--use-gl=disabled",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr",
    "--proxy-bypass-list=<-loopback>",
    // WebDriver's command for Global Privacy Control; without it the signal is off.
    "--enable-features=GlobalPrivacyControlTest",
];

/// The browser of WebKitGTK. Debian keeps it out of PATH.
pub(super) const MINI_BROWSER: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
];

/// MiniBrowser's tool bar is wider than a phone and makes its window as wide. This makes it small.
const MINI_BROWSER_STYLE: &str =
    "* { min-width: 0; min-height: 0; padding: 0; margin: 0; font-size: 1px; -gtk-icon-source: none; }";

/// Held while WebKit's driver starts, which is told its port before it takes it.
static PORT_CHOICE: Mutex<()> = Mutex::new(());

/// A running WebDriver server. Dropping it ends the server, its browser and their display.
pub struct Driver {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    process: Child,
    /// Where WebKit's windows are.
    display: Option<Display>,
    /// Not every browser removes all of its own.
    folder: TempDir,
}

impl Driver {
    /// Starts the driver of an engine.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start(engine: Engine) -> Driver {
        // Chromedriver takes a port that is free for IPv4 and exits when the same port is in use for
        // IPv6; another program may take the port chosen for WebKit's driver. Then it starts again.
        let started = (0..10).find_map(|_| match engine {
            Engine::Chromium => start_chromedriver(),
            Engine::Firefox => start_geckodriver(),
            Engine::WebKit => start_webkit(),
        });
        started.expect("the browser's driver starts")
    }

    /// Home of the driver and its browser, with all that they write.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn spawn(mut command: Command, folder: TempDir, display: Option<Display>) -> Driver {
        let name = command.get_program().to_string_lossy().into_owned();
        for variable in ["HOME", "TMPDIR", "XDG_RUNTIME_DIR"] {
            command.env(variable, folder.path());
        }
        for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "http_proxy", "no_proxy"] {
            command.env_remove(variable);
        }
        let process = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        Driver { address: String::new(), process, display, folder }
    }

    /// Takes the address from what the driver prints; nothing if it ends without one.
    fn announced(mut self, words: &str) -> Option<Driver> {
        let mut stdout = BufReader::new(self.process.stdout.take()?);
        let port = port_behind(words, &mut stdout)?;
        self.address = format!("http://127.0.0.1:{port}");
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Some(self)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        processes::end_all_with(self.folder.path());
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.display.take();
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("constat-browser-").tempdir().expect("there is room for a folder")
}

fn port_behind(words: &str, stdout: &mut BufReader<ChildStdout>) -> Option<u16> {
    for line in stdout.lines().map_while(Result::ok) {
        if let Some((_, port)) = line.trim_end_matches('.').rsplit_once(words) {
            return port.parse().ok();
        }
    }
    None
}

fn start_chromedriver() -> Option<Driver> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stdout(Stdio::piped());
    Driver::spawn(command, folder(), None).announced("successfully on port ")
}

/// Geckodriver from PATH, or where `cargo xtask test` installs it. System access is what gives a
/// page a size that no window has, and sets preferences.
fn start_geckodriver() -> Option<Driver> {
    let folder = folder();
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/geckodriver");
    let program = if installed.is_file() { installed.as_path() } else { Path::new("geckodriver") };
    let mut command = Command::new(program);
    command.args(["--port", "0", "--websocket-port", "0", "--allow-system-access", "--profile-root"]);
    command.arg(folder.path()).stdout(Stdio::piped());
    Driver::spawn(command, folder, None).announced("Listening on 127.0.0.1:")
}

fn start_webkit() -> Option<Driver> {
    let (folder, display) = (folder(), Display::start());
    let gtk = folder.path().join(".config/gtk-3.0");
    std::fs::create_dir_all(&gtk).expect("a temporary folder can be written");
    std::fs::write(gtk.join("gtk.css"), MINI_BROWSER_STYLE).expect("a temporary folder can be written");
    let _chosen = PORT_CHOICE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).ok()?.port();
    let mut command = Command::new("WebKitWebDriver");
    command.arg(format!("--port={port}")).stdout(Stdio::null());
    display.lend_to(&mut command);
    let mut driver = Driver::spawn(command, folder, Some(display));
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if start.elapsed() > PATIENCE || driver.process.try_wait().ok()?.is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    driver.address = format!("http://127.0.0.1:{port}");
    Some(driver)
}

/// An X server without a screen.
pub(super) struct Display {
    number: u32,
    process: Child,
}

impl Display {
    /// It prints the number that was free.
    pub(super) fn start() -> Display {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = process.expect("Xvfb is installed");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("Xvfb prints its display");
        Display { number: line.trim().parse().expect("a display is a number"), process }
    }

    /// Has WebKit draw here.
    pub(super) fn lend_to(&self, command: &mut Command) {
        command.env("DISPLAY", format!(":{}", self.number));
        // WebKit takes the language from here, and says that it is `C` where there is none.
        command.env("LANG", "fr_FR.UTF-8").env("LANGUAGE", "fr").env_remove("LC_ALL");
        // No session bus, no graphics card, and root, for whom there is no sandbox.
        command.env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory").env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Killed, it would leave its lock and its socket behind.
        let pid = rustix::process::Pid::from_raw(self.process.id().cast_signed());
        let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM));
        let _ = self.process.wait();
    }
}

/// What the driver is asked to start: a browser of the engine that asks the proxy for everything. Firefox takes a
/// profile that is there.
pub fn capabilities(engine: Engine, proxy: &str, profile: &Path) -> Capabilities {
    let value = match engine {
        Engine::Chromium => chromium(proxy),
        Engine::Firefox => firefox(proxy, profile),
        Engine::WebKit => webkit(proxy),
    };
    let Value::Object(map) = value else { unreachable!("capabilities are an object") };
    map.into()
}

fn chromium(proxy: &str) -> Value {
    let proxy = format!("--proxy-server=http://{proxy}");
    let args: Vec<&str> = CHROMIUM_FLAGS.into_iter().chain([proxy.as_str()]).collect();
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

fn firefox(proxy: &str, profile: &Path) -> Value {
    let (host, port) = proxy.split_once(':').expect("an address has a port");
    let preferences = json!({
        "network.proxy.type": 1,
        "network.proxy.http": host,
        "network.proxy.http_port": port.parse::<u16>().expect("a port is a number"),
        "network.proxy.ssl": host,
        "network.proxy.ssl_port": port.parse::<u16>().expect("a port is a number"),
        "network.proxy.allow_hijacking_localhost": true,
        "network.proxy.failover_direct": false,
        // What the proxy does not answer is asked for once, as in the other engines.
        "network.http.request.max-attempts": 1,
        "intl.accept_languages": "fr",
    });
    let binary =
        ["/usr/bin/firefox-esr", "/usr/bin/firefox"].into_iter().find(|file| Path::new(file).exists());
    json!({
        "browserName": "firefox",
        "moz:firefoxOptions": { "binary": binary, "args": ["-headless", "-profile", profile], "prefs": preferences },
    })
}

fn webkit(proxy: &str) -> Value {
    let binary = MINI_BROWSER.into_iter().find(|file| Path::new(file).exists());
    json!({
        "proxy": { "proxyType": "manual", "httpProxy": proxy },
        "webkitgtk:browserOptions": { "binary": binary, "args": ["--automation"] },
    })
}
