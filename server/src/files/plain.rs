//! Refuses what is no file where one is opened for writing.

use crate::failure::Failure;
use rustix::fs::OFlags;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The flag that lets the system refuse a link which appears after the check.
pub const NO_LINK: i32 = OFlags::NOFOLLOW.bits().cast_signed();

/// Checks that a path is a file or not there yet. A symbolic link would let
/// this process write into the file behind it.
///
/// # Errors
/// A sentence with the path and the remedy.
pub fn check_plain(path: &Path) -> Result<(), Failure> {
    let name = path.display();
    let found = match path.symlink_metadata() {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::new(format!("{name} cannot be looked at ({error})"))),
    };
    if found.is_symlink() {
        return Err(Failure::new(format!(
            "{name} is a symbolic link, and nothing is written through one: \
             put the file itself in its place, or remove the link"
        )));
    }
    if !found.is_file() {
        return Err(Failure::new(format!("{name} is not a file: remove it, or name another place")));
    }
    Ok(())
}

/// As [`check_plain`], for a file that is written where it is: with a second
/// name (a hard link) it may be somebody else's file.
///
/// # Errors
/// A sentence with the path and the remedy.
pub fn check_single(path: &Path) -> Result<(), Failure> {
    check_plain(path)?;
    match path.symlink_metadata() {
        Ok(found) if found.nlink() > 1 => Err(second_name(path)),
        _ => Ok(()),
    }
}

/// The refusal of a file with a second name.
pub fn second_name(path: &Path) -> Failure {
    let name = path.display();
    Failure::new(format!(
        "{name} has a second name (a hard link), and what is written to it would change there, too: \
         put a copy in its place, or remove it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_a_folder_and_a_link_to_nothing_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let [file, link, dangling] = ["file", "link", "dangling"].map(|name| dir.path().join(name));
        std::fs::write(&file, "kept").unwrap();
        symlink(&file, &link).unwrap();
        symlink(dir.path().join("nothing"), &dangling).unwrap();
        assert!(check_plain(&file).is_ok());
        assert!(check_plain(&dir.path().join("nothing")).is_ok());
        for path in [&link, &dangling] {
            let words = check_plain(path).unwrap_err().to_string();
            assert!(words.contains(path.to_str().unwrap()) && words.contains("remove the link"), "{words}");
        }
        assert!(check_plain(dir.path()).unwrap_err().to_string().contains("is not a file"));
        assert!(check_single(&file).is_ok());
        std::fs::hard_link(&file, dir.path().join("second")).unwrap();
        assert!(check_single(&file).unwrap_err().to_string().contains("hard link"));
    }
}
