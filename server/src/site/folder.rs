//! Site files and folders of them, read from the disk.

use super::catalogue::Catalogue;
use super::file::report::SiteError;
use super::file::{encoding, source};
use super::site::{Site, parse_with_line};
use constat_shared::SiteId;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most site files one server reads.
const FILES_MAX: usize = 1_000;

/// The most names of what was passed over in one sentence.
const NAMES_MAX: usize = 10;

/// How names begin of what editors, macOS, NFS and Kubernetes leave beside a file, and office programs.
const NOT_SITES: [&[u8]; 2] = [b".", b"~$"];

/// Reads a site file.
///
/// # Errors
/// Every mistake in it, or why it cannot be read.
pub fn read_file(path: &Path, catalogue: &Catalogue) -> Result<Site, Vec<SiteError>> {
    read_file_with_line(path, catalogue).map(|(site, _)| site)
}

fn read_file_with_line(path: &Path, catalogue: &Catalogue) -> Result<(Site, Option<usize>), Vec<SiteError>> {
    let bytes = read_bytes(path).map_err(|error| vec![unreadable(path, &error)])?;
    let text = encoding::text_of(&bytes)
        .map_err(|(line, fault)| vec![SiteError { line, ..whole_file(path, fault.problem, fault.remedy) }])?;
    parse_with_line(&path.display().to_string(), &text, catalogue)
}

/// What is in a file, and one byte more than is allowed at most.
fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(source::FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A folder of site files: every `*.toml` that is not hidden, by name.
pub struct SiteFolder {
    dir: PathBuf,
    files: Vec<PathBuf>,
    passed_over: Vec<String>,
}

impl SiteFolder {
    /// Looks for the site files of a folder.
    ///
    /// # Errors
    /// Why the folder cannot be read.
    pub fn open(dir: &Path) -> Result<SiteFolder, Vec<SiteError>> {
        let mut folder = SiteFolder { dir: dir.to_owned(), files: Vec::new(), passed_over: Vec::new() };
        let mut add = || {
            for entry in std::fs::read_dir(dir)? {
                let path = entry?.path();
                match is_site_file(&path) {
                    true => folder.files.push(path),
                    false => folder.passed_over.push(name(&path).to_string_lossy().into_owned()),
                }
            }
            Ok(())
        };
        add().map_err(|error| vec![unreadable(dir, &error)])?;
        folder.files.sort();
        folder.passed_over.sort();
        Ok(folder)
    }

    /// A sentence about what in the folder is no site file, when there is such a thing.
    pub fn passed_over(&self) -> Option<String> {
        let (count, names) = (self.passed_over.len(), self.passed_over.iter().take(NAMES_MAX));
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        let more = match count.saturating_sub(NAMES_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let dir = self.dir.display();
        (count > 0).then(|| format!("passed over in {dir}, as no site file: {}{more}", names.join(", ")))
    }

    /// Reads its site files, each with its path.
    ///
    /// # Errors
    /// Every mistake in every file, and two files for one site.
    pub fn read(&self, catalogue: &Catalogue) -> Result<Vec<(&Path, Site)>, Vec<SiteError>> {
        if self.files.len() > FILES_MAX {
            let problem = format!("the folder has {} site files", self.files.len());
            let remedy = format!("Serve at most {FILES_MAX} sites from one server");
            return Err(vec![whole_file(&self.dir, problem, remedy)]);
        }
        let mut sites = Vec::new();
        let mut files_by_id: BTreeMap<SiteId, &PathBuf> = BTreeMap::new();
        let mut errors = Vec::new();
        for path in &self.files {
            let (site, line) = match read_file_with_line(path, catalogue) {
                Ok(read) => read,
                Err(found) => {
                    errors.extend(found);
                    continue;
                }
            };
            let id = site.notice.site.clone();
            match files_by_id.get(&id) {
                Some(first) => errors.push(same_id(path, line, id.as_str(), first)),
                None => {
                    files_by_id.insert(id, path);
                    sites.push((path.as_path(), site));
                }
            }
        }
        if errors.is_empty() { Ok(sites) } else { Err(errors) }
    }
}

/// Whether a file of the folder is a site's. A link that leads nowhere is, so that its site is missed.
fn is_site_file(path: &Path) -> bool {
    let bytes = name(path).as_encoded_bytes();
    let is_named = path.extension().is_some_and(|extension| extension == "toml")
        && !NOT_SITES.iter().any(|beginning| bytes.starts_with(beginning));
    is_named && std::fs::metadata(path).map_or(true, |there| there.is_file())
}

fn name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
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
