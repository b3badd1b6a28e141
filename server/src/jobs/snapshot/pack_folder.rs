//! Where the pictures lie: a folder for each notice below `snapshots` of the
//! data folder, named by its hash, with the PNG files and the pack itself. One
//! rename creates it, so that a crash leaves all of it or nothing.

use super::pictures::Picture;
use crate::failure::Failure;
use crate::files::FileOwner;
use constat_shared::log::Snapshot;
use constat_shared::{Hash, LogEntry, canonical};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The evidence pack: the data of its leaf in the log, byte for byte.
const PACK: &str = "pack.json";

/// The most bytes of a file that is compared with its hash.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The folder of all pictures, held by one command at a time.
pub struct Folder {
    dir: PathBuf,
    owner: FileOwner,
    _lock: File,
}

/// How a file of a pack is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is the one that was photographed.
    Agrees,
    /// It is another.
    Differs,
    /// It is not there, or cannot be read.
    Missing,
}

impl Folder {
    /// Makes and holds the folder.
    ///
    /// # Errors
    /// A sentence, when it cannot be written, belongs to another user, or another command holds it.
    pub fn open(data: &Path) -> Result<Folder, Failure> {
        let dir = data.join("snapshots");
        let name = dir.display();
        let unwritable = |error| Failure::new(format!("the folder {name} cannot be written: {error}"));
        let owner = FileOwner::of_folder(data)?;
        owner.make_data_folder(data)?;
        owner.make_folder(&dir).map_err(unwritable)?;
        File::open(data).and_then(|data| data.sync_all()).map_err(unwritable)?;
        let lock = owner.open(&dir.join("lock"))?;
        let taken = |_| Failure::new(format!("another `constat snapshot` works in {name}: let it finish"));
        lock.try_lock().map_err(taken)?;
        Ok(Folder { dir, owner, _lock: lock })
    }

    /// Where the pictures of a notice lie.
    pub fn of(&self, notice_hash: &Hash) -> PathBuf {
        self.dir.join(notice_hash.to_string())
    }

    /// The pack of a notice whose pictures lie there whole: a command that was
    /// cut off before it wrote to the log, or a log that was dropped, left them.
    pub fn whole(&self, notice_hash: &Hash) -> Option<Snapshot> {
        let dir = self.of(notice_hash);
        let LogEntry::Snapshot(pack) = serde_json::from_slice(&read(&dir.join(PACK)).ok()?).ok()? else {
            return None;
        };
        let whole = pack.notice_hash == *notice_hash
            && !pack.images.is_empty()
            && compare(&pack, &dir).iter().all(|(_, found)| *found == Found::Agrees);
        whole.then_some(pack)
    }

    /// Writes a pack and its pictures, durably, in place of what half a pack may have left.
    ///
    /// # Errors
    /// A sentence, when they cannot be written. What was there is then whole or gone.
    pub fn keep(&self, pack: &Snapshot, pictures: &[Picture]) -> Result<(), Failure> {
        let dir = self.of(&pack.notice_hash);
        self.try_keep(&dir, pack, pictures)
            .map_err(|error| Failure::new(format!("the folder {} cannot be written: {error}", dir.display())))
    }

    fn try_keep(&self, dir: &Path, pack: &Snapshot, pictures: &[Picture]) -> std::io::Result<()> {
        let new = dir.with_extension("new");
        remove(&new)?;
        self.owner.make_folder(&new)?;
        for (image, png) in pictures {
            self.write(&new.join(image.file_name()), png)?;
        }
        self.write(&new.join(PACK), &canonical::to_vec(&LogEntry::Snapshot(pack.clone())))?;
        File::open(&new)?.sync_all()?;
        remove(dir)?;
        std::fs::rename(&new, dir)?;
        File::open(&self.dir)?.sync_all()
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = self.owner.create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

/// How each picture of a pack is in a folder now, by the name of its file.
pub fn compare(pack: &Snapshot, dir: &Path) -> Vec<(String, Found)> {
    let found = |image: &constat_shared::log::Image| match read(&dir.join(image.file_name())) {
        Ok(png) if Hash::of(&png) == image.sha256 => Found::Agrees,
        Ok(_) => Found::Differs,
        Err(_) => Found::Missing,
    };
    pack.images.iter().map(|image| (image.file_name(), found(image))).collect()
}

fn remove(dir: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::log::Image;
    use constat_shared::{Language, Layer, SiteId, Timestamp};

    fn taken(content: &str) -> (Snapshot, Vec<Picture>) {
        let picture = |layer| {
            let png = format!("{content} {layer:?}").into_bytes();
            let sha256 = Hash::of(&png);
            (Image { language: Language::Fr, layer, width: 360, height: 740, sha256 }, png)
        };
        let pictures = Vec::from([Layer::Banner, Layer::Configuration].map(picture));
        let pack = Snapshot {
            site: SiteId::parse("polaire").unwrap(),
            notice_hash: Hash::of(b"a notice"),
            taken_at: Timestamp::from_unix_ms(0),
            browser: "Chromium 1.0".to_owned(),
            images: pictures.iter().map(|(image, _)| image.clone()).collect(),
        };
        (pack, pictures)
    }

    #[test]
    fn a_pack_is_whole_until_a_file_of_it_is_changed_or_gone() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let (pack, pictures) = taken("new");
        let hash = pack.notice_hash;
        assert_eq!(folder.whole(&hash), None);
        folder.keep(&pack, &pictures).unwrap();
        assert_eq!(folder.whole(&hash), Some(pack.clone()));
        assert_eq!(folder.whole(&Hash::of(b"another")), None);

        let banner = folder.of(&hash).join("fr-banner-360x740.png");
        std::fs::write(&banner, "another picture").unwrap();
        let found = |pack| compare(pack, &folder.of(&hash)).into_iter().map(|(_, found)| found);
        assert_eq!(found(&pack).collect::<Vec<_>>(), [Found::Differs, Found::Agrees]);
        assert_eq!(folder.whole(&hash), None);
        std::fs::remove_file(&banner).unwrap();
        assert_eq!(found(&pack).collect::<Vec<_>>(), [Found::Missing, Found::Agrees]);
        assert_eq!(folder.whole(&hash), None);
    }

    #[test]
    fn what_half_a_pack_left_is_replaced() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let (pack, pictures) = taken("new");
        let dir = folder.of(&pack.notice_hash);
        for left in [dir.clone(), dir.with_extension("new")] {
            std::fs::create_dir(&left).unwrap();
            std::fs::write(left.join("fr-banner-360x740.png"), "half").unwrap();
            std::fs::write(left.join("de-banner-360x740.png"), "of another pack").unwrap();
        }
        folder.keep(&pack, &pictures).unwrap();
        assert_eq!(folder.whole(&pack.notice_hash), Some(pack));
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3);
        assert!(!dir.with_extension("new").exists());
    }

    #[test]
    fn two_commands_never_hold_the_folder_at_once() {
        let data = tempfile::tempdir().unwrap();
        let first = Folder::open(data.path()).unwrap();
        assert!(Folder::open(data.path()).is_err());
        drop(first);
        // A process that another test starts has the lock, too, until it becomes its program.
        let opens = |_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            Folder::open(data.path()).is_ok()
        };
        assert!((0..500).any(opens));
    }
}
