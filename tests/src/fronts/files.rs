//! The files of docs/deploy/, with other ports and places.

use std::path::Path;

/// A file of docs/deploy/ that a test changes no more than it must.
pub struct File {
    name: &'static str,
    text: String,
}

impl File {
    /// Reads it.
    ///
    /// # Panics
    /// When it is not there.
    pub fn read(name: &'static str) -> File {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deploy").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        File { name, text }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// With other words, wherever they are; they must be there.
    ///
    /// # Panics
    /// When they are not.
    #[must_use]
    pub fn with(self, old: &str, new: impl AsRef<str>) -> File {
        assert!(self.text.contains(old), "{} has no {old:?}", self.name);
        File { text: self.text.replace(old, new.as_ref()), ..self }
    }

    /// Without the lines that begin so; there must be one. TLS is the program's own matter.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn without(self, start: &str) -> File {
        let (gone, kept): (Vec<&str>, Vec<&str>) =
            self.text.lines().partition(|line| line.trim_start().starts_with(start));
        assert!(!gone.is_empty(), "{} has no line that begins with {start:?}", self.name);
        File { text: kept.join("\n") + "\n", ..self }
    }

    /// Writes it into a folder.
    ///
    /// # Panics
    /// When there is no room.
    pub fn write(&self, folder: &Path) {
        std::fs::write(folder.join(self.name), &self.text).expect("a temporary folder can be written");
    }
}
