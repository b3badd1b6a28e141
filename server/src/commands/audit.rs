//! `constat audit`: recomputes the logs of a month from the store.

use super::print::print;
use crate::cli::AuditArgs;
use crate::failure::Failure;
use crate::proof::audit::audit;
use crate::store::open_store;

/// Prints what the logs of a month hold, and fails at the first difference.
pub fn run(args: &AuditArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    let mut logs = store.logs()?;
    logs.retain(|log| log.site == args.site && log.month == args.month);
    if logs.is_empty() {
        return Err(Failure::new(format!("{} has no log of {}", args.site, args.month)));
    }
    for log in &logs {
        let (audit, head) = audit(&*store, log)?;
        print(format_args!("{}: {} leaves agree with what is stored", log.origin(), head.size))?;
        print(format_args!(
            "records {}, entries {}, erased or expired {}",
            audit.record_count, audit.entry_count, audit.erased_count
        ))?;
        print(format_args!("root {}", head.root))?;
    }
    Ok(())
}
