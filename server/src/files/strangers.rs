//! Who may read or write a file besides this process: no stranger may use a key.
//!
//! A stranger is everybody whom the mode calls "others"; a group that this
//! process is not in; and an owner who is neither this process's user nor root.
//! Root and the group of root are never strangers, because root reads
//! everything anyway.

use rustix::process::{getegid, geteuid, getgroups};
use std::fmt::{Display, Formatter};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// The bits of a mode for the group and for others: read, write and execute.
const GROUP: u32 = 0o070;
const OTHERS: u32 = 0o007;
/// Those of them that let a folder or a file be changed.
const WRITE: u32 = 0o022;
/// In a folder with this bit, only the owner of a file replaces it.
const STICKY: u32 = 0o1000;

/// The users and groups that are no strangers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// No owner is a stranger to root, who was given the file by its path.
    any_owner: bool,
    users: Vec<u32>,
    groups: Vec<u32>,
}

/// Somebody who may use a file and should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// Every account of the machine.
    Others,
    /// The members of a group that this process is not in.
    Group(u32),
    /// A user who owns the file.
    Owner(u32),
}

impl Circle {
    /// Root, and the user and the groups of this process.
    pub fn of_process() -> Circle {
        let user = geteuid();
        let mut groups = vec![0, getegid().as_raw()];
        // Without its other groups the process only knows more strangers.
        groups.extend(getgroups().unwrap_or_default().iter().map(|group| group.as_raw()));
        Circle { any_owner: user.is_root(), users: vec![0, user.as_raw()], groups }
    }

    /// As [`Circle::of_process`], for the files of a data folder: root also
    /// works there for the user and the group that own them.
    pub fn of_folder(owner: u32, group: u32) -> Circle {
        let mut circle = Circle::of_process();
        if circle.any_owner {
            circle.users.push(owner);
            circle.groups.push(group);
        }
        Circle { any_owner: false, ..circle }
    }

    /// The stranger who may read, write or replace a file with this metadata.
    pub fn stranger_to_file(&self, file: &Metadata) -> Option<Stranger> {
        if !self.any_owner && !self.users.contains(&file.uid()) {
            return Some(Stranger::Owner(file.uid()));
        }
        self.stranger(file.mode(), file.gid())
    }

    /// The stranger who may put another file into a folder with this metadata,
    /// or take one away.
    pub fn stranger_to_folder(&self, folder: &Metadata) -> Option<Stranger> {
        if folder.mode() & STICKY != 0 {
            return None;
        }
        self.stranger(folder.mode() & WRITE, folder.gid())
    }

    fn stranger(&self, mode: u32, group: u32) -> Option<Stranger> {
        if mode & OTHERS != 0 {
            return Some(Stranger::Others);
        }
        (mode & GROUP != 0 && !self.groups.contains(&group)).then_some(Stranger::Group(group))
    }
}

impl Display for Stranger {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Stranger::Others => f.write_str("others"),
            Stranger::Group(group) => write!(f, "the group {group}, which this process is not in"),
            Stranger::Owner(user) => write!(f, "its owner, the user {user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(groups: &[u32]) -> Circle {
        Circle { any_owner: false, users: vec![0, 1000], groups: groups.to_vec() }
    }

    #[test]
    fn others_and_foreign_groups_are_strangers_and_own_groups_are_not() {
        let circle = circle(&[0, 1000, 2000]);
        assert_eq!(circle.stranger(0o100_600, 9), None);
        assert_eq!(circle.stranger(0o100_440, 2000), None);
        assert_eq!(circle.stranger(0o100_660, 2000), None);
        assert_eq!(circle.stranger(0o100_440, 0), None);
        for mode in [0o440, 0o620, 0o610] {
            assert_eq!(circle.stranger(mode, 3000), Some(Stranger::Group(3000)));
        }
        for mode in [0o604, 0o602, 0o601, 0o644] {
            assert_eq!(circle.stranger(mode, 2000), Some(Stranger::Others));
        }
    }
}
