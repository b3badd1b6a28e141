//! Redis servers under test: real processes on free ports, each in its own folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a Redis may take to start, or a cluster to agree, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// After how long a cluster considers a silent node dead, in milliseconds.
const NODE_TIMEOUT_MS: u32 = 1000;
/// The ports that a node of a cluster may have: its second one is 10,000 above.
const PORTS: std::ops::Range<u16> = 20_000..50_000;

/// Where it writes what happens, in its folder.
const LOG: &str = "redis.log";

/// A running `redis-server`, killed when the value is dropped.
pub struct Redis {
    child: Child,
    dir: tempfile::TempDir,
    args: Vec<String>,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Its port for TLS.
    pub tls_port: Option<u16>,
}

impl Redis {
    /// Starts one that keeps what it confirms (`appendfsync always`).
    ///
    /// # Panics
    /// When it does not start; the message contains what it wrote.
    pub fn start() -> Redis {
        Redis::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts one with these settings besides its port and folder.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub fn start_with(args: &[&str]) -> Redis {
        Redis::start_as(args, false)
    }

    /// Starts one that keeps what it confirms, and takes TLS at a second port with
    /// this certificate and key.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub fn start_with_tls([certificate, key]: &[PathBuf; 2], args: &[&str]) -> Redis {
        let [certificate, key] = [certificate, key].map(|file| file.to_str().expect("the path is text"));
        let keeping = ["--appendonly", "yes", "--appendfsync", "always", "--tls-auth-clients", "no"];
        let files = ["--tls-cert-file", certificate, "--tls-key-file", key];
        Redis::start_as(&[&keeping[..], &files, args].concat(), true)
    }

    /// Starts one with the content of a dump (an RDB file). It keeps what it confirms.
    ///
    /// # Panics
    /// When the dump cannot be copied or Redis does not read it.
    pub fn start_from(dump: &Path) -> Redis {
        let dir = tempfile::tempdir().expect("there is room for a temporary folder");
        std::fs::copy(dump, dir.path().join("dump.rdb")).expect("the dump can be copied");
        let mut redis = Redis::start_in(dir, &[], false);
        // A Redis that starts with an append-only file reads that and not the dump.
        let keeping = ["appendonly", "yes", "appendfsync", "always"];
        redis.ask(&[&["CONFIG", "SET"], &keeping[..]].concat());
        wait_for("the dump to be in the append-only file", || {
            let info = redis.ask(&["INFO", "persistence"]);
            ["aof_enabled:1", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0"]
                .iter()
                .all(|line| info.contains(line))
        });
        redis.args = ["--appendonly", "yes", "--appendfsync", "always"].map(str::to_owned).to_vec();
        redis
    }

    fn start_as(args: &[&str], with_tls: bool) -> Redis {
        Redis::start_in(tempfile::tempdir().expect("there is room for a temporary folder"), args, with_tls)
    }

    fn start_in(dir: tempfile::TempDir, args: &[&str], with_tls: bool) -> Redis {
        // Another process may take the free ports first.
        for _ in 0..20 {
            let (port, tls_port) = (free_port(), with_tls.then(free_port));
            let mut args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
            args.extend(tls_port.iter().flat_map(|port| ["--tls-port".to_owned(), port.to_string()]));
            let mut child = spawn(port, dir.path(), &args);
            if answers(port, &mut child) {
                return Redis { child, dir, args, port, tls_port };
            }
            end(&mut child);
        }
        panic!("no redis-server started: is Debian's package redis-server installed?");
    }

    /// Starts one that copies this one.
    ///
    /// # Panics
    /// When it does not start or does not copy in time.
    pub fn replica(&self) -> Redis {
        let of = format!("127.0.0.1 {}", self.port);
        let settings = ["--appendonly", "yes", "--appendfsync", "always", "--replicaof", &of];
        let replica = Redis::start_with(&[&settings[..], &["--repl-diskless-sync-delay", "0"]].concat());
        wait_for("the replica to copy", || {
            replica.ask(&["INFO", "replication"]).contains("master_link_status:up")
        });
        replica
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its folder, with all that it has written.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join(LOG)).unwrap_or_default()
    }

    /// Asks it something, as text; empty when it does not answer.
    ///
    /// # Panics
    /// When `redis-cli` cannot be started.
    pub fn ask(&self, words: &[&str]) -> String {
        ask(self.port, words)
    }

