//! `constat check`: site files are validated without being served.

use super::print::{print, remark};
use crate::cli::CheckArgs;
use crate::failure::Failure;
use crate::site::{self, Catalogue, Site, SiteError, SiteFolder};
use std::path::{Path, PathBuf};

/// Checks every file, and every file of every folder; prints what is wrong with each, or that it is good.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let mut errors = Vec::new();
    for path in &args.files {
        match read(path, &catalogue) {
            Ok(sites) => {
                for (file, site) in sites {
                    print(format_args!("{}: good, notice {}", file.display(), site.notice.notice_hash()))?;
                }
            }
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(site::all_mistakes(&errors)) }
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
