//! `constat keys`: the public keys of a store, and their rotation.

use super::print::print;
use crate::cli::{KeysArgs, KeysCommand};
use crate::failure::Failure;
use crate::proof::keys::Keys;
use crate::store::KeyStore;
use crate::store::{checked_time, open_store, open_store_to_write};

/// `constat keys`: prints the keys, oldest first, after a rotation if one was asked for.
pub fn run(args: &KeysArgs) -> Result<(), Failure> {
    let data = match &args.command {
        KeysCommand::List(args) => args,
        KeysCommand::Rotate(args) => {
            let store = open_store_to_write(&args.data)?;
            checked_time(&*store)?;
            Keys::rotate(args, &*store)?;
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
