//! A folder of site files.

use std::path::{Path, PathBuf};

/// A folder with site files, removed when dropped.
pub struct Sites(tempfile::TempDir);

impl Sites {
    /// A folder with one site file.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn with(id: &str, text: &str) -> Sites {
        let sites = Sites(tempfile::tempdir().expect("there is room for a temporary folder"));
        sites.write(id, text);
        sites
    }

    /// Writes a site file, in place of an earlier one.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn write(&self, id: &str, text: &str) {
        std::fs::write(self.file(id), text).expect("the folder can be written");
    }

    /// Where a site's file is.
    pub fn file(&self, id: &str) -> PathBuf {
        self.0.path().join(format!("{id}.toml"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The folder as an argument.
    ///
    /// # Panics
    /// When the machine's temporary folder has a name that is not UTF-8.
    pub fn arg(&self) -> &str {
        self.0.path().to_str().expect("temporary folders have plain names")
    }
}
