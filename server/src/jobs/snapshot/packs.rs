//! Pictures of what every notice shows, as evidence (the French authority asks
//! for it: deliberation 2020-092, article 4).
//!
//! A page with the site's own tag is shown in a headless Chromium and
//! photographed: both layers, in every language, in the window of a phone and
//! of a desktop, by day. A picture shows what the window shows: the
//! configuration layer as it opens, at its beginning. What a visitor reads by
//! scrolling or unfolding is in the notice, which a bundle holds whole.

use super::pack_folder::{Folder, Found, compare};
use super::pictures::{self, Picture};
use crate::chromium::browser::Chromium;
use crate::cli::StoreArgs;
use crate::clock;
use crate::failure::Failure;
use crate::proof::published;
use crate::render::site::{ServedSite, show_the_same};
use crate::store::open_store_to_write;
use crate::store::{LogStore, NoticeStore};
use constat_shared::log::Snapshot;
use constat_shared::{Hash, Language, LogEntry, LogId, Month, Notice, SiteId};
use std::path::Path;

/// The notices that were published, of one site or of all.
///
/// # Errors
/// A sentence, when the site has none or the store fails.
pub fn published_notices(
    store: &dyn NoticeStore,
    site: Option<&SiteId>,
) -> Result<Vec<(SiteId, Hash)>, Failure> {
    let mut published = store.notices()?;
    if let Some(site) = site {
        published.retain(|(of, _)| of == site);
        if published.is_empty() {
            let words =
                format!("no notice of the site {site} was ever published here: check --site and --data");
            return Err(Failure::new(words));
        }
    }
    Ok(published)
}

/// Photographs notices, keeps the pictures and logs their packs.
pub struct Photographer<'a, S: ?Sized> {
    folder: Folder,
    data: &'a StoreArgs,
    store: &'a S,
}

