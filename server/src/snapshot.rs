//! `constat snapshot`: pictures of what every notice shows, as evidence (the
//! French authority asks for such: deliberation 2020-092, article 4).
//!
//! A page with the site's own tag is shown in a headless Chromium and
//! photographed: both layers, in every language, in the window of a phone and
//! of a desktop, by day. A picture shows what the window shows: the
//! configuration layer as it opens, at its beginning. What a visitor reads by
//! scrolling or unfolding is in the notice, which a bundle holds whole.

use crate::assets::Assets;
use crate::cli::{SnapshotArgs, StoreArgs};
use crate::failure::{Failure, failed};
use crate::served::ServedSite;
use crate::site::Site;
use crate::store::{Store, open_store, open_store_to_write};
use crate::{clock, serving};
use actix_web::rt;
use chromium::Chromium;
use constat_shared::log::entry::Snapshot;
use constat_shared::{Hash, Language, LogEntry, LogId, LogShards, Month, PublishedNotice, SiteId};
use folder::{Folder, Found};
use host::Host;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use visit::Picture;

mod chromium;
mod devtools;
mod folder;
mod host;
mod visit;

/// Takes the pictures of every notice that has none in a log yet, and writes
/// each pack of them to its site's log.
pub fn run(args: &SnapshotArgs) -> Result<(), Failure> {
    let data = &args.data;
    let store = open_store(data)?;
    let published = published(&*store, args.site.as_ref())?;
    let folder = Folder::open(&data.data)?;
    let mut missing = Vec::new();
    for (site, notice_hash) in published {
        match pack_in_log(&*store, &site, &notice_hash)? {
            Some(pack) => warn_of_lost_files(&pack, &folder.of(&notice_hash)),
            None => missing.push(notice_hash),
        }
    }
    if missing.is_empty() {
        println!("nothing to do: every notice has its pictures");
        return Ok(());
    }
    let studio = Studio {
        program: chromium::find(args.chromium.as_deref())?,
        assets: Arc::new(Assets::embedded().map_err(failed)?),
        folder,
        data,
        store: &*store,
    };
    rt::System::new().block_on(studio.work_through(&missing))
}

/// The notices that were published, of one site or of all.
fn published(store: &dyn Store, site: Option<&SiteId>) -> Result<Vec<(SiteId, Hash)>, Failure> {
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

fn pack_in_log(store: &dyn Store, site: &SiteId, notice_hash: &Hash) -> Result<Option<Snapshot>, Failure> {
    Ok(match serving::find_snapshot(store, site, Month::of(clock::now()), notice_hash)? {
        Some((_, _, LogEntry::Snapshot(pack))) => Some(pack),
        _ => None,
    })
}

/// The pack in the log stands, whatever becomes of its files: others cannot take their place.
fn warn_of_lost_files(pack: &Snapshot, dir: &Path) {
    let found = folder::compare(pack, dir);
    let lost: Vec<_> = found.into_iter().filter(|(_, found)| *found != Found::Agrees).collect();
    if !lost.is_empty() {
        eprintln!(
            "constat: {} of the {} pictures of {} are not in {} as they were taken. Their hashes are in the \
             log, so they are not taken again: bring them back from a copy",
            lost.len(),
            pack.images.len(),
            pack.site,
            dir.display()
        );
    }
}

/// What every notice is photographed with.
struct Studio<'a> {
    program: PathBuf,
    assets: Arc<Assets>,
    folder: Folder,
    data: &'a StoreArgs,
    store: &'a dyn Store,
}

