//! Whether the database is still where it was opened. An open file goes on taking
//! writes when it was removed, and they are gone with the process.

use crate::store::StoreError;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The file that was opened.
pub struct Place {
    path: PathBuf,
    opened: Option<(u64, u64)>,
}

impl Place {
    /// The file that is at the path now.
    pub fn of(path: PathBuf) -> Place {
        let opened = file_at(&path).ok();
        Place { path, opened }
    }

    /// Checks that the same file is there.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when it was removed or replaced.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.opened.is_some() && file_at(&self.path).ok() == self.opened {
            return Ok(());
        }
        let path = self.path.display();
        let words =
            format!("{path} was removed or replaced: stop the server, put the data folder back, start it");
        Err(StoreError::Engine(words))
    }
}

/// The device and number of a file.
fn file_at(path: &Path) -> io::Result<(u64, u64)> {
    let file = std::fs::metadata(path)?;
    Ok((file.dev(), file.ino()))
}