impl<'a, S: NoticeStore + LogStore + ?Sized> Photographer<'a, S> {
    /// Holds the folder of the pictures.
    ///
    /// # Errors
    /// A sentence, when another command holds it or it cannot be written.
    pub fn open(data: &'a StoreArgs, store: &'a S) -> Result<Photographer<'a, S>, Failure> {
        Ok(Photographer { folder: Folder::open(&data.data)?, data, store })
    }

    /// Those of the notices that have no pictures in a log. `report` takes a
    /// line about pictures of the others that were lost or changed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn missing(
        &self,
        published: Vec<(SiteId, Hash)>,
        report: &mut dyn FnMut(String),
    ) -> Result<Vec<Hash>, Failure> {
        let mut missing = Vec::new();
        for (site, notice_hash) in published {
            match published::find_snapshot(self.store, &site, Month::of(clock::now()), &notice_hash)? {
                Some((_, _, LogEntry::Snapshot(pack))) => {
                    warn_of_lost_files(&pack, &self.folder.of(&notice_hash), report);
                }
                _ => missing.push(notice_hash),
            }
        }
        Ok(missing)
    }

    /// The notice of that hash.
    ///
    /// # Errors
    /// A sentence, when the store has lost it or fails.
    pub fn notice(&self, notice_hash: &Hash) -> Result<Notice, Failure> {
        self.store.notice(notice_hash)?.ok_or_else(|| Failure::new("the store has lost it"))
    }

    /// Logs the pack of a notice whose pictures were taken earlier, and returns
    /// a line about it; nothing when they have to be taken.
    ///
    /// # Errors
    /// When the store fails.
    pub fn log_earlier_pictures(&self, notice: &Notice) -> Result<Option<String>, Failure> {
        let notice_hash = notice.notice_hash();
        let pack = self.folder.whole(&notice_hash).filter(|pack| pack.site == notice.site);
        let Some(pack) = pack else { return Ok(None) };
        self.log(&pack)?;
        Ok(Some(line(&pack, "taken earlier, now in the log", &self.folder.of(&notice_hash))))
    }

    /// Photographs the notice that `origin` shows with a browser that has ended
    /// when this returns, and logs the pack; returns a line about it. `report`
    /// takes lines about what is not as it should be.
    ///
    /// # Errors
    /// A sentence, when a picture cannot be taken or kept.
    pub async fn take(
        &self,
        notice: &Notice,
        origin: &str,
        program: &Path,
        stopped: impl Future<Output = ()>,
        report: &mut dyn FnMut(String),
    ) -> Result<Option<String>, Failure> {
        let taken = photograph(origin, &notice.languages, program, stopped, report).await?;
        let Some((browser, pictures)) = taken else { return Ok(None) };
        let images = pictures.iter().map(|(image, _)| image.clone()).collect();
        let (site, notice_hash) = (notice.site.clone(), notice.notice_hash());
        let pack = Snapshot { site, notice_hash, taken_at: clock::now(), browser, images };
        self.folder.keep(&pack, &pictures)?;
        self.log(&pack)?;
        Ok(Some(line(&pack, "taken", &self.folder.of(&notice_hash))))
    }

    /// Writes a pack to the current log of its site: one small transaction, also beside a server.
    fn log(&self, pack: &Snapshot) -> Result<(), Failure> {
        let store = open_store_to_write(self.data)?;
        let log = LogId::first(pack.site.clone(), Month::of(clock::now()), store.shards(&pack.site)?);
        store.append_entry(&log, &LogEntry::Snapshot(pack.clone()))?;
        Ok(())
    }

    /// A line when the notice was last served with other files: the
    /// widget and the styles are this program's, which may be newer than the notice.
    ///
    /// # Errors
    /// When the store fails.
    pub fn warning_of_other_files(&self, served: &ServedSite) -> Result<Option<String>, Failure> {
        let (site, notice_hash) = (&served.notice().site, served.notice().notice_hash());
        let of_it = |entry: &LogEntry| match entry {
            LogEntry::Serving(serving) => serving.notice_hash == notice_hash,
            _ => false,
        };
        let found = published::find(self.store, site, Month::of(clock::now()), of_it)?;
        Ok(match found {
            Some((log, _, LogEntry::Serving(serving))) if !show_the_same(&serving.files, &served.files) => {
                Some(format!(
                    "notice {notice_hash} was last served with files of another version ({}): \
                 the pictures show it as this version does",
                    log.origin()
                ))
            }
            _ => None,
        })
    }
}

/// The browser's name and version, and the pictures; nothing when `stopped` came first.
async fn photograph(
    origin: &str,
    languages: &[Language],
    program: &Path,
    stopped: impl Future<Output = ()>,
    report: &mut dyn FnMut(String),
) -> Result<Option<(String, Vec<Picture>)>, Failure> {
    let mut chromium = Chromium::start(program)?;
    let pipe = &mut chromium.pipe;
    let job = async {
        let browser = pictures::browser(pipe).await?;
        Ok(Some((browser, pictures::pictures(pipe, origin, languages).await?)))
    };
    let photographed = tokio::select! {
        photographed = job => photographed,
        () = stopped => Ok(None),
    };
    let printed = chromium.stop(report).await;
    photographed.map_err(|error: Failure| match printed.as_str() {
        "" => error,
        printed => Failure::with_lines(format!("{error}. Chromium printed:"), printed.lines()),
    })
}

/// Lost files are not taken again: new pictures would not match the hashes in the log.
fn warn_of_lost_files(pack: &Snapshot, dir: &Path, report: &mut dyn FnMut(String)) {
    let found = compare(pack, dir);
    let lost: Vec<_> = found.into_iter().filter(|(_, found)| *found != Found::Agrees).collect();
    if !lost.is_empty() {
        report(format!(
            "{} of the {} pictures of {} are not in {} as they were taken. Their hashes are in the \
             log, so they are not taken again: bring them back from a copy",
            lost.len(),
            pack.images.len(),
            pack.site,
            dir.display()
        ));
    }
}

fn line(pack: &Snapshot, what: &str, dir: &Path) -> String {
    format!("{}: {} pictures {what}, in {}", pack.site, pack.images.len(), dir.display())
}
