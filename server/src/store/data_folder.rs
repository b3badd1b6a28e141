//! Creates the data folder and locks it.

use crate::failure::Failure;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Creates the data folder when it is missing, and locks it for as long as the
/// returned file lives: one server at a time writes there.
///
/// # Errors
/// When the folder cannot be created or written, or another process has locked it.
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
