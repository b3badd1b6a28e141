//! Whose the files of a data folder are, and how they are made for that owner.

use super::plain::{NO_LINK, check_single, second_name};
use super::strangers::Circle;
use crate::failure::Failure;
use rustix::fs::{Mode, OFlags};
use rustix::process::{getegid, geteuid};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, lchown};
use std::path::Path;

/// The file that a server locks in its data folder.
pub const LOCK_FILE: &str = "lock";

/// The database in a data folder, and what SQLite keeps beside it.
pub const DATABASE_FILES: [&str; 4] =
    ["constat.db", "constat.db-wal", "constat.db-shm", "constat.db-journal"];

/// The bits of a mode for the group and for others.
const NOT_OWNER: u32 = 0o077;

/// The user and the group that own the files of a data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileOwner {
    uid: u32,
    gid: u32,
}

impl FileOwner {
    /// The owner of a data folder's files: the owner of the folder. In a folder
    /// of root, which may be a mounted volume, it is the user who made the files.
    /// For a folder that is not there yet it is this process's user. Changes nothing.
    ///
    /// # Errors
    /// A sentence: when this process's user is neither root nor the owner, so
    /// that the owner could not use what it writes; when a symbolic link is in
    /// the place of a file; when the folder cannot be looked at.
    pub fn of_folder(dir: &Path) -> Result<FileOwner, Failure> {
        let name = dir.display();
        let folder = match dir.metadata() {
            Ok(folder) => folder,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(FileOwner::of_process()),
            Err(error) => {
                let words =
                    format!("the data folder {name} cannot be used ({error}): choose another with --data");
                return Err(Failure::new(words));
            }
        };
        let mut files = Vec::new();
        for path in DATABASE_FILES.into_iter().chain([LOCK_FILE]).map(|file| dir.join(file)) {
            check_single(&path)?;
            files.extend(path.symlink_metadata().ok().map(|file| (path, file)));
        }
        let maker = files.iter().map(|(_, file)| file).find(|file| file.uid() != 0);
        let chosen = maker.filter(|_| folder.uid() == 0).unwrap_or(&folder);
        let owner = FileOwner { uid: chosen.uid(), gid: chosen.gid() };
        let user = geteuid().as_raw();
        if user == 0 {
            return Ok(owner);
        }
        if user != owner.uid && !is_new_volume(&folder, owner) {
            return Err(not_the_owner(dir, owner.uid, user));
        }
        if let Some((path, file)) = files.iter().find(|(_, file)| file.uid() != user) {
            let (path, uid) = (path.display(), file.uid());
            return Err(Failure::new(format!(
                "{path} belongs to the user {uid}, and this process runs as the user {user}: chown {user} {path}"
            )));
        }
        Ok(FileOwner::of_process())
    }

    fn of_process() -> FileOwner {
        FileOwner { uid: geteuid().as_raw(), gid: getegid().as_raw() }
    }

    /// The user.
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The group.
    pub fn gid(&self) -> u32 {
        self.gid
    }

