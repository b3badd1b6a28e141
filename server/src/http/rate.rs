//! How many requests one client may send, by its address
//! ([decision 0051](../../../docs/decisions/0051-rate-limit-in-memory.md)). Addresses are in memory only, for
//! some seconds, and in no line of the log, no error and no file.

use super::connection::refusal;
use super::forwarded::{Client, client};
use crate::telemetry::{Refusal, count};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Next;
use actix_web::web::Data;
use constat_shared::Code;
use governor::clock::{Clock, DefaultClock};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::{HashMapStateStore, ShrinkableKeyedStateStore};
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Once;
use std::time::Duration;

/// Requests that write, or read what is one visitor's or costs a proof: a household sends ten a second, an
/// office a hundred at once.
const COSTLY: Quota = quota(10, 100);

/// All others, which are answered from memory.
const CHEAP: Quota = quota(100, 1000);

/// The most addresses that are counted separately, for each quota.
const ADDRESSES_MAX: usize = 100_000;

/// How often addresses are forgotten of which nothing is known that a new one would not have: after this
/// time without a request, every burst is possible again.
const FORGET_INTERVAL: Duration = Duration::from_secs(10);

/// Those beyond [`ADDRESSES_MAX`] are counted as this one, which is nobody's.
const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

const fn quota(per_second: u32, burst: u32) -> Quota {
    let per_second = NonZeroU32::new(per_second).expect("it is more than none");
    Quota::per_second(per_second).allow_burst(NonZeroU32::new(burst).expect("it is more than none"))
}

type Limiter = RateLimiter<IpAddr, Addresses, DefaultClock>;

/// The requests of each client.
pub struct Rate {
    costly: Limiter,
    cheap: Limiter,
    trusted: Vec<IpNet>,
    said_unlimited: Once,
    said_unforwarded: Once,
}

impl Rate {
    /// Nobody has asked yet. The clients of these proxies are told apart by the address that they forward.
    pub fn new(trusted: Vec<IpNet>) -> Rate {
        let limiter = |quota| RateLimiter::new(quota, Addresses::default(), DefaultClock::default());
        Rate {
            costly: limiter(COSTLY),
            cheap: limiter(CHEAP),
            trusted,
            said_unlimited: Once::new(),
            said_unforwarded: Once::new(),
        }
    }

    /// Forgets addresses of which nothing is known any more, for as long as the server runs.
    pub async fn forget(&self) {
        loop {
            tokio::time::sleep(FORGET_INTERVAL).await;
            for limiter in [&self.costly, &self.cheap] {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }

    /// How long the client of a request has to wait, when it sent too many.
    fn wait(&self, request: &ServiceRequest) -> Option<Duration> {
        let limiter = match cost(request.method(), request.match_info().unprocessed()) {
            Cost::None => return None,
            Cost::Little => &self.cheap,
            Cost::Much => &self.costly,
        };
        let address = match client(request.peer_addr()?.ip(), request.headers(), &self.trusted) {
            Client::At(address) => address,
            Client::Unforwarded(proxy) => {
                self.said_unforwarded.call_once(|| {
                    tracing::warn!(
                        "a proxy named with --trusted-proxy forwards no address that can be read in \
                         X-Forwarded-For: its clients are limited as one"
                    );
                });
                proxy
            }
            Client::Unlimited => {
                self.said_unlimited.call_once(|| {
                    tracing::warn!(
                        "requests from this machine and from private networks have no rate limit: name the \
                         reverse proxy with --trusted-proxy, and its clients have one"
                    );
                });
                return None;
            }
        };
        let refused = limiter.check_key(&group(address)).err()?;
        Some(refused.wait_time_from(limiter.clock().now()))
    }
}

/// Refuses the requests of a client that sends too many.
///
/// # Errors
/// Those of the route.
pub async fn limited(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let wait = request.app_data::<Data<Rate>>().and_then(|rate| rate.wait(&request));
    let Some(wait) = wait else { return Ok(next.call(request).await?.map_into_left_body()) };
    count(Refusal::OverRate);
    let seconds = wait.as_secs() + 1;
    let mut answer = refusal(
        Code::TooManyRequests,
        &format!("Send the same request again after {seconds} s, and fewer of them."),
    );
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(request.into_response(answer).map_into_right_body())
}

/// What a request costs the server.
#[derive(Debug, PartialEq, Eq)]
enum Cost {
    None,
    Little,
    Much,
}

/// The path is the decoded one, as the routes see it.
fn cost(method: &Method, path: &str) -> Cost {
    let is_of_site = path.starts_with("/v1/sites/");
    match path.split('/').nth(4) {
        Some("consents" | "log") if is_of_site => Cost::Much,
        _ if [Method::POST, Method::DELETE].contains(method) => Cost::Much,
        _ if ["/healthz", "/readyz"].contains(&path) => Cost::None,
        _ => Cost::Little,
    }
}

/// An IPv6 address stands for its network of 64 bits, all of which one household has.
fn group(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// What is known of each address, of so many at most.
#[derive(Default)]
struct Addresses(HashMapStateStore<IpAddr>);

impl StateStore for Addresses {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, address: &IpAddr, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let is_known = self.0.len() < ADDRESSES_MAX || self.0.lock().contains_key(address);
        self.0.measure_and_replace(if is_known { address } else { &OTHERS }, decide)
    }
}

impl ShrinkableKeyedStateStore<IpAddr> for Addresses {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }

    fn shrink_to_fit(&self) {
        self.0.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_or_is_one_visitors_costs_more_than_what_is_the_same_for_all() {
        for (method, path, expected) in [
            (Method::POST, "/v1/sites/a/consents", Cost::Much),
            (Method::GET, "/v1/sites/a/consents/1", Cost::Much),
            (Method::DELETE, "/v1/sites/a/consents/1", Cost::Much),
            (Method::OPTIONS, "/v1/sites/a/consents", Cost::Much),
            (Method::GET, "/v1/sites/a/log/2026-11/proof/0", Cost::Much),
            (Method::POST, "/healthz", Cost::Much),
            (Method::GET, "/v1/sites/a/consent.js", Cost::Little),
            (Method::GET, "/v1/notices/log/consents", Cost::Little),
            (Method::GET, "/nothing", Cost::Little),
            (Method::GET, "/healthz", Cost::None),
            (Method::HEAD, "/readyz", Cost::None),
        ] {
            assert_eq!(cost(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_network_of_64_bits_is_one_client() {
        let of = |text: &str| group(text.parse().expect("it is an address"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn addresses_beyond_the_most_are_counted_together_and_forgotten_like_the_others() {
        let addresses = Addresses::default();
        let seen = |number: u32| {
            let address = IpAddr::from(number.to_be_bytes());
            addresses.measure_and_replace(&address, |before| Ok::<_, ()>((before.is_some(), Nanos::new(1))))
        };
        let known = (1..=ADDRESSES_MAX as u32 + 2).filter(|number| seen(*number) == Ok(true)).count();
        assert_eq!((known, addresses.len()), (1, ADDRESSES_MAX + 1), "the last ones are one");
        assert_eq!(seen(1), Ok(true), "a known one is still counted alone");
        addresses.retain_recent(Nanos::new(1));
        assert!(addresses.is_empty());
    }
}