    /// How many bytes of memory its data take (`used_memory`).
    ///
    /// # Panics
    /// When it does not answer.
    pub fn used_bytes(&self) -> u64 {
        let info = self.ask(&["INFO", "memory"]);
        let bytes = info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok());
        bytes.expect("Redis reports how much memory it uses")
    }

    /// Ends it at once, as a crash would; its files stay.
    pub fn kill(&mut self) {
        end(&mut self.child);
    }

    /// Starts it again, on its port and its files.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        end(&mut self.child);
        self.child = spawn(self.port, self.dir.path(), &self.args);
        assert!(answers(self.port, &mut self.child), "redis-server did not start again: {}", self.log());
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed()).expect("an id is not zero");
        rustix::process::kill_process(pid, signal).expect("Redis is running");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn spawn(port: u16, dir: &Path, args: &[String]) -> Child {
    // It ends with the process that started it, even if that is killed.
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "redis-server"])
        .args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string(), "--dir"])
        .arg(dir)
        .args(["--logfile", LOG])
        .args(args)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server can be started: Debian's package redis-server")
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// A port that is free now, as is the one 10,000 above it.
fn free_port() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let choices = u32::from(PORTS.end - PORTS.start);
    loop {
        let offset = (uuid::Uuid::now_v7().as_u128() as u32) % choices;
        let port = PORTS.start + offset as u16;
        if free(port) && free(port + 10_000) {
            return port;
        }
    }
}

/// Whether it answers before it exits.
fn answers(port: u16, child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if child.try_wait().expect("the process can be waited for").is_some() {
            return false;
        }
        // Another one on the same port would answer too, but not under this process id.
        if ask(port, &["INFO", "server"]).contains(&format!("process_id:{}\r\n", child.id())) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn ask(port: u16, words: &[&str]) -> String {
    let output: Output = Command::new("redis-cli")
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        .args(words)
        .stderr(Stdio::null())
        .output()
        .expect("redis-cli can be started");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn wait_for(what: &str, mut come: impl FnMut() -> bool) {
    let start = Instant::now();
    while !come() {
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A cluster of three primaries, each with a replica.
pub struct Cluster {
    /// The three that begin as primaries, then their replicas in the same order.
    pub nodes: Vec<Redis>,
}

impl Cluster {
    /// Starts six, and waits until they agree.
    ///
    /// # Panics
    /// When they do not.
    pub fn start() -> Cluster {
        let timeout = NODE_TIMEOUT_MS.to_string();
        let settings = ["--appendonly", "yes", "--appendfsync", "always", "--cluster-enabled", "yes"];
        let more = ["--cluster-node-timeout", &timeout, "--repl-diskless-sync-delay", "0"];
        let args = [&settings[..], &more].concat();
        let nodes: Vec<_> = (0..6).map(|_| Redis::start_with(&args)).collect();
        for (node, slots) in nodes.iter().zip([["0", "5460"], ["5461", "10922"], ["10923", "16383"]]) {
            node.ask(&["CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1]]);
        }
        for (epoch, node) in (1..).zip(&nodes) {
            node.ask(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch.to_string()]);
            node.ask(&["CLUSTER", "MEET", "127.0.0.1", &nodes[0].port.to_string()]);
        }
        let cluster = Cluster { nodes };
        wait_for("the nodes to know each other", || {
            cluster.nodes.iter().all(|node| node.ask(&["CLUSTER", "NODES"]).matches("connected").count() == 6)
        });
        for (primary, replica) in cluster.nodes[..3].iter().zip(&cluster.nodes[3..]) {
            let id = primary.ask(&["CLUSTER", "MYID"]);
            replica.ask(&["CLUSTER", "REPLICATE", id.trim()]);
        }
        cluster.wait();
        cluster
    }

    /// Waits until all slots are served, and every running node has a replica or is one.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn wait(&self) {
        wait_for("the cluster to agree", || {
            self.nodes.iter().all(|node| {
                let info = node.ask(&["CLUSTER", "INFO"]);
                let copied = node.ask(&["INFO", "replication"]);
                info.contains("cluster_state:ok")
                    && (copied.contains("master_link_status:up") || copied.contains("connected_slaves:1"))
            })
        });
    }

    /// `redis+cluster://127.0.0.1:PORT,…`, with every node.
    pub fn url(&self) -> String {
        let nodes: Vec<_> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis+cluster://{}", nodes.join(","))
    }
}
