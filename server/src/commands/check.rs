//! `constat check`: site files are validated without being served.

use super::print::{print, remark};
use crate::cli::{CheckArgs, StoreArgs};
use crate::clock::{Clock, today};
use crate::failure::Failure;
use crate::jobs::earlier_terms::{NoticesBySite, by_site, who_is_asked};
use crate::jobs::site_settings::published;
use crate::site::{self, Catalogue, Site, SiteError, SiteFolder};
use crate::store::{Store, open_store};
use constat_shared::{Hash, Notice, SiteId, Timestamp, Vendor};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Checks every file, and every file of every folder; prints what is wrong with each, or that it is good.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let published = args.store().map(|store| Published::read(&store)).transpose()?;
    let (today, mut errors) = (today(), Vec::new());
    for path in &args.files {
        match read(path, &catalogue) {
            Ok(sites) => {
                for (file, site) in sites {
                    print(format_args!("{}: good, notice {}", file.display(), site.notice.notice_hash()))?;
                    for warning in site.warnings(today) {
                        remark(format_args!("{}: warning: {warning}", file.display()));
                    }
                    if let Some(published) = &published {
                        print(format_args!("{}: {}", file.display(), published.asked_by(&site)?))?;
                        for difference in published.differences(&site) {
                            print(format_args!("{}: {difference}", file.display()))?;
                        }
                    }
                }
            }
            Err(found) => {
                let served = published.as_ref().and_then(|published| published.served(path, &catalogue));
                if let Some(notice) = served {
                    print(format_args!(
                        "{}: served as it was published, notice {notice}; it has mistakes if it is changed",
                        path.display()
                    ))?;
                }
                errors.extend(found);
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(site::all_mistakes(&errors)) }
}

/// What was published before.
struct Published {
    store: Box<dyn Store>,
    notices: NoticesBySite,
    last: BTreeMap<SiteId, site::Published>,
    now: Timestamp,
}

impl Published {
    fn read(args: &StoreArgs) -> Result<Published, Failure> {
        let store = open_store(args)?;
        let (notices, times) = (by_site(store.notices()?), store.times()?);
        let last = published(&*store)?;
        Ok(Published { store, notices, last, now: Clock::of(&times).best_time() })
    }

    /// Who is asked again when that site is served.
    fn asked_by(&self, site: &Site) -> Result<String, Failure> {
        let notices = self.notices.get(&site.notice.site).map_or(&[][..], Vec::as_slice);
        let asked = who_is_asked(&*self.store, notices, site, self.now)?;
        Ok(asked.unwrap_or_else(|| "nobody was asked yet: the store has no notice of the site".to_owned()))
    }
}

impl Published {
    /// The notice of a file that is still the one that was published, though the catalogue of this version would
    /// refuse it.
    fn served(&self, path: &Path, catalogue: &Catalogue) -> Option<Hash> {
        let site = site::read_file(path, &catalogue.clone().with_published(self.last.clone())).ok()?;
        Some(site.notice.notice_hash())
    }

    /// How the vendors of the site differ from those of the notice that was published last.
    fn differences(&self, site: &Site) -> Vec<String> {
        let Some(last) = self.last.get(&site.notice.site) else { return Vec::new() };
        let before = &last.notice;
        let mut lines = vendor_differences(before, &site.notice);
        if last.file == Some(site.file_hash) && site.notice.notice_hash() != before.notice_hash() {
            lines.push("the file is the one that was published last, so its notice stays: change the file to publish what this version would show".to_owned());
        }
        lines
    }
}

/// A line for each fact of a vendor of both notices that differs.
fn vendor_differences(before: &Notice, now: &Notice) -> Vec<String> {
    let of_vendor = |vendor: &Vendor| {
        let earlier = json!(before.vendor(&vendor.id)?);
        let present = json!(vendor);
        let facts = present.as_object()?.iter().filter(|(key, value)| earlier[*key] != **value);
        let line = |(key, value): (&String, &Value)| {
            format!("`{key}` of `{}` becomes {value}; it was {}", vendor.id, earlier[key])
        };
        Some(facts.map(line).collect::<Vec<_>>())
    };
    now.vendors.iter().filter_map(of_vendor).flatten().collect()
}

/// The site of a file, or those of a folder.
fn read(path: &Path, catalogue: &Catalogue) -> Result<Vec<(PathBuf, Site)>, Vec<SiteError>> {
    if !path.is_dir() {
        return Ok(vec![(path.to_owned(), site::read_file(path, catalogue)?)]);
    }
    let folder = SiteFolder::open(path)?;
    if let Some(words) = folder.passed_over() {
        remark(words);
    }
    let sites = folder.read(catalogue)?;
    if sites.is_empty() {
        remark(format_args!("{}: it has no site file", path.display()));
    }
    Ok(sites.into_iter().map(|(file, site)| (file.to_owned(), site)).collect())
}
