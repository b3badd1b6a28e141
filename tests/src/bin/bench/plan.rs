//! How much is measured, and how.

use crate::load::Limit;
use std::time::Duration;

/// Connections that each send the next request once the last is answered.
pub const CONNECTIONS: usize = 64;
/// What a server does before it is measured.
pub const WARM_UP: Limit = Limit { time: Duration::from_millis(500), requests: u64::MAX };
/// After this long a server that has started is idle.
pub const SETTLE: Duration = Duration::from_secs(1);
/// One turn of one server: short, so that a busy moment of the machine hits the others' turns too.
pub const TURN: Limit = Limit { time: Duration::from_secs(1), requests: u64::MAX };

/// How much is measured.
pub struct Plan {
    /// How many rounds there are.
    pub rounds: usize,
    /// How often each server has its turn in a round.
    pub turns: usize,
    /// How the store is filled.
    pub fill: Limit,
    /// How many records one is looked for among, beyond those that were filled in.
    pub multiplied: u64,
}

impl Plan {
    /// Under five minutes for the embedded store, also on a slow disk, and ten for Redis.
    pub fn full() -> Plan {
        let fill = Limit { time: Duration::from_secs(150), requests: 1_000_000 };
        Plan { rounds: 5, turns: 4, fill, multiplied: 10_000_000 }
    }

    /// Enough to see whether a change was a mistake.
    pub fn quick() -> Plan {
        let fill = Limit { time: Duration::from_secs(60), requests: 100_000 };
        Plan { rounds: 3, turns: 2, fill, multiplied: 300_000 }
    }
}
