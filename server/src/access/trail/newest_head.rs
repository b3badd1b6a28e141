//! The newest head of the trail that programs of a data folder have signed, kept beside the keys and not in the
//! store: whoever deletes the end of the trail from a store, with its head, or sets the store back, leaves it.

use crate::failure::{Failure, fail};
use crate::files::{FileOwner, Output};
use crate::proof::key_files::folder;
use constat_shared::SignedCheckpoint;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Its file in the folder of the keys.
const FILE: &str = "audit-trail.head";
/// The most bytes that are read of it.
const BYTES_MAX: u64 = 4096;

/// The file of a data folder.
pub struct NewestHead {
    data: PathBuf,
}

impl NewestHead {
    /// The one of a data folder, whether there is a file or not.
    pub fn of_folder(data: &Path) -> NewestHead {
        NewestHead { data: data.to_owned() }
    }

    /// The head; `None` when none was kept. Its signature is for the caller to check.
    ///
    /// # Errors
    /// A sentence, when there is a file that cannot be read.
    pub fn read(&self) -> Result<Option<SignedCheckpoint>, Failure> {
        let path = self.path();
        let unreadable =
            |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(unreadable)?,
        };
        let mut text = String::new();
        file.take(BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
        Ok(Some(text.into()))
    }

    /// Puts a head in the place of the one before, durably. A program without a data folder keeps none.
    ///
    /// # Errors
    /// A sentence, when it cannot be written.
    pub fn keep(&self, head: &SignedCheckpoint) -> Result<(), Failure> {
        if !self.data.is_dir() {
            return Ok(());
        }
        let keys = folder(&self.data);
        let made = FileOwner::of_folder(&self.data)?.make_folder(&keys);
        made.map_err(fail("the folder of the keys cannot be used"))?;
        Output::at(&self.path())?.write(head.as_str().as_bytes(), &self.data)
    }

    fn path(&self) -> PathBuf {
        folder(&self.data).join(FILE)
    }
}
