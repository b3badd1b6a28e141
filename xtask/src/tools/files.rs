//! Reading and writing files with failures that name them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Error;
use std::path::Path;

use crate::tools::failure::Failure;

/// The content of a file that has to be there.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// Makes `folder` hold exactly `files`. Each one appears whole or not at all. One that is already
/// right is not touched (cargo would compile the server again). All others are deleted.
pub fn replace_folder(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    for (name, content) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|found| found == *content) {
            continue;
        }
        let half_written = folder.join(format!("{name}.new"));
        fs::write(&half_written, content)
            .and_then(|()| fs::rename(&half_written, &path))
            .map_err(|error| unwritable(&path, &error))?;
    }
    remove_others(folder, files).map_err(|error| unwritable(folder, &error))
}

fn remove_others(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| files.contains_key(name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The failure of a read.
pub fn unreadable(path: &Path, error: &Error) -> Failure {
    Failure::new(
        format!("{} cannot be read: {error}.", path.display()),
        "Restore the file (`git status` shows what is missing) and run the command again.",
    )
}

/// The failure of a write.
pub fn unwritable(path: &Path, error: &Error) -> Failure {
    Failure::new(
        format!("{} cannot be written: {error}.", path.display()),
        "Check the free space on the disk and the rights on the folder.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn stale_files_are_removed_and_right_ones_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let modified = |name: &str| fs::metadata(folder.path().join(name)).unwrap().modified().unwrap();
        replace_folder(folder.path(), &files(&[("kept", "1"), ("changed", "1"), ("stale", "1")])).unwrap();
        let before = modified("kept");
        replace_folder(folder.path(), &files(&[("kept", "1"), ("changed", "2")])).unwrap();
        assert_eq!(modified("kept"), before);
        assert_eq!(fs::read(folder.path().join("changed")).unwrap(), b"2");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_missing_file_is_named() {
        let failure = read(Path::new("/nowhere/loader.js")).err().map(|failure| failure.to_string());
        assert!(failure.is_some_and(|failure| failure.contains("/nowhere/loader.js cannot be read")));
    }
}
