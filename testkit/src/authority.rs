//! A time-stamping authority (RFC 3161), made with the `openssl` command: its
//! CA, its certificate, its answers, and a small server to ask it through.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// The extensions of its certificates, and how it answers.
const CONFIG: &str = r"
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[tsa]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
extendedKeyUsage = critical, timeStamping
[mixed]
extendedKeyUsage = critical, timeStamping, codeSigning
[uncritical]
extendedKeyUsage = timeStamping
[web]
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
[clock]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
tsa_name = yes
ess_cert_id_alg = ESS
signer_digest = DIGEST
";

/// The name of its certificate, as RFC 4514 writes it.
pub const NAME: &str = "CN=Test Clock,O=Horloge SA";

/// What an authority is made of.
pub struct Making {
    /// The key of its CA, as `openssl genpkey` is asked for it.
    pub ca_key: &'static [&'static str],
    /// Its own key.
    pub key: &'static [&'static str],
    /// The hash of its signatures.
    pub digest: &'static str,
    /// The hash by which they name their certificate.
    pub certificate_digest: &'static str,
    /// The section of the extensions of its certificate.
    pub extensions: &'static str,
    /// How many days its certificate is valid; when negative, it has expired.
    pub days: i32,
}

/// An RSA key.
pub const RSA: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
/// A key on the curve P-256.
pub const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
/// A key on the curve P-384.
pub const P384: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
/// A key on the Edwards curve.
pub const ED25519: &[&str] = &["-algorithm", "ED25519"];

impl Making {
    /// One without fault.
    pub const GOOD: Making = Making {
        ca_key: P256,
        key: P256,
        digest: "sha256",
        certificate_digest: "sha256",
        extensions: "tsa",
        days: 2,
    };
}

/// An authority: a folder with its keys and certificates.
pub struct Authority(TempDir);

impl Authority {
    /// Makes its keys and certificates.
    ///
    /// # Panics
    /// When `openssl` is missing or fails.
    pub fn make(making: &Making) -> Authority {
        let authority = Authority(tempfile::tempdir().expect("there is room for a temporary folder"));
        let config = CONFIG.replace("ESS", making.certificate_digest).replace("DIGEST", making.digest);
        authority.write("openssl.cnf", config.as_bytes());
        authority.write("serial", b"01");
        authority.openssl(&[&["genpkey", "-out", "ca.key"], making.ca_key].concat());
        let own = ["req", "-x509", "-config", "openssl.cnf", "-new", "-key", "ca.key", "-out", "ca.pem"];
        let how = ["-days", "3", "-subj", "/O=Horloge SA/CN=Test CA", "-extensions", "ca"];
        authority.openssl(&[own.as_slice(), &how].concat());
        authority.certify("tsa", making.key, "/O=Horloge SA/CN=Test Clock", making.extensions, making.days);
        authority
    }

    /// Makes a key and a certificate by its CA: `NAME.key`, `NAME.pem`.
    fn certify(&self, name: &str, key: &[&str], subject: &str, extensions: &str, days: i32) {
        let [key_file, request, certificate] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
        self.openssl(&[&["genpkey", "-out", &key_file], key].concat());
        let common = ["-config", "openssl.cnf", "-new", "-key", &key_file, "-out", &request];
        self.openssl(&[&["req"], common.as_slice(), &["-subj", subject]].concat());
        let issuer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", &days.to_string()];
        let what = ["-extfile", "openssl.cnf", "-extensions", extensions, "-out", &certificate];
        self.openssl(&[&["x509", "-req", "-in", &request], issuer.as_slice(), &what].concat());
    }

    /// The files of a certificate for 127.0.0.1 by its CA, and of its key.
    ///
    /// # Panics
    /// When `openssl` fails.
    pub fn web(&self) -> [PathBuf; 2] {
        self.certify("web", P256, "/CN=Web", "web", 2);
        ["web.pem", "web.key"].map(|name| self.0.path().join(name))
    }

    /// The file of its CA's certificate.
    pub fn ca(&self) -> PathBuf {
        self.0.path().join("ca.pem")
    }

    /// Answers a `TimeStampReq` with a `TimeStampResp`.
    pub fn reply(&self, query: &[u8]) -> Vec<u8> {
        self.write("query", query);
        self.openssl(&["ts", "-reply", "-config", "openssl.cnf", "-section", "clock", "-queryfile", "query"])
    }

