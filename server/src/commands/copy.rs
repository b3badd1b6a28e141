//! `constat copy`: all that a store holds, moved into another one.

use super::print::{print, remark};
use crate::cli::CopyArgs;
use crate::clock::{self, ClockError};
use crate::failure::Failure;
use crate::jobs::copy::compare::check;
use crate::jobs::copy::console::check_trail;
use crate::jobs::copy::ends::{CopyEnd, what_stays};
use crate::jobs::copy::transfer::copy;
use crate::store::{StoreError, checked_time};
use crate::telemetry;
use std::time::{Duration, Instant};

/// How often the copy reports its progress.
const INTERVAL: Duration = Duration::from_secs(1);

/// Copies, compares both sides, and prints what was found.
pub fn run(args: &CopyArgs) -> Result<(), Failure> {
    telemetry::start();
    if args.from == args.to {
        return Err(Failure::new("--from and --to name the same store: name another one with --to"));
    }
    let from = CopyEnd::source(&args.from)?;
    let to = CopyEnd::target(args)?;
    // A clock that is behind deletes nothing too early.
    match checked_time(&*from.store) {
        Ok(_) | Err(StoreError::Clock(ClockError::Behind { .. })) => {}
        Err(error) => return Err(Failure::new(format!("nothing was copied: {error}"))),
    }
    check(&*from.store, &*to.store)?;
    check_trail(&*from.store, &*to.store)?;
    let mut shown = Instant::now();
    let mut progress = |what: &str, count: u64| {
        if shown.elapsed() >= INTERVAL {
            remark(format_args!("{what}: {count}"));
            shown = Instant::now();
        }
    };
    let copied = copy(&*from.store, &*to.store, &clock::now, &mut progress)?;
    print(format_args!(
        "keys {}, notices {}, records {} ({} new), logs {} with {} leaves ({} new), dropped logs {}",
        copied.key_count,
        copied.notice_count,
        copied.record_count,
        copied.new_record_count,
        copied.log_count,
        copied.leaf_count,
        copied.new_leaf_count,
        copied.dropped_count
    ))?;
    print(format_args!(
        "console: documents {}, entries of the audit trail {}",
        copied.document_count, copied.trail_count
    ))?;
    print("every log was audited on both sides: the same size, root, counts and kept checkpoint")?;
    print(what_stays(from.folder.as_deref(), to.folder.as_deref()))
}
