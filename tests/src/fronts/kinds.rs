//! How each kind of front is started from its file.

use super::files::File;
use std::path::Path;
use std::process::Command;

/// The prefix of the files.
pub const PREFIX: &str = "/constat/";

/// A kind of front.
pub struct Kind {
    /// The program, and what is special.
    pub name: &'static str,
    /// Below what it forwards.
    pub prefix: &'static str,
    /// Makes the command that starts it.
    pub(super) start: fn(&Place) -> Command,
}

/// Where one is started.
pub struct Place<'a> {
    /// Its own folder.
    pub folder: &'a Path,
    /// The port on which it listens.
    pub port: u16,
    /// The port that stands for the server's.
    pub server: u16,
    /// The port of the rest of the site.
    pub site: u16,
    prefix: &'static str,
}

/// Every kind that can be run.
pub static KINDS: [Kind; 7] = [
    Kind { name: "nginx", prefix: PREFIX, start: nginx },
    Kind { name: "nginx with another prefix", prefix: "/einwilligung/v2/", start: nginx },
    Kind { name: "Caddy", prefix: PREFIX, start: caddy },
    Kind { name: "Apache", prefix: PREFIX, start: apache },
    Kind { name: "HAProxy", prefix: PREFIX, start: haproxy },
    Kind { name: "Node", prefix: PREFIX, start: node },
    Kind { name: "PHP", prefix: PREFIX, start: php },
];

/// nginx with TLS, as its file has it, and a certificate that nobody knows.
pub static NGINX_WITH_TLS: Kind = Kind { name: "nginx with TLS", prefix: PREFIX, start: nginx_with_tls };

impl Kind {
    /// The command that starts it in a folder, on a port, before a server.
    pub fn command(&self, folder: &Path, port: u16, server: u16, site: u16) -> Command {
        (self.start)(&Place { folder, port, server, site, prefix: self.prefix })
    }
}

impl Place<'_> {
    /// Where a file of its own is.
    pub(super) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("temporary folders have plain names").to_owned()
    }

    /// The file with this server and prefix.
    pub(super) fn file(&self, name: &'static str) -> File {
        File::read(name)
            .with("127.0.0.1:8080", format!("127.0.0.1:{}", self.server))
            .with(PREFIX, self.prefix)
    }

    /// The file for nginx, without TLS, on this port.
    pub(super) fn nginx_file(&self) -> File {
        let file = self.file("nginx-first-party.conf").without("ssl_certificate");
        file.with("listen 443 ssl;", format!("listen 127.0.0.1:{};", self.port))
    }

    /// The file for Caddy, without TLS, on this port.
    pub(super) fn caddy_file(&self) -> File {
        let address = format!("http://www.polaire.example:{} {{\n\tbind 127.0.0.1\n", self.port);
        self.file("Caddyfile-first-party")
            .with("www.helvia.example {\n", address)
            .with("\n{\n", "\n{\n\tadmin off\n")
            .with("/var/www/www.helvia.example", self.path("site"))
    }

    /// The file for Apache, without TLS, on this port.
    pub(super) fn apache_file(&self) -> File {
        self.file("apache-first-party.conf")
            .with("<VirtualHost *:443>", format!("<VirtualHost 127.0.0.1:{}>", self.port))
            .without("SSL")
            .with("/var/log/apache2/", self.path(""))
            .with("/var/www/www.helvia.example", self.path("site"))
    }

    /// Writes a file of its own.
    pub(super) fn write(&self, name: &str, text: &str) {
        let file = self.folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("there is room");
        std::fs::write(self.folder.join(name), text).expect("a temporary folder can be written");
    }
}

fn nginx(place: &Place) -> Command {
    nginx_of(place, place.nginx_file())
}

fn nginx_with_tls(place: &Place) -> Command {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
        .args(["/CN=www.polaire.example", "-keyout", "site.key", "-out", "site.pem"])
        .current_dir(place.folder)
        .output();
    assert!(made.is_ok_and(|made| made.status.success()), "openssl makes no certificate");
    let file = place
        .file("nginx-first-party.conf")
        .with("listen 443 ssl;", format!("listen 127.0.0.1:{} ssl;", place.port))
        .with("/etc/ssl/www.helvia.example", place.path("site"));
    nginx_of(place, file)
}

pub(super) fn nginx_of(place: &Place, file: File) -> Command {
    let file = file
        .with("/var/log/nginx/constat.log", place.path("constat.log"))
        .with("/var/www/www.helvia.example", place.path("site"));
    file.write(place.folder);
    nginx_command(place.folder, &["nginx-first-party.conf"])
}

/// nginx with these files in its `http`.
///
/// # Panics
/// When the folder cannot be written.
pub fn nginx_command(folder: &Path, files: &[&str]) -> Command {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = temporary.iter().map(|name| format!("{name}_temp_path {name}; ")).collect();
    let files: String = files.iter().map(|name| format!("include {name}; ")).collect();
    let text = format!(
        "daemon off; master_process off; pid pid; error_log error.log; events {{}} \
         http {{ access_log off; default_type text/html; {temporary} {files} }}"
    );
    std::fs::write(folder.join("nginx.conf"), text).expect("a temporary folder can be written");
    let mut command = Command::new("nginx");
    command.args(["-e", "error.log", "-c", "nginx.conf", "-p"]).arg(folder);
    command
}

fn caddy(place: &Place) -> Command {
    caddy_of(place, place.caddy_file())
}

pub(super) fn caddy_of(place: &Place, file: File) -> Command {
    file.write(place.folder);
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(place.path("Caddyfile-first-party"));
    command.env("HOME", place.folder).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command
}

fn apache(place: &Place) -> Command {
    apache_of(place, place.apache_file())
}

pub(super) fn apache_of(place: &Place, file: File) -> Command {
    file.write(place.folder);
    let modules = ["mpm_event", "authz_core", "dir", "headers", "proxy", "proxy_http", "rewrite", "setenvif"];
    let modules = modules
        .iter()
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    let rest = format!(
        "ServerRoot {0}\nServerName localhost\nErrorLog error.log\nListen 127.0.0.1:{1}\nPidFile pid\n\
         DefaultRuntimeDir {0}\nUser www-data\nGroup www-data\nInclude apache-first-party.conf\n",
        place.path(""),
        place.port
    );
    place.write("apache.conf", &(modules.collect::<String>() + rest.as_str()));
    let mut command = Command::new("apache2");
    command.args(["-X", "-f"]).arg(place.path("apache.conf"));
    command
}

fn haproxy(place: &Place) -> Command {
    let file = place
        .file("haproxy-first-party.cfg")
        .with(
            "bind :443 ssl crt /etc/haproxy/www.helvia.example.pem",
            format!("bind 127.0.0.1:{}", place.port),
        )
        .with("127.0.0.1:3000", format!("127.0.0.1:{}", place.site));
    file.write(place.folder);
    let mut command = Command::new("haproxy");
    command.arg("-f").arg(place.path("haproxy-first-party.cfg"));
    command
}

fn node(place: &Place) -> Command {
    let file = File::read("node-first-party.mjs")
        .with("port: 8080", format!("port: {}", place.server))
        .with("3000", place.port.to_string())
        .with(PREFIX, place.prefix);
    file.write(place.folder);
    let mut command = Command::new("node");
    command.arg(place.path("node-first-party.mjs"));
    command
}

fn php(place: &Place) -> Command {
    place.file("php-first-party.php").write(place.folder);
    let mut command = Command::new("php");
    command.args(["-S", &format!("127.0.0.1:{}", place.port)]).arg(place.path("php-first-party.php"));
    command
}
