//! How often a sign-in may fail: counted for each account and each client, in memory only.

use constat_shared::{Hash, Timestamp};
use std::collections::HashMap;
use std::hash::Hash as Key;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For how long failures count, in milliseconds: 15 minutes from the first of them.
const WINDOW_MS: i64 = 15 * 60_000;
/// How many failures of an account count before it waits.
pub const ACCOUNT_MAX: u32 = 20;
/// How many failures of a client count before it waits: several people may share an address.
pub const CLIENT_MAX: u32 = 30;
/// How many accounts, and how many clients, are remembered.
const ENTRIES_MAX: usize = 10_000;

/// Counts failures. A client's address is never written anywhere.
#[derive(Default)]
pub struct Throttle(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// By the hash of the address, whether there is such an account or not.
    accounts: HashMap<Hash, Count>,
    clients: HashMap<IpAddr, Count>,
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    since: Timestamp,
}

impl Throttle {
    /// Counts an attempt as failed, before it is checked: many at once are no way around.
    ///
    /// # Errors
    /// How long to wait, when too many failed; such an attempt does not count.
    pub fn begin(&self, email: &str, client: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (account, client) = (Hash::of(email.as_bytes()), client.map(network));
        let wait = wait(&counts.accounts, &account, ACCOUNT_MAX, now)
            .max(client.and_then(|client| wait(&counts.clients, &client, CLIENT_MAX, now)));
        if let Some(wait) = wait {
            return Err(wait);
        }
        count(&mut counts.accounts, account, now);
        if let Some(client) = client {
            count(&mut counts.clients, client, now);
        }
        Ok(())
    }

    /// Takes back an attempt that did not fail, and nothing else: who is signed in and enters one thing
    /// that is right has not shown all that a sign-in asks for.
    pub fn take_back(&self, email: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.accounts.get_mut(&Hash::of(email.as_bytes())) {
            count.failures = count.failures.saturating_sub(1);
        }
    }

    /// Takes back an attempt that did not fail, and the failures of its account before.
    pub fn succeed(&self, email: &str, client: Option<IpAddr>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.accounts.remove(&Hash::of(email.as_bytes()));
        if let Some(count) = client.and_then(|client| counts.clients.get_mut(&network(client))) {
            count.failures = count.failures.saturating_sub(1);
        }
    }
}

/// How long a key has to wait.
fn wait<K: Key + Eq>(counts: &HashMap<K, Count>, key: &K, max: u32, now: Timestamp) -> Option<Duration> {
    let count = counts.get(key).filter(|count| count.failures >= max && !count.is_over(now))?;
    let left = count.since.unix_ms() + WINDOW_MS - now.unix_ms();
    Some(Duration::from_secs(u64::try_from(left).unwrap_or(0).div_ceil(1000)))
}

fn count<K: Key + Eq + Clone>(counts: &mut HashMap<K, Count>, key: K, now: Timestamp) {
    if counts.len() >= ENTRIES_MAX && !counts.contains_key(&key) {
        make_room(counts, now);
    }
    let count = counts.entry(key).or_insert(Count { failures: 0, since: now });
    if count.is_over(now) {
        *count = Count { failures: 0, since: now };
    }
    count.failures += 1;
}

/// Forgets what is over; if that is nothing, those who failed least.
fn make_room<K: Key + Eq + Clone>(counts: &mut HashMap<K, Count>, now: Timestamp) {
    counts.retain(|_, count| !count.is_over(now));
    if counts.len() < ENTRIES_MAX {
        return;
    }
    let mut failures: Vec<_> = counts.values().map(|count| count.failures).collect();
    failures.sort_unstable();
    // A tenth of them at least, so that this is done rarely.
    let least = failures[ENTRIES_MAX / 10];
    counts.retain(|_, count| count.failures > least);
}

impl Count {
    /// Whether its window is over. A clock that was set back begins a new one.
    fn is_over(&self, now: Timestamp) -> bool {
        !(0..WINDOW_MS).contains(&(now.unix_ms() - self.since.unix_ms()))
    }
}

/// The network that one customer has: an IPv4 address, or the 64 bits of an IPv6 one.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_800_000_000_000 + seconds * 1000)
    }

    fn client(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn an_account_waits_after_too_many_failures_and_not_for_longer_than_the_window() {
        let throttle = Throttle::default();
        for _ in 0..ACCOUNT_MAX {
            assert_eq!(throttle.begin("a@b", None, at(0)), Ok(()));
        }
        assert_eq!(throttle.begin("a@b", client("192.0.2.1"), at(0)), Err(Duration::from_secs(900)));
        assert_eq!(throttle.begin("c@d", None, at(0)), Ok(()), "another account");
        assert_eq!(throttle.begin("a@b", None, at(899)), Err(Duration::from_secs(1)));
        assert_eq!(throttle.begin("a@b", None, at(900)), Ok(()));
    }

    #[test]
    fn a_client_waits_after_thirty_failures_for_whatever_accounts() {
        let throttle = Throttle::default();
        for number in 0..CLIENT_MAX {
            let address = format!("2001:db8::{number}");
            assert_eq!(throttle.begin(&format!("{number}@b"), client(&address), at(0)), Ok(()));
        }
        assert!(throttle.begin("new@b", client("2001:db8::ffff"), at(0)).is_err(), "the same network");
        assert_eq!(throttle.begin("new@b", client("2001:db8:0:1::1"), at(0)), Ok(()));
        assert_eq!(throttle.begin("new@b", client("192.0.2.1"), at(0)), Ok(()));
    }

    #[test]
    fn a_success_forgives_its_account_and_only_itself_to_its_client() {
        let throttle = Throttle::default();
        let address = client("192.0.2.1");
        for round in 0..CLIENT_MAX {
            assert_eq!(throttle.begin(&format!("{round}@b"), address, at(0)), Ok(()));
            if round == 0 {
                throttle.succeed("0@b", address);
            }
        }
        assert_eq!(throttle.begin("x@b", address, at(0)), Ok(()));
        assert!(throttle.begin("y@b", address, at(0)).is_err());
    }

    #[test]
    fn one_thing_that_is_right_forgives_only_itself() {
        let throttle = Throttle::default();
        for _ in 1..ACCOUNT_MAX {
            throttle.begin("a@b", None, at(0)).unwrap();
            throttle.begin("a@b", None, at(0)).unwrap();
            throttle.take_back("a@b");
        }
        assert_eq!(throttle.begin("a@b", None, at(0)), Ok(()));
        assert!(throttle.begin("a@b", None, at(0)).is_err());
    }

    #[test]
    fn who_failed_often_is_remembered_however_many_others_fail() {
        let throttle = Throttle::default();
        for _ in 0..ACCOUNT_MAX {
            throttle.begin("victim@b", None, at(0)).unwrap();
        }
        for number in 0..3 * ENTRIES_MAX {
            let _ = throttle.begin(&format!("{number}@b"), None, at(1));
        }
        assert!(throttle.begin("victim@b", None, at(2)).is_err());
        assert!(throttle.0.lock().unwrap().accounts.len() <= ENTRIES_MAX);
    }
}
