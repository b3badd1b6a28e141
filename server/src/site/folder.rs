//! Site files and folders of them, read from the disk.

use super::facts::catalogue::Catalogue;
use super::file::report::SiteError;
use super::file::source;
use super::site::{Site, parse_with_line};
use constat_shared::SiteId;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most site files one server reads.
const FILES_MAX: usize = 1_000;

/// Reads a site file.
///
/// # Errors
/// Every mistake in it, or why it cannot be read.
pub fn read_file(path: &Path, catalogue: &Catalogue) -> Result<Site, Vec<SiteError>> {
    read_file_with_line(path, catalogue).map(|(site, _)| site)
}

fn read_file_with_line(path: &Path, catalogue: &Catalogue) -> Result<(Site, Option<usize>), Vec<SiteError>> {
    let text = read_text(path).map_err(|error| vec![unreadable(path, &error)])?;
    parse_with_line(&path.display().to_string(), &text, catalogue)
}

/// The text of a file, and one byte more than is allowed at most.
fn read_text(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(source::FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads every `*.toml` of a folder, by name.
///
/// # Errors
/// Every mistake in every file, and two files for one site.
pub fn read_dir(dir: &Path, catalogue: &Catalogue) -> Result<Vec<Site>, Vec<SiteError>> {
    let paths = toml_files(dir).map_err(|error| vec![unreadable(dir, &error)])?;
    if paths.len() > FILES_MAX {
        let problem = format!("the folder has {} site files", paths.len());
        let remedy = format!("Serve at most {FILES_MAX} sites from one server");
        return Err(vec![whole_file(dir, problem, remedy)]);
    }
    let mut sites: Vec<Site> = Vec::new();
    let mut files_by_id: BTreeMap<SiteId, PathBuf> = BTreeMap::new();
    let mut errors = Vec::new();
    for path in paths {
        let (site, line) = match read_file_with_line(&path, catalogue) {
            Ok(read) => read,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        let id = site.notice.site.clone();
        match files_by_id.get(&id) {
            Some(first) => errors.push(same_id(&path, line, id.as_str(), first)),
            None => {
                files_by_id.insert(id, path);
                sites.push(site);
            }
        }
    }
    if errors.is_empty() { Ok(sites) } else { Err(errors) }
}

fn toml_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, error: &std::io::Error) -> SiteError {
    whole_file(path, format!("it cannot be read: {error}"), "Check that it exists and may be read".to_owned())
}

fn whole_file(path: &Path, problem: String, remedy: String) -> SiteError {
    SiteError { file: path.display().to_string(), line: None, key: String::new(), problem, remedy }
}

fn same_id(path: &Path, line: Option<usize>, id: &str, first: &Path) -> SiteError {
    SiteError {
        file: path.display().to_string(),
        line,
        key: "id".to_owned(),
        problem: format!("{} already is the site `{id}`", first.display()),
        remedy: "Give one of them another id".to_owned(),
    }
}
