//! `constat snapshot`: takes the pictures of every notice that has none.

use super::print::{print, warn};
use crate::chromium::browser;
use crate::cli::SnapshotArgs;
use crate::failure::{Failure, failed};
use crate::http::snapshot_page::SnapshotPage;
use crate::jobs::snapshot::packs::{Photographer, published_notices};
use crate::render::assets::Assets;
use crate::render::site::ServedSite;
use crate::site::{Site, Tags};
use crate::store::{LogStore, NoticeStore, checked_time, open_store};
use actix_web::rt;
use constat_shared::{Hash, LogShards, PublishedNotice};
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Takes the pictures of every notice that has none in a log yet, and writes
/// each pack of them to its site's log.
pub fn run(args: &SnapshotArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    checked_time(&*store)?;
    let published = published_notices(&*store, args.site.as_ref())?;
    let photographer = Photographer::open(&args.data, &*store)?;
    let missing = photographer.missing(published, &mut warn)?;
    if missing.is_empty() {
        return print("nothing to do: every notice has its pictures");
    }
    let program = browser::find(args.chromium.as_deref())?;
    let assets = Arc::new(Assets::embedded().map_err(failed)?);
    rt::System::new().block_on(take_all(&photographer, &program, &assets, &missing))
}

/// Takes one notice after the other. A failure does not stop the others.
async fn take_all<S: NoticeStore + LogStore + ?Sized>(
    photographer: &Photographer<'_, S>,
    program: &Path,
    assets: &Arc<Assets>,
    missing: &[Hash],
) -> Result<(), Failure> {
    let on_signal = |kind| signal(kind).map_err(failed);
    let mut signals = (on_signal(SignalKind::interrupt())?, on_signal(SignalKind::terminate())?);
    let mut failed_count = 0;
    for notice_hash in missing {
        match take(photographer, program, assets, notice_hash, &mut signals).await {
            Ok(Some(line)) => print(line)?,
            Ok(None) => return Err(Failure::new("stopped; what was finished before is kept")),
            Err(error) => {
                failed_count += 1;
                warn(format!("notice {notice_hash}: {error}"));
            }
        }
    }
    match failed_count {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} of {} notices have no pictures", missing.len()))),
    }
}

/// Makes sure that a notice has its pack, and returns a line about it; nothing when a signal came first.
async fn take<S: NoticeStore + LogStore + ?Sized>(
    photographer: &Photographer<'_, S>,
    program: &Path,
    assets: &Arc<Assets>,
    notice_hash: &Hash,
    signals: &mut (Signal, Signal),
) -> Result<Option<String>, Failure> {
    let notice = photographer.notice(notice_hash)?;
    if let Some(line) = photographer.log_earlier_pictures(&notice)? {
        return Ok(Some(line));
    }
    let shown = PublishedNotice::new(notice.clone());
    let site = Site {
        notice: shown,
        origins: Vec::new(),
        ask_refusers_again: false,
        time_zone: "UTC".to_owned(),
        timestamp_authority: None,
        log_shards: LogShards::ONE,
        first_party: None,
        hidden_cookies: Vec::new(),
        tags: Tags::default(),
        facts: Vec::new(),
        file_hash: Hash::of(&[]),
    };
    let served = ServedSite::new(site, &[], assets);
    photographer.warning_of_other_files(&served)?.into_iter().for_each(warn);
    let page = SnapshotPage::start(served, Arc::clone(assets))?;
    let taken = photographer.take(&notice, page.origin(), program, stopped(signals), &mut warn).await;
    page.stop().await;
    taken
}

async fn stopped((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
