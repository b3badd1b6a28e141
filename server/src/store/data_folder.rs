//! The data folder: made when it is missing, and held by one process at a time.

use crate::failure::Failure;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes the data folder and holds it: one server at a time writes there.
///
/// # Errors
/// A sentence, when it cannot be made or written, or is held.
pub fn prepare_folder(dir: &Path) -> Result<File, Failure> {
    let name = dir.display();
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
        Failure::new(format!("the data folder {name} cannot be made ({error}): choose another with --data"))
    })?;
    let lock = File::create(dir.join("lock"))
        .map_err(|error| Failure::new(format!("the data folder {name} cannot be written ({error})")))?;
    lock.try_lock().map_err(|_| {
        Failure::new(format!("another constat serves {name}: stop it, or choose another --data"))
    })?;
    Ok(lock)
}
