//! Looks of commands at personal data, in the audit trail.

use super::print::warn;
use crate::access::access::Access;
use crate::access::trail::Note;
use crate::cli::StoreArgs;
use crate::clock;
use crate::failure::{Failure, failed};
use crate::proof::keys::Keys;
use crate::store::{Store, open_current_store};
use std::sync::Arc;

/// Notes what a command is about to show or to hand out, also while a server runs. Where it cannot be noted, as
/// in a backup that is only read, or without the key, the command says so and goes on: whoever has the files can
/// read them without it.
pub fn note(args: &StoreArgs, keys: Result<Keys, Failure>, note: Note) {
    // Without a key the store is not even opened to write: a backup stays as it is.
    if let Err(failure) = keys.and_then(|keys| append(args, keys, note)) {
        warn(format_args!("the audit trail does not say that this was seen: {failure}"));
    }
}

fn append(args: &StoreArgs, keys: Keys, note: Note) -> Result<(), Failure> {
    let store: Arc<dyn Store> = Arc::from(open_current_store(args)?);
    Access::new(store, Arc::new(keys)).note(note, clock::now()).map_err(failed)
}
