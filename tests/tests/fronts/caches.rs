//! Caches before the site: nginx and Varnish as they are set up by somebody who wants to keep as much as possible.

use crate::world::report;
use constat_testkit::sample_site::{in_first_party_mode, with_one_vendor_more};
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, Shared, answer, client, site_path};
use constat_tests::consent::secret_of;
use constat_tests::fronts::{Front, KINDS, Process, SITE_HOST, nginx_command};
use constat_tests::routes::{filled_for, is_forwarded, routes};
use constat_tests::sites::Sites;
use reqwest::header::{ACCEPT_ENCODING, HOST, IF_NONE_MATCH, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use rustix::process::Signal;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What the server lets a cache keep for five minutes, these keep for this long.
const SOON: Duration = Duration::from_secs(1);

/// The command of a cache in a folder, on a port, before the site at another port.
type Make = fn(&Path, u16, u16) -> Command;

/// A cache before nginx as the front of the site.
struct Cached {
    name: &'static str,
    /// First, so that it has ended before what it asks.
    cache: Process,
    front: Front,
    api: Api,
}

impl Cached {
    /// Both, which tests share that change no site.
    async fn shared() -> Arc<Vec<Cached>> {
        static ALL: Shared<Vec<Cached>> = Shared::new();
        ALL.get(async || Cached::all()).await
    }

    fn all() -> Vec<Cached> {
        let caches: [(&str, Make); 2] = [("nginx as a cache", nginx), ("Varnish", varnish)];
        let start = |(name, command): (&'static str, Make)| {
            std::thread::spawn(move || {
                let api = Api::serve(Sites::with(SITE, &in_first_party_mode(SITE, SITE_ORIGIN)));
                let front = Front::start(&KINDS[0], 1, api.server.port());
                let site = front.process.port;
                let cache = Process::start(name, |folder, port| command(folder, port, site));
                Cached { name, cache, front, api }
            })
        };
        caches.map(start).map(|cached| cached.join().unwrap()).into()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = path.strip_prefix('/').unwrap();
        let url = format!("http://127.0.0.1:{}{}{path}", self.cache.port, self.front.prefix);
        // A cookie of the site, as its visitors have.
        client().request(method, url).header(HOST, SITE_HOST).header("Cookie", "session=1")
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }
}

fn is_kept(answer: &Answer) -> bool {
    ["HIT", "REVALIDATED"].contains(&answer.header("x-cache"))
}

/// It keeps whatever does not forbid it, also what says nothing about being kept.
fn nginx(folder: &Path, port: u16, site: u16) -> Command {
    let clock = folder.join("clock");
    let (clock, soon) = (clock.to_str().unwrap(), SOON.as_secs());
    let text = format!(
        "proxy_cache_path kept keys_zone=kept:1m;
         map $upstream_http_cache_control $soon {{
             'public, max-age=300' 'public, max-age={soon}';
             default $upstream_http_cache_control;
         }}
         proxy_set_header Host $host;
         server {{
             listen unix:{clock};
             location / {{
                 proxy_pass http://127.0.0.1:{site};
                 proxy_hide_header Cache-Control;
                 add_header Cache-Control $soon always;
             }}
         }}
         server {{
             listen 127.0.0.1:{port};
             location / {{
                 proxy_pass http://unix:{clock}:;
                 proxy_cache kept;
                 proxy_cache_valid any 10m;
                 proxy_cache_revalidate on;
                 add_header X-Cache $upstream_cache_status always;
             }}
         }}"
    );
    std::fs::write(folder.join("cache.conf"), text).unwrap();
    nginx_command(folder, &["cache.conf"])
}

/// It looks for whatever is asked by GET, with cookies and tokens too, and keeps what does not forbid it.
fn varnish(folder: &Path, port: u16, site: u16) -> Command {
    let soon = SOON.as_secs();
    let text = format!(
        r#"vcl 4.1;
        backend default {{ .host = "127.0.0.1"; .port = "{site}"; }}
        sub vcl_recv {{
            if (req.method == "GET" || req.method == "HEAD") {{ return (hash); }}
        }}
        sub vcl_backend_response {{
            if (beresp.ttl > {soon}s && beresp.ttl <= 300s) {{
                set beresp.ttl = {soon}s;
                set beresp.grace = 0s;
                set beresp.keep = 60s;
            }}
        }}
        sub vcl_deliver {{
            if (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }}
        }}"#
    );
    std::fs::write(folder.join("site.vcl"), text).unwrap();
    let mut command = Command::new("varnishd");
    command.arg("-F").arg("-n").arg(folder.join("varnish")).arg("-f").arg(folder.join("site.vcl"));
    command.args(["-a", &format!("127.0.0.1:{port}"), "-s", "malloc,16m", "-j", "none"]);
    command
}

/// How often an answer is asked for again: its time may just have passed.
const TIMES: usize = 4;

