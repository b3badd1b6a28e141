//! The server and every front before it, which all tests share.

use constat_testkit::sample_site::in_first_party_mode;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, Shared, client};
use constat_tests::fronts::{Front, KINDS, OTHER_SITE};
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The server and its fronts.
pub struct World {
    /// First, so that they have ended before the server.
    pub fronts: Vec<Front>,
    /// The server, which believes the fronts about addresses.
    pub api: Api,
}

impl World {
    /// The one that other tests use now, or else a new one.
    pub async fn shared() -> Arc<World> {
        static WORLD: Shared<World> = Shared::new();
        WORLD.get(async || World::start()).await
    }

    fn start() -> World {
        let sites = Sites::with(SITE, &in_first_party_mode(SITE, SITE_ORIGIN));
        // One of them honours Global Privacy Control.
        let other = format!("gpc = \"refuse\"\n{}", in_first_party_mode(OTHER_SITE, SITE_ORIGIN));
        sites.write(OTHER_SITE, &other);
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--sites", sites.arg(), "--trusted-proxy", "127.0.0.1"]);
        let port = server.port();
        let start = |(number, kind)| std::thread::spawn(move || Front::start(kind, number, port));
        let starting: Vec<_> = (1..).zip(&KINDS).map(start).collect();
        let fronts = starting.into_iter().map(|front| front.join().unwrap()).collect();
        World { fronts, api: Api { server, sites, data, client: client() } }
    }
}

/// A mark that no other request has.
pub fn mark() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("mark-{:05}-", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Fails with all faults, one on a line.
pub fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
