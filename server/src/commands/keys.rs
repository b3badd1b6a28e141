//! `constat keys`: the public keys of a store, and their rotation.

use super::print::print;
use crate::access::access::Access;
use crate::access::trail::{Action, Command, Note};
use crate::cli::{KeyArgs, KeysArgs, KeysCommand};
use crate::clock;
use crate::failure::{Failure, fail};
use crate::proof::keys::Keys;
use crate::store::{KeyStore, Store};
use crate::store::{checked_time, open_store, open_store_to_write};
use std::sync::Arc;

/// `constat keys`: prints the keys, oldest first, after a rotation if one was asked for.
pub fn run(args: &KeysArgs) -> Result<(), Failure> {
    let data = match &args.command {
        KeysCommand::List(args) => args,
        KeysCommand::Rotate(args) => {
            let store: Arc<dyn Store> = Arc::from(open_store_to_write(&args.data)?);
            checked_time(&*store)?;
            Keys::rotate(args, &*store)?;
            note_last(args, store)?;
            &args.data
        }
    };
    let store: Box<dyn KeyStore> = open_store(data)?;
    let keys = store.keys()?;
    for (number, key) in (1..).zip(&keys) {
        let role = if number == keys.len() { "signs" } else { "verifies" };
        print(format_args!("{number:>3} {} {role}", key.kid))?;
    }
    Ok(())
}

/// Notes the new key in the audit trail, whose head it signs.
fn note_last(args: &KeyArgs, store: Arc<dyn Store>) -> Result<(), Failure> {
    let keys = Arc::new(Keys::open(args, &*store)?);
    let note = Note::of(Action::KeyAdded).by_command(Command::KeysRotate);
    let note = match keys.public().last() {
        Some(key) => note.to(&key.kid),
        None => note,
    };
    let access = Access::new(store, keys);
    access.note(note, clock::now()).map_err(fail("the key was added, and the audit trail does not say so"))
}
