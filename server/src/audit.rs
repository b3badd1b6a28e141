//! `constat audit`: the logs of a month worked out anew from the store.

use crate::cli::AuditArgs;
use crate::failure::Failure;
use crate::store::{Store, open_store};
use constat_shared::LogId;
use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::log::merkle::verify_consistency;

/// Prints what the logs of a month hold, and fails with the first thing that is not as it should be.
pub fn run(args: &AuditArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    let mut logs = store.logs()?;
    logs.retain(|log| log.site == args.site && log.month == args.month);
    if logs.is_empty() {
        return Err(Failure::new(format!("{} has no log of {}", args.site, args.month)));
    }
    logs.iter().try_for_each(|log| audit(&*store, log))
}

fn audit(store: &dyn Store, log: &LogId) -> Result<(), Failure> {
    let audit = store.audit(log)?;
    if let Some(difference) = audit.difference {
        return Err(Failure::new(format!("{}: {difference}", log.origin())));
    }
    let Some(head) = audit.head else { return Err(Failure::new(format!("{} is empty", log.origin()))) };
    if let Some(note) = store.checkpoint(log)? {
        let keys = store.keys()?;
        let opened = keys.iter().filter_map(|jwk| Checkpoint::open(&note, log, &jwk.key()?).ok()).next();
        let kept = opened
            .ok_or_else(|| Failure::new("the checkpoint kept last is not signed by any key of the store"))?;
        let proof = store.consistency_proof(log, kept.size, head.size)?.unwrap_or_default();
        if !verify_consistency(kept.size, kept.root, head.size, head.root, &proof) {
            let words =
                format!("the log does not begin with the {} leaves of the checkpoint kept last", kept.size);
            return Err(Failure::new(words));
        }
    }
    println!("{}: {} leaves agree with what is stored", log.origin(), head.size);
    println!(
        "records {}, entries {}, erased or expired {}",
        audit.record_count, audit.entry_count, audit.erased_count
    );
    println!("root {}", head.root);
    Ok(())
}
