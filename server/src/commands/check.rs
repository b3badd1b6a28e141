//! `constat check`: site files are validated without being served.

use super::print::{print, remark};
use crate::cli::{CheckArgs, StoreArgs};
use crate::clock::{Clock, today};
use crate::failure::Failure;
use crate::jobs::earlier_terms::{NoticesBySite, by_site, who_is_asked};
use crate::jobs::site_settings::published;
use crate::render::consent_snippet::{csp_hash, snippet};
use crate::render::policy::{POLICY_BYTES_MAX, policy};
use crate::render::tag_settings::{debug_key, is_debugged};
use crate::site::{self, Catalogue, Published, Site, SiteError, SiteFolder};
use crate::store::{Store, open_store};
use constat_shared::{Hash, Notice, SiteId, Timestamp, Vendor};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Checks every file, and every file of every folder; prints what is wrong with each, or that it is good.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let before = args.store().map(|store| Before::read(&store, &catalogue)).transpose()?;
    let (today, mut errors) = (today(), Vec::new());
    for path in &args.files {
        match read(path, &catalogue) {
            Ok(sites) => {
                for (file, site) in sites {
                    good(&file.display(), &site, before.as_ref(), today)?;
                }
            }
            Err(found) => {
                if let Some(notice) = before.as_ref().and_then(|before| before.served(path)) {
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

/// Says that a file is good, and what follows from serving it.
fn good(file: &impl Display, site: &Site, before: Option<&Before>, today: Date) -> Result<(), Failure> {
    print(format_args!("{file}: good, notice {}", site.notice.notice_hash()))?;
    for warning in site.warnings(today) {
        remark(format_args!("{file}: warning: {warning}"));
    }
    if let Some(bytes) = policy_bytes(site).filter(|bytes| *bytes > POLICY_BYTES_MAX) {
        remark(format_args!(
            "{file}: warning: the policy of a visitor who has allowed everything has {bytes} bytes, {POLICY_BYTES_MAX} at \
             most. Name whole domains in `hosts` and `csp_hosts`, such as *.example.com (docs/csp.md)."
        ));
    }
    if let Some(mode) = site.tags.consent_mode.as_ref().filter(|mode| mode.advanced) {
        let snippet = snippet(mode);
        print(format_args!(
            "{file}: the first line goes before Google's tag, the second into `script-src` of the page's Content \
             Security Policy, if it has one:"
        ))?;
        print(format_args!("<script>{snippet}</script>"))?;
        print(csp_hash(&snippet))?;
    }
    if let Some(link) = debug_link(site) {
        print(format_args!("{file}: {link} shows you what Constat does in the page"))?;
    }
    let Some(before) = before else { return Ok(()) };
    print(format_args!("{file}: {}", before.asked_by(site)?))?;
    for difference in before.differences(site) {
        print(format_args!("{file}: {difference}"))?;
    }
    Ok(())
}

/// The length of the largest policy, of a site that uses it.
fn policy_bytes(site: &Site) -> Option<usize> {
    let all = vec![true; site.notice.vendors.len()];
    site.tags.csp_hosts.as_ref().map(|_| policy(site, &all, None).len())
}

/// The address at which the owner sees what Constat does in a page.
fn debug_link(site: &Site) -> Option<String> {
    let origin = site.origins.first().filter(|_| is_debugged(site))?;
    Some(format!("{origin}/?constat=debug-{}", debug_key(site)))
}

/// What was published before.
struct Before {
    store: Box<dyn Store>,
    notices: NoticesBySite,
    last: BTreeMap<SiteId, Published>,
    /// The catalogue for sites that were published before.
    catalogue: Catalogue,
    now: Timestamp,
}

impl Before {
    fn read(args: &StoreArgs, catalogue: &Catalogue) -> Result<Before, Failure> {
        let store = open_store(args)?;
        let (notices, times) = (by_site(store.notices()?), store.times()?);
        let last = published(&*store)?;
        let catalogue = catalogue.clone().with_published(last.clone());
        Ok(Before { store, notices, last, catalogue, now: Clock::of(&times).best_time() })
    }

    /// Who is asked again when that site is served.
    fn asked_by(&self, site: &Site) -> Result<String, Failure> {
        let notices = self.notices.get(&site.notice.site).map_or(&[][..], Vec::as_slice);
        let asked = who_is_asked(&*self.store, notices, site, self.now)?;
        Ok(asked.unwrap_or_else(|| "nobody was asked yet: the store has no notice of the site".to_owned()))
    }

    /// The notice of a file that is still the one that was published, though the catalogue of this version would
    /// refuse it.
    fn served(&self, path: &Path) -> Option<Hash> {
        Some(site::read_file(path, &self.catalogue).ok()?.notice.notice_hash())
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