    /// Makes a data folder that is not there, and takes from strangers the
    /// right to write into one that is.
    ///
    /// # Errors
    /// A sentence, when the folder cannot be made or stays open to strangers.
    pub fn make_data_folder(&self, dir: &Path) -> Result<(), Failure> {
        let name = dir.display();
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
            Failure::new(format!(
                "the data folder {name} cannot be made ({error}): choose another with --data"
            ))
        })?;
        let unusable = |error| Failure::new(format!("the data folder {name} cannot be used ({error})"));
        let folder = dir.metadata().map_err(unusable)?;
        let Some(stranger) = Circle::of_folder(self.uid, self.gid).stranger_to_folder(&folder) else {
            return Ok(());
        };
        let mode = folder.mode() & 0o7777;
        std::fs::set_permissions(dir, Permissions::from_mode(mode & !0o022)).map_err(|error| {
            Failure::new(format!(
                "the data folder {name} may be written by {stranger} (mode {mode:03o}), \
                 and that cannot be changed ({error}): chmod go-w {name}"
            ))
        })?;
        tracing::warn!(folder = %name, %stranger, "the data folder could be written by strangers; that was taken away");
        Ok(())
    }

    /// Makes a folder inside the data folder, or closes the one that is there
    /// to everybody but its owner, where it may.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, or is a link of another user.
    pub fn make_folder(&self, dir: &Path) -> std::io::Result<()> {
        match dir.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                if found.uid() == 0 || found.uid() == geteuid().as_raw() {
                    return Ok(());
                }
                let words = "it is a symbolic link of another user, and nothing is written through one: \
                             put the folder itself in its place";
                Err(std::io::Error::other(words))
            }
            Ok(found) if found.mode() & NOT_OWNER != 0 => {
                // Somebody else's folder, such as a mounted volume, stays as it is.
                let _ = close(dir, 0o700);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new().mode(0o700).create(dir)?;
                if geteuid().is_root() { lchown(dir, Some(self.uid), Some(self.gid)) } else { Ok(()) }
            }
            Err(error) => Err(error),
        }
    }

    /// Creates a file for the owner, which nobody else may read.
    ///
    /// # Errors
    /// When something has its name, also a symbolic link, or it cannot be made.
    pub fn create_new(&self, path: &Path) -> std::io::Result<File> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        self.give(&file)?;
        Ok(file)
    }

    /// Opens a file for writing without changing what it contains, and creates
    /// it when it is not there. Nobody but its owner may read it afterwards.
    ///
    /// # Errors
    /// A sentence, when it is a symbolic link or cannot be opened.
    pub fn open(&self, path: &Path) -> Result<File, Failure> {
        check_single(path)?;
        let name = path.display();
        let failed = |error| Failure::new(format!("{name} cannot be written ({error})"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(NO_LINK)
            .open(path)
            .map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if found.nlink() > 1 {
            return Err(second_name(path));
        }
        if found.mode() & NOT_OWNER != 0 {
            file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
        }
        self.give(&file).map_err(failed)?;
        Ok(file)
    }

    /// Closes a file of the store to everybody but its owner, without opening
    /// it: closing it again would drop the locks that SQLite has on it.
    ///
    /// # Errors
    /// A sentence with the remedy.
    pub fn close_file(&self, path: &Path) -> Result<(), Failure> {
        check_single(path)?;
        let Ok(found) = path.symlink_metadata() else { return Ok(()) };
        let name = path.display();
        let failed = |error| {
            Failure::new(format!(
                "{name} may be read by others, and that cannot be changed ({error}): chmod 600 {name}"
            ))
        };
        if found.mode() & NOT_OWNER != 0 {
            close(path, 0o600).map_err(failed)?;
        }
        if geteuid().is_root() && (found.uid(), found.gid()) != (self.uid, self.gid) {
            lchown(path, Some(self.uid), Some(self.gid)).map_err(failed)?;
        }
        Ok(())
    }

    /// Gives a file that root has made to the owner.
    pub(super) fn give(&self, file: &File) -> std::io::Result<()> {
        if !geteuid().is_root() {
            return Ok(());
        }
        let made = file.metadata()?;
        match (made.uid(), made.gid()) == (self.uid, self.gid) {
            true => Ok(()),
            false => fchown(file, Some(self.uid), Some(self.gid)),
        }
    }
}

/// The refusal of a user who would leave files that the owner could not use.
fn not_the_owner(dir: &Path, owner: u32, user: u32) -> Failure {
    let name = dir.display();
    if owner == 0 {
        return Failure::new(format!(
            "the data folder {name} belongs to the user 0, and this process runs as the user {user}: \
             chown -R {user} {name}, or give a new folder to a group of that user, with the mode 2770"
        ));
    }
    Failure::new(format!(
        "the data folder {name} belongs to the user {owner}, who could not use what the user {user} writes there: \
         run this as its owner, as with `setpriv --reuid {owner}` or `sudo -u '#{owner}'`; \
         or give the folder to this user, with chown -R {user} {name}"
    ))
}

/// A volume that was mounted for this process: root's, empty, for a group of this process.
fn is_new_volume(folder: &Metadata, owner: FileOwner) -> bool {
    let strangers = Circle::of_process();
    owner.uid == 0 && folder.mode() & 0o020 != 0 && strangers.stranger_to_folder(folder).is_none()
}

/// Sets a mode without following a link that was put there a moment ago.
fn close(path: &Path, mode: u32) -> std::io::Result<()> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = rustix::fs::open(path, flags, Mode::empty())?;
    std::fs::set_permissions(format!("/proc/self/fd/{}", held.as_raw_fd()), Permissions::from_mode(mode))
}
