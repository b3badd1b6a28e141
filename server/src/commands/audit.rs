//! `constat audit`: recomputes the logs of a month, or the audit trail, from the store.

use super::print::print;
use crate::access::trail::audit::audit as audit_trail;
use crate::cli::AuditArgs;
use crate::clock;
use crate::failure::Failure;
use crate::proof::audit::audit;
use crate::store::{Store, open_store};
use constat_shared::{Month, SiteId};

/// Prints what the logs of a month, or the audit trail, hold, and fails at the first difference.
pub fn run(args: &AuditArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    match (&args.site, args.month) {
        (Some(site), Some(month)) => logs(&*store, site, month),
        _ => trail(&*store),
    }
}

fn logs(store: &dyn Store, site: &SiteId, month: Month) -> Result<(), Failure> {
    let mut logs = store.logs()?;
    logs.retain(|log| log.site == *site && log.month == month);
    if logs.is_empty() {
        return Err(Failure::new(format!("{site} has no log of {month}")));
    }
    for log in &logs {
        let (audit, head) = audit(store, log)?;
        print(format_args!("{}: {} leaves agree with what is stored", log.origin(), head.size))?;
        print(format_args!(
            "records {}, entries {}, erased or expired {}",
            audit.record_count, audit.entry_count, audit.erased_count
        ))?;
        print(format_args!("root {}", head.root))?;
    }
    Ok(())
}

fn trail(store: &dyn Store) -> Result<(), Failure> {
    let audit = audit_trail(store, clock::now())?;
    let Some(head) = audit.head else { return print("audit trail: it has no entry yet") };
    print(format_args!(
        "audit trail: {} entries agree with their links and signed heads",
        audit.entry_count
    ))?;
    print(format_args!(
        "entries that name an erased consent id no more {}, months no longer kept {}",
        audit.forgotten_count, audit.dropped_months
    ))?;
    print(format_args!("size {}, link {}", head.size, head.root))
}