impl Studio<'_> {
    /// Takes one notice after the other. One that fails does not keep the others from it.
    async fn work_through(&self, missing: &[Hash]) -> Result<(), Failure> {
        let hear = |kind| signal(kind).map_err(failed);
        let mut signals = (hear(SignalKind::interrupt())?, hear(SignalKind::terminate())?);
        let mut failed_count = 0;
        for notice_hash in missing {
            match self.take(notice_hash, &mut signals).await {
                Ok(Some(line)) => println!("{line}"),
                Ok(None) => return Err(Failure::new("stopped; what was finished before is kept")),
                Err(error) => {
                    failed_count += 1;
                    eprintln!("constat: notice {notice_hash}: {error}");
                }
            }
        }
        match failed_count {
            0 => Ok(()),
            count => Err(Failure::new(format!("{count} of {} notices have no pictures", missing.len()))),
        }
    }

    /// Sees to it that a notice has its pack, and says so in a line; nothing when it was told to stop.
    async fn take(
        &self,
        notice_hash: &Hash,
        signals: &mut (Signal, Signal),
    ) -> Result<Option<String>, Failure> {
        let dir = self.folder.of(notice_hash);
        let notice = self.store.notice(notice_hash)?;
        let notice = notice.ok_or_else(|| Failure::new("the store has lost it"))?;
        if let Some(pack) = self.folder.whole(notice_hash).filter(|pack| pack.site == notice.site) {
            self.log(&pack)?;
            return Ok(Some(line(&pack, "taken earlier, now in the log", &dir)));
        }
        let (site, languages) = (notice.site.clone(), notice.languages.clone());
        let notice = PublishedNotice::new(notice);
        let served = ServedSite::new(
            Site { notice, origins: Vec::new(), timestamp_authority: None, log_shards: LogShards::ONE },
            &self.assets,
        );
        self.warn_of_other_files(&served)?;
        let host = Host::start(served, Arc::clone(&self.assets))?;
        let photographed = self.photograph(&host, &languages, signals).await;
        host.stop().await;
        let Some((browser, pictures)) = photographed? else { return Ok(None) };
        let images = pictures.iter().map(|(image, _)| image.clone()).collect();
        let pack = Snapshot { site, notice_hash: *notice_hash, taken_at: clock::now(), browser, images };
        self.folder.keep(&pack, &pictures)?;
        self.log(&pack)?;
        Ok(Some(line(&pack, "taken", &dir)))
    }

    /// Photographs what the host shows, with a browser that has ended when this returns.
    async fn photograph(
        &self,
        host: &Host,
        languages: &[Language],
        signals: &mut (Signal, Signal),
    ) -> Result<Option<(String, Vec<Picture>)>, Failure> {
        let mut chromium = Chromium::start(&self.program)?;
        let pipe = &mut chromium.pipe;
        let job = async {
            let browser = visit::browser(pipe).await?;
            Ok(Some((browser, visit::pictures(pipe, host, languages).await?)))
        };
        let photographed = tokio::select! {
            photographed = job => photographed,
            () = stopped(signals) => Ok(None),
        };
        let said = chromium.stop().await;
        photographed.map_err(|error: Failure| match said.as_str() {
            "" => error,
            said => Failure::new(format!("{error}. Chromium said:\n{said}")),
        })
    }

    /// Writes a pack to the current log of its site: one small transaction, also beside a server.
    fn log(&self, pack: &Snapshot) -> Result<(), Failure> {
        let store = open_store_to_write(self.data)?;
        let log = LogId::first(pack.site.clone(), Month::of(clock::now()), store.shards(&pack.site)?);
        store.write(&log, &LogEntry::Snapshot(pack.clone()))?;
        Ok(())
    }

    /// The loader, the widget and the styles are this program's, which may be newer than the notice.
    fn warn_of_other_files(&self, served: &ServedSite) -> Result<(), Failure> {
        let (site, notice_hash) = (&served.notice().site, served.notice().notice_hash());
        let of_it = |entry: &LogEntry| match entry {
            LogEntry::Serving(serving) => serving.notice_hash == notice_hash,
            _ => false,
        };
        let found = serving::find(self.store, site, Month::of(clock::now()), of_it)?;
        if let Some((log, _, LogEntry::Serving(serving))) = found
            && serving.files != served.files
        {
            eprintln!(
                "constat: notice {notice_hash} was last served with files of another version ({}): \
                 the pictures show it as this version does",
                log.origin()
            );
        }
        Ok(())
    }
}

fn line(pack: &Snapshot, what: &str, dir: &Path) -> String {
    format!("{}: {} pictures {what}, in {}", pack.site, pack.images.len(), dir.display())
}

async fn stopped((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