    /// The token of such an answer.
    pub fn token(&self, query: &[u8]) -> Vec<u8> {
        self.write("reply", &self.reply(query));
        self.openssl(&["ts", "-reply", "-in", "reply", "-token_out"])
    }

    /// The content of a token, its `TSTInfo`.
    pub fn content(&self, token: &[u8]) -> Vec<u8> {
        self.write("token", token);
        self.openssl(&["cms", "-verify", "-noverify", "-inform", "DER", "-in", "token"])
    }

    /// A token over any content, signed with any certificate.
    pub fn sign(&self, content: &[u8], options: &[&str]) -> Vec<u8> {
        self.write("content", content);
        let form = ["cms", "-sign", "-binary", "-nodetach", "-in", "content", "-outform", "DER"];
        let signer =
            ["-signer", "tsa.pem", "-inkey", "tsa.key", "-econtent_type", "1.2.840.113549.1.9.16.1.4"];
        self.openssl(&[form.as_slice(), &signer, options].concat())
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).expect("the folder can be written");
    }

    fn openssl(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl").args(args).current_dir(self.0.path()).output();
        let output = output.expect("`openssl` is installed (Debian: apt-get install openssl)");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {}: {words}", args.join(" "));
        output.stdout
    }
}

/// A whole HTTP answer; `None` never answers.
pub type Reply = Option<Vec<u8>>;

/// The head of an HTTP request, and its body.
pub type Request = (String, Vec<u8>);

/// An authority that can be asked over HTTP, until the value is dropped.
pub struct Asked {
    /// Its address.
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread, which holds the authority's folder. It may have ended already.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Asked {
    /// Serves an authority that answers as it should.
    pub fn serve(authority: &Arc<Authority>) -> Asked {
        let authority = Arc::clone(authority);
        Asked::answer(move |query| Some(response("200 OK", &authority.reply(query))))
    }

    /// Answers every request with what a function makes of its body.
    ///
    /// # Panics
    /// When no port is free.
    pub fn answer(answer: impl Fn(&[u8]) -> Reply + Send + 'static) -> Asked {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (requests, is_over): (Arc<Mutex<Vec<_>>>, Arc<AtomicBool>) = Default::default();
        let (seen, end) = (Arc::clone(&requests), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                let Some(request) = read(&mut BufReader::new(&stream)) else { continue };
                let reply = answer(&request.1);
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                match reply {
                    // The client may have gone away.
                    Some(reply) => drop((&stream).write_all(&reply)),
                    None => silent.push(stream),
                }
            }
        });
        Asked { url: format!("http://{address}/tsr"), requests, address, is_over, thread: Some(thread) }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An HTTP response that ends the connection.
pub fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Reads a request: its head, and the body by its content-length.
fn read(stream: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_lowercase().split_once("content-length: ")?.1.lines().next()?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// An authority behind TLS that answers one request.
pub struct TlsOnce {
    /// Its address.
    pub url: String,
    relay: Child,
    thread: Option<JoinHandle<()>>,
}

impl TlsOnce {
    /// Serves an authority under a certificate for 127.0.0.1 by its own CA.
    ///
    /// # Panics
    /// When `openssl` fails or no port is free.
    pub fn serve(authority: &Arc<Authority>) -> TlsOnce {
        authority.web();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a port is free").to_string();
        // It hands what it decrypts to its standard output, and encrypts its standard input.
        let mut relay = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &address, "-cert", "web.pem", "-key", "web.key"])
            .current_dir(authority.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`openssl` is installed");
        let (input, output) = (relay.stdin.take(), relay.stdout.take());
        let (mut input, output) = (input.expect("stdin is piped"), output.expect("stdout is piped"));
        let authority = Arc::clone(authority);
        let thread = std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            // Without a request, the client did not trust the certificate.
            let Some((_, query)) = read(&mut output) else { return };
            let _ = input.write_all(&response("200 OK", &authority.reply(&query)));
            let _ = input.flush();
            // The end of what comes in would end the relay before it has passed that on.
            let _ = std::io::copy(&mut output, &mut std::io::sink());
        });
        // It is ready when it takes a connection. An empty one leaves it waiting for the next.
        while TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        TlsOnce { url: format!("https://{address}/tsr"), relay, thread: Some(thread) }
    }
}

impl Drop for TlsOnce {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.relay.kill();
        let _ = self.relay.wait();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