#[tokio::test]
async fn a_cache_keeps_what_is_the_same_for_all_and_nothing_that_is_one_visitors() {
    let mut faults = Vec::new();
    for cached in Cached::shared().await.iter() {
        let (record, receipt) = cached.api.record("refuse_all").await;
        let id = record.consent_id.to_string();
        let paths = routes()
            .into_iter()
            .filter(|(method, path, _)| method == "GET" && is_forwarded(path))
            .map(|(_, path, _)| path);
        let absent = "/v1/sites/absent/consent.js".to_owned();
        for path in paths.chain([absent]) {
            let path = filled_for(&cached.api, &path, &record, &id).await;
            let first = answer(cached.request(Method::GET, &path).bearer_auth(&receipt)).await;
            let may_be_kept = first.header("cache-control").starts_with("public");
            let mut was_kept = false;
            for _ in 0..TIMES {
                let again = cached.get(&path).await;
                was_kept |= is_kept(&again);
                // What was opened by a token is not there for one who has none.
                let opened = path.contains("/consents/") && (first.status, again.status) != (200, 401);
                if opened || (may_be_kept && again.body != first.body) {
                    faults.push(format!("{}: {path}: {first:?} and then {again:?}", cached.name));
                }
            }
            if was_kept != may_be_kept {
                faults.push(format!("{}: {path} was kept: {was_kept}; {first:?}", cached.name));
            }
        }
    }
    report(&faults);
}

#[tokio::test]
async fn each_visitor_gets_their_own_answer_and_no_cookie_comes_from_a_cache() {
    for cached in Cached::shared().await.iter() {
        let name = cached.name;
        for action in ["allow_all", "refuse_all", "allow_all"] {
            let consent = cached.api.consent(action).await;
            for status in [201, 200] {
                let request =
                    cached.request(Method::POST, &site_path("consents")).header(ORIGIN, SITE_ORIGIN);
                let stored = request.bearer_auth(secret_of(&consent)).body(consent.to_string());
                let stored = answer(stored).await;
                assert_eq!(stored.status, status, "{name}: {stored:?}");
                assert_eq!(stored.json()["record"]["event_id"], consent["event_id"], "{name}");
                let cookie = stored.header(SET_COOKIE.as_str());
                assert!(cookie.contains(consent["consent_id"].as_str().unwrap()), "{name}: {stored:?}");
            }
            for path in ["consent.js", "banner/fr", "notice/fr", "vendors"] {
                let read = cached.get(&site_path(path)).await;
                assert_eq!(read.headers.get(SET_COOKIE), None, "{name}: {read:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_cache_keeps_each_compressed_form_for_who_accepts_it() {
    for cached in Cached::shared().await.iter() {
        let path = site_path("banner/nl");
        let plain = cached.get(&path).await.body;
        // Twice, the second time in the other order.
        for accepted in ["br", "gzip", "identity", "gzip", "br", "identity"] {
            let answer = answer(cached.request(Method::GET, &path).header(ACCEPT_ENCODING, accepted)).await;
            let encoding = answer.header("content-encoding");
            assert!(encoding.is_empty() || encoding == accepted, "{}: {accepted}: {encoding}", cached.name);
            let mut whole = Vec::new();
            match encoding {
                "br" => drop(brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut whole)),
                "gzip" => {
                    let mut reader = flate2::read::GzDecoder::new(answer.body.as_slice());
                    std::io::copy(&mut reader, &mut whole).unwrap();
                }
                _ => whole = answer.body.clone(),
            }
            assert!(whole == plain, "{}: {accepted}: another text", cached.name);
        }
    }
}

async fn changed_in_time(cached: Cached) {
    let (name, path) = (cached.name, site_path("consent.js"));
    let first = cached.get(&path).await;
    let again = answer(cached.request(Method::GET, &path).header(IF_NONE_MATCH, first.header("etag"))).await;
    assert_eq!((again.status, again.body.len()), (304, 0), "{name}: {again:?}");
    // What did not change is asked for again, and is still the same.
    tokio::time::sleep(2 * SOON).await;
    let same = cached.get(&path).await;
    assert!(same.body == first.body && same.header("etag") == first.header("etag"), "{name}");
    cached.api.sites.write(SITE, &with_one_vendor_more(SITE, SITE_ORIGIN));
    cached.api.server.signal(Signal::HUP);
    cached.api.server.logs("the site files were read again", 1).await;
    tokio::time::sleep(2 * SOON).await;
    let new = cached.get(&path).await;
    assert!(new.status == 200 && new.header("etag") != first.header("etag"), "{name}: {new:?}");
}

#[tokio::test]
async fn a_changed_notice_is_there_when_the_time_of_the_cache_is_over() {
    let mut both = JoinSet::new();
    for cached in Cached::all() {
        both.spawn(changed_in_time(cached));
    }
    both.join_all().await;
}
