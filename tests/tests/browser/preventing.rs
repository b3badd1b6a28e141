//! Safari's rule: what a script has written ends after seven days, and what the server has set does not. Run in
//! Safari's engine with its tracking prevention on.

use constat_testkit::sample_site::{in_first_party_mode, with_shipped_vendors};
use constat_tests::api::SITE;
use constat_tests::browser::Preventing;
use constat_tests::fronts::{Front, NGINX_WITH_TLS, SITE_HOST};
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A site on the same host without the mode.
const OTHER: &str = "autre";
const DAY_S: i64 = 24 * 3600;
const PATIENCE: Duration = Duration::from_secs(30);

/// A page on which the visitor comes back.
const AGAIN: &str = "<!doctype html><html lang=fr><script async src=/constat/v1/sites/polaire/consent.js></script>
    <script>addEventListener('constat:ready', () => setTimeout(() => location = '/script.html', 1000))</script>";

/// A page of a site that refuses by itself when the tracking prevention has started, and then goes on.
fn page(site: &str, next: &str) -> String {
    format!(
        "<!doctype html><html lang=fr><script async src=/constat/v1/sites/{site}/consent.js></script><script>
         addEventListener('constat:ready', () => setTimeout(() => constat.withdraw(), 500));
         let sent = () => JSON.parse(localStorage.getItem('constat.queue.{site}') || '[]').length == 0;
         addEventListener('constat:change', () => setInterval(() => {{ if (sent()) location = '{next}' }}, 500));
         </script>"
    )
}

#[test]
fn a_refusal_that_the_server_has_set_outlives_the_seven_days_of_one_that_a_script_wrote() {
    let origin = format!("https://{SITE_HOST}");
    let sites = Sites::with(SITE, &in_first_party_mode(SITE, &origin));
    sites.write(OTHER, &with_shipped_vendors(OTHER, &origin));
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    let front = Front::start(&NGINX_WITH_TLS, 1, server.port());
    let folder = front.process.folder.path().join("site");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("mode.html"), page(SITE, "/again.html")).unwrap();
    std::fs::write(folder.join("again.html"), AGAIN).unwrap();
    std::fs::write(folder.join("script.html"), page(OTHER, "/end.html")).unwrap();
    let browser = Preventing::open(&format!("{origin}/mode.html"), front.process.port);

    let ends = |site: &str| browser.end_of(&format!("constat-{site}"));
    let start = Instant::now();
    while ends(OTHER).is_none() {
        assert!(start.elapsed() < PATIENCE, "{:?} {:?}: {}", ends(SITE), ends(OTHER), server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let days = |site: &str| ends(site).map(|end| (end - now) / DAY_S);
    assert_eq!(
        days(OTHER).map(|days| days <= 7),
        Some(true),
        "not shown: this engine does not follow the rule"
    );
    assert!(days(SITE).is_some_and(|days| (178..=185).contains(&days)), "{:?} days", days(SITE));
}
