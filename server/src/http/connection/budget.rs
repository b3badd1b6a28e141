//! How many connections the descriptors of the process are enough for.

use super::connections::Connections;
use super::limits::CONNECTIONS_MAX;
use crate::failure::Failure;
use rustix::process::{Resource, getrlimit};
use std::sync::Arc;

/// The descriptors of a thread that serves: its event queues and what wakes them.
const OF_WORKER: usize = 6;

/// The descriptors that the store and the jobs open now and then, and those of the thread that accepts.
const OF_FILES: usize = 12;

/// The descriptors that are taken for open where they cannot be counted.
const OPEN_UNKNOWN: usize = 64;

/// The fewest connections with which a server starts.
const CONNECTIONS_MIN: usize = 8;

/// The connections over the cap that are kept for health and readiness, at most.
const RESERVE_MAX: usize = 16;

/// How many connections there may be.
pub struct Budget {
    /// The connections, with a reserve that lies beyond the cap.
    pub connections: Arc<Connections>,
    /// All of them together.
    pub total: usize,
}

/// Counts what is open, when everything but the connections is, and takes the rest of the limit.
///
/// # Errors
/// A sentence, when the limit of descriptors leaves no room.
pub fn budget(workers: usize) -> Result<Budget, Failure> {
    let limit = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |limit| limit as usize);
    let open = std::fs::read_dir("/dev/fd").map_or(OPEN_UNKNOWN, Iterator::count);
    let own = open + OF_FILES + OF_WORKER * workers;
    let total = limit.saturating_sub(own).min(CONNECTIONS_MAX);
    if total < CONNECTIONS_MIN {
        let needed = own + CONNECTIONS_MIN;
        return Err(Failure::new(format!(
            "the process may open {limit} files, which leaves no room for connections: \
             allow {needed} at least, better 1024 (ulimit -n, or LimitNOFILE= in the systemd unit)"
        )));
    }
    let reserve = (total / 4).clamp(2, RESERVE_MAX);
    Ok(Budget { connections: Connections::new(total - reserve, reserve), total })
}
