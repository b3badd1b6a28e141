//! Consent requests of the demo site, ready to be sent.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use constat_shared::{Action, NoticeView};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bytes::block_on;

/// The demo site.
pub const SITE: &str = "boreale";
/// From the demo's site file.
pub const ORIGIN: &str = "https://www.boreale.example";
/// Takes the place of an id until there is one.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A request as bytes, in which only the ids change from one sending to the next.
#[derive(Clone)]
pub struct Request {
    bytes: Vec<u8>,
    event_id: Range<usize>,
    consent_id: Range<usize>,
    random: u64,
}

impl Request {
    /// Requests that answer the demo's notice, half of them allowing everything and half refusing
    /// it; and how many bytes the server answers with.
    pub fn of_demo(address: SocketAddr, count: usize) -> io::Result<(Vec<Request>, usize)> {
        let notice = notice(address)?;
        let actions = [Action::AllowAll, Action::RefuseAll].into_iter().cycle().take(count);
        let requests: Vec<_> = actions.map(|action| Request::new(&body(&notice, action))).collect();
        let body = Request::bodies_of_demo(address, 1)?.pop().unwrap_or_default();
        let answer_bytes = block_on(async {
            let post = reqwest::Client::new().post(format!("http://{address}/v1/sites/{SITE}/consents"));
            let answer = post.header("origin", ORIGIN).json(&body).send().await?.error_for_status()?;
            Ok(answer.bytes().await?.len())
        })?;
        Ok((requests, answer_bytes))
    }

    /// As many bodies that refuse everything, of as many visitors.
    pub fn bodies_of_demo(address: SocketAddr, count: usize) -> io::Result<Vec<Value>> {
        let notice = notice(address)?;
        let of_another = |_| {
            let mut body = body(&notice, Action::RefuseAll);
            for id in ["event_id", "consent_id"] {
                body[id] = json!(Uuid::now_v7());
            }
            body
        };
        Ok((0..count).map(of_another).collect())
    }

    fn new(body: &Value) -> Request {
        let body = body.to_string();
        // The headers that matter to a server, about as long as a browser's.
        let text = format!(
            "POST /v1/sites/{SITE}/consents HTTP/1.1\r\nhost: consent.boreale.example\r\n\
             user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
             accept: */*\r\naccept-language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3\r\n\
             accept-encoding: gzip, deflate, br, zstd\r\ncontent-type: application/json\r\n\
             origin: {ORIGIN}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let id = |name: &str| {
            let field = format!("\"{name}\":\"");
            let start = text.find(&field).map_or(0, |at| at + field.len());
            start..start + NO_ID.len()
        };
        let (event_id, consent_id) = (id("event_id"), id("consent_id"));
        // Seeded from the system's randomness: two requests never draw the same ids.
        let random = Uuid::now_v7().as_u64_pair().1;
        Request { bytes: text.into_bytes(), event_id, consent_id, random }
    }

    /// The request of another visitor: with new ids, of this moment as a browser would make them.
    pub fn renew(&mut self) -> &[u8] {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_ms = u64::try_from(since.as_millis()).unwrap_or_default();
        for place in [self.event_id.clone(), self.consent_id.clone()] {
            let mut random = [0; 10];
            random[..8].copy_from_slice(&self.draw().to_le_bytes());
            random[8..].copy_from_slice(&self.draw().to_le_bytes()[..2]);
            let id = uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid();
            id.hyphenated().encode_lower(&mut self.bytes[place]);
        }
        &self.bytes
    }

    /// SplitMix64: random enough for ids that nobody guards, and far cheaper than the system's.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn notice(address: SocketAddr) -> io::Result<NoticeView> {
    block_on(async {
        let url = format!("http://{address}/v1/sites/{SITE}/notice/fr");
        reqwest::get(url).await?.error_for_status()?.json::<NoticeView>().await
    })
}

fn body(notice: &NoticeView, action: Action) -> Value {
    let allowed = |exempt: bool| exempt || action == Action::AllowAll;
    let categories = notice.categories.iter().map(|category| (category.id, allowed(category.exempt)));
    let vendors = notice.categories.iter().flat_map(|category| {
        let ids = category.vendors.iter().map(|vendor| vendor.id.clone());
        ids.map(move |id| (id, allowed(category.exempt)))
    });
    json!({
        "event_id": NO_ID,
        "consent_id": NO_ID,
        "previous_event_id": null,
        "action": action,
        "layer": "banner",
        "language": notice.language,
        "notice_hash": notice.notice_hash,
        "categories": categories.collect::<std::collections::BTreeMap<_, _>>(),
        "vendors": vendors.collect::<std::collections::BTreeMap<_, _>>(),
        "signals": { "gpc": false, "dnt": false },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_renewal_has_new_ids_and_nothing_else_changes() {
        let mut request = Request::new(&json!({ "consent_id": NO_ID, "event_id": NO_ID, "layer": "banner" }));
        let before = request.clone();
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let bytes = request.renew().to_vec();
            assert_eq!(bytes.len(), before.bytes.len());
            for place in [before.event_id.clone(), before.consent_id.clone()] {
                let id = std::str::from_utf8(&bytes[place]).unwrap();
                assert_eq!(Uuid::parse_str(id).unwrap().get_version_num(), 7);
                assert!(ids.insert(id.to_owned()));
            }
            assert!(bytes.ends_with(b"\"layer\":\"banner\"}"));
        }
    }
}
