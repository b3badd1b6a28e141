//! The fronts that add the policy of the visitor's choice to the site's pages (docs/csp.md).

use super::files::File;
use super::kinds::{Kind, PREFIX, Place, apache_of, caddy_of, nginx_of};
use super::process::free_port;
use std::process::Command;

/// Every one that has a file for it.
pub static WITH_POLICY: [Kind; 3] = [
    Kind { name: "nginx with the policy", prefix: PREFIX, start: nginx },
    Kind { name: "Caddy with the policy", prefix: PREFIX, start: caddy },
    Kind { name: "Apache with the policy", prefix: PREFIX, start: apache },
];

/// The file that adds the policy, no longer for reports alone.
fn policy(place: &Place, name: &'static str, timing: &str) -> File {
    place.write("site/index.html", "<h1>A page</h1>");
    place
        .file(name)
        .with("-Report-Only", "")
        .with(&format!("# {timing}"), timing)
        .with("/sites/helvia/", "/sites/polaire/")
        .with("constat-helvia=", "constat-polaire=")
}

fn nginx(place: &Place) -> Command {
    let file = policy(place, "nginx-csp.conf", "add_header Server-Timing");
    file.with("/var/log/nginx/constat.log", place.path("constat.log")).write(place.folder);
    let pages = "    # `^~`: no other regular";
    let with =
        format!("    location / {{\n        include {};\n    }}\n\n{pages}", place.path("nginx-csp.conf"));
    nginx_of(place, place.nginx_file().with(pages, with))
}

fn caddy(place: &Place) -> Command {
    let file = policy(place, "Caddyfile-csp", "Server-Timing");
    // What stands in for Constat.
    file.with("8079", free_port().to_string()).write(place.folder);
    let pages = "\t\troot *";
    let file = place.caddy_file().with("\nhttp://www", "\nimport Caddyfile-csp\nhttp://www");
    caddy_of(place, file.with(pages, format!("\t\timport constat-csp\n{pages}")))
}

fn apache(place: &Place) -> Command {
    File::read("apache-csp.pl").write(place.folder);
    let file = place.file("apache-csp.conf").with("-Report-Only", "").with("# Header", "Header");
    let file = file.with(
        "/usr/local/lib/constat/apache-csp.pl",
        format!("/usr/bin/perl {}", place.path("apache-csp.pl")),
    );
    file.with(" helvia www.helvia.example", " polaire www.polaire.example")
        .with("constat-helvia=", "constat-polaire=")
        .write(place.folder);
    place.write("site/index.html", "<h1>A page</h1>");
    let first = "    RewriteEngine On\n";
    let with = format!("    Include {}\n{first}", place.path("apache-csp.conf"));
    apache_of(place, place.apache_file().with(first, with))
}
