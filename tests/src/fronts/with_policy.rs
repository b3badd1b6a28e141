//! The fronts that add the policy of the visitor's choice to the site's pages (docs/csp.md).

use super::files::File;
use super::front::OTHER_SITE;
use super::kinds::{Kind, PREFIX, Place, apache_of, caddy_of, nginx_of};
use super::process::free_port;
use std::process::Command;

/// Every one that has a file for it.
pub static WITH_POLICY: [Kind; 3] = [
    Kind { name: "nginx with the policy", prefix: PREFIX, start: nginx },
    Kind { name: "Caddy with the policy", prefix: PREFIX, start: caddy },
    Kind { name: "Apache with the policy", prefix: PREFIX, start: apache },
];

/// A policy that the site has without Constat.
pub const OWN_POLICY: &str = "frame-ancestors 'none'";

/// A file that adds the policy, no longer for reports alone, to the pages of the test's site.
fn policy(place: &Place, name: &'static str, timing: &str) -> File {
    place.write("site/index.html", "<h1>A page</h1>");
    let file = File::read(name).with("-Report-Only", "").with(&format!("# {timing}"), timing);
    file.with("(?:-helvia)?=", format!("(?:-{OTHER_SITE})?="))
}

fn nginx(place: &Place) -> Command {
    let file = policy(place, "nginx-csp.conf", "add_header Server-Timing");
    file.with("/sites/helvia/", format!("/sites/{OTHER_SITE}/"))
        .with("/var/log/nginx/constat.log", place.path("constat.log"))
        .write(place.folder);
    let pages = "    # `^~`: no other regular";
    // A page of PHP comes by way of another location.
    let with = format!(
        "    include {};
    add_header Content-Security-Policy \"{OWN_POLICY}\" always;
    location / {{
        try_files $uri /front.php;
    }}
    location ~ \\.php$ {{
        try_files /index.html =404;
    }}

{pages}",
        place.path("nginx-csp.conf")
    );
    nginx_of(place, place.nginx_file().with(pages, with))
}

fn caddy(place: &Place) -> Command {
    let file = policy(place, "Caddyfile-csp", "+Server-Timing");
    file.with("/sites/helvia/", format!("/sites/{OTHER_SITE}/"))
        .with("127.0.0.1:8080", format!("127.0.0.1:{}", place.server))
        // What stands in for Constat.
        .with("8079", free_port().to_string())
        .write(place.folder);
    let pages = "\t\troot *";
    let file = place.caddy_file().with("\nhttp://www", "\nimport Caddyfile-csp\nhttp://www");
    caddy_of(
        place,
        file.with(
            pages,
            format!("\t\timport constat-csp\n\t\theader Content-Security-Policy \"{OWN_POLICY}\"\n{pages}"),
        ),
    )
}

fn apache(place: &Place) -> Command {
    File::read("apache-csp.pl").write(place.folder);
    let file = policy(place, "apache-csp.conf", "Header");
    let program = format!("/usr/bin/perl {}", place.path("apache-csp.pl"));
    file.with("/usr/local/lib/constat/apache-csp.pl", program)
        .with("127.0.0.1:8080", format!("127.0.0.1:{}", place.server))
        .with(" helvia www.helvia.example", format!(" {OTHER_SITE} www.polaire.example"))
        .write(place.folder);
    let first = "    RewriteEngine On\n";
    let own = format!("    Header always set Content-Security-Policy \"{OWN_POLICY}\"\n");
    let with = format!("{own}    Include {}\n{first}", place.path("apache-csp.conf"));
    apache_of(place, place.apache_file().with(first, with))
}
