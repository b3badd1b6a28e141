//! What an append and a proof cost as one month's log grows: both have to stay
//! flat, because neither may rebuild the tree.

use crate::bytes::block_on;
use crate::load::{self, Limit, Outcome};
use crate::plan::Plan;
use crate::process::Process;
use crate::request::{Request, SITE};
use constat_shared::{Month, Timestamp};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Into how many steps the filling is cut.
const STEPS: u32 = 10;
/// How many proofs are asked for after each.
const PROOFS: u64 = 300;

/// One step of the filling.
pub struct Step {
    /// How many leaves the log had at its end.
    pub leaves: u64,
    /// Processor time the server used for each append, in microseconds.
    pub append_cpu_us: f64,
    /// From asking for an inclusion proof to having it, in microseconds, sorted.
    pub proofs_us: Vec<u32>,
}

/// Fills a store step by step; returns all of the load, and the steps.
///
/// # Errors
/// As [`load::run`].
pub fn fill(plan: &Plan, process: &Process, requests: &[Request]) -> io::Result<(Outcome, Vec<Step>)> {
    let (mut filled, mut steps) = (Outcome::default(), Vec::new());
    for _ in 0..STEPS {
        let limit = Limit { time: plan.fill.time / STEPS, requests: plan.fill.requests / u64::from(STEPS) };
        let step = load::run(process, requests, &limit)?;
        let append_cpu_us = step.server_cpu.as_secs_f64() * 1e6 / step.requests().max(1) as f64;
        filled.add(step);
        let (leaves, proofs_us) = block_on(proofs(process.address))?;
        steps.push(Step { leaves, append_cpu_us, proofs_us });
    }
    Ok((filled, steps))
}

/// Asks for the proofs of leaves all over the log, one after the other.
async fn proofs(address: SocketAddr) -> reqwest::Result<(u64, Vec<u32>)> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let month = Month::of(Timestamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or_default()));
    let log = format!("http://{address}/v1/sites/{SITE}/log/{month}");
    let client = reqwest::Client::new();
    let checkpoint = client.get(format!("{log}/checkpoint")).send().await?.error_for_status()?.text().await?;
    let leaves = checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or_default();
    let mut times = Vec::new();
    for number in 0..PROOFS {
        // The stride shares no factor with a power of two, so that no two leaves lie alike.
        let index = number.wrapping_mul(2_654_435_761) % leaves;
        let start = Instant::now();
        let proof = client.get(format!("{log}/proof/{index}?size={leaves}")).send().await?;
        proof.error_for_status()?.bytes().await?;
        times.push(micros(start.elapsed()));
    }
    times.sort_unstable();
    Ok((leaves, times))
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
