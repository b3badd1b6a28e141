//! A file that the operator named, to be written by a command.

use super::owner::FileOwner;
use super::plain::{NO_LINK, check_plain};
use crate::failure::Failure;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file, checked before anything is done.
pub struct Output {
    path: PathBuf,
    /// A pipe or a device: it is written into and not replaced.
    is_special: bool,
}

impl Output {
    /// The file of that path.
    ///
    /// # Errors
    /// A sentence, when it is a symbolic link or a folder.
    pub fn at(path: &Path) -> Result<Output, Failure> {
        let found = path.symlink_metadata().ok().map(|found| found.file_type());
        let is_special = found.is_some_and(|found| found.is_fifo() || found.is_char_device());
        if !is_special {
            check_plain(path)?;
        }
        Ok(Output { path: path.to_owned(), is_special })
    }

    /// Puts a new file in its place that only its owner may read: the owner of
    /// the data folder when the file is in there, else this process's user.
    ///
    /// # Errors
    /// A sentence, when it cannot be written. What was there is then unchanged.
    pub fn write(&self, bytes: &[u8], data: &Path) -> Result<(), Failure> {
        let written = match self.is_special {
            true => self.write_into(bytes),
            false => self.replace(bytes, data),
        };
        written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", self.path.display())))
    }

    fn write_into(&self, bytes: &[u8]) -> std::io::Result<()> {
        OpenOptions::new().write(true).custom_flags(NO_LINK).open(&self.path)?.write_all(bytes)
    }

    fn replace(&self, bytes: &[u8], data: &Path) -> std::io::Result<()> {
        let named = self.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = named.unwrap_or(Path::new(".")).canonicalize()?;
        let mut file = tempfile::NamedTempFile::new_in(&dir)?;
        if data.canonicalize().is_ok_and(|data| dir.starts_with(data)) {
            FileOwner::of_folder(data).map_err(std::io::Error::other)?.give(file.as_file())?;
        }
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, symlink};

    #[test]
    fn a_file_that_others_could_read_is_replaced_by_one_that_they_cannot() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("evidence.json");
        std::fs::write(&path, "before").unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        Output::at(&path).unwrap().write(b"after", dir.path()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"after");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_refused_and_one_that_appears_later_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let [kept, link, late] = ["kept", "link", "late"].map(|name| dir.path().join(name));
        std::fs::write(&kept, "kept").unwrap();
        symlink(&kept, &link).unwrap();
        assert!(Output::at(&link).err().unwrap().to_string().contains("symbolic link"));
        let output = Output::at(&late).unwrap();
        symlink(&kept, &late).unwrap();
        output.write(b"evidence", dir.path()).unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), b"kept");
        assert_eq!(std::fs::read(&late).unwrap(), b"evidence");
    }

    #[test]
    fn a_device_is_written_into() {
        Output::at(Path::new("/dev/null")).unwrap().write(b"evidence", Path::new("/nowhere")).unwrap();
        assert!(Path::new("/dev/null").symlink_metadata().unwrap().file_type().is_char_device());
    }
}
