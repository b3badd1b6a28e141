//! Creates the data folder and locks it.

use crate::failure::Failure;
use crate::files::{FileOwner, LOCK_FILE};
use std::fs::File;
use std::path::Path;

/// Creates the data folder when it is missing, and locks it for as long as the
/// returned file lives: one server at a time writes there.
///
/// # Errors
/// When the folder cannot be created or written, belongs to another user, has a
/// symbolic link in the place of a file, or another process has locked it.
pub fn prepare_folder(dir: &Path) -> Result<File, Failure> {
    let name = dir.display();
    let owner = FileOwner::of_folder(dir)?;
    owner.make_data_folder(dir)?;
    let lock = owner.open(&dir.join(LOCK_FILE))?;
    lock.try_lock().map_err(|_| {
        Failure::new(format!("another constat serves {name}: stop it, or choose another --data"))
    })?;
    Ok(lock)
}
