//! Stamps: a note of what a result was made from, so that it is not made twice.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::tools::failure::Failure;
use crate::tools::files;

/// A stamp file and what it must hold for its result to be fresh.
pub struct Stamp {
    file: PathBuf,
    expected: String,
}

impl Stamp {
    /// The stamp of a result made from `inputs`.
    pub fn of<'a>(file: PathBuf, inputs: impl IntoIterator<Item = &'a [u8]>) -> Stamp {
        let mut hasher = Sha256::new();
        for input in inputs {
            // The length separates two neighbours: `ab`, `c` and `a`, `bc` differ.
            hasher.update(input.len().to_le_bytes());
            hasher.update(input);
        }
        Stamp { file, expected: hex::encode(hasher.finalize()) }
    }

    /// Whether the result was made from the same inputs.
    pub fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|found| found == self.expected)
    }

    /// Notes that the result is made.
    pub fn set(&self) -> Result<(), Failure> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| files::unwritable(folder, &error))?;
        fs::write(&self.file, &self.expected).map_err(|error| files::unwritable(&self.file, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_fresh_only_for_the_same_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = |inputs: [&'static [u8]; 2]| Stamp::of(folder.path().join("sub/stamp"), inputs);
        assert!(!stamp([b"ab", b"c"]).is_fresh());
        stamp([b"ab", b"c"]).set().unwrap();
        assert!(stamp([b"ab", b"c"]).is_fresh());
        assert!(!stamp([b"a", b"bc"]).is_fresh());
    }
}
