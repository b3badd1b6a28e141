//! The scripts of vendors that the browser tests serve in the vendors' place: fetched once, and nothing of ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha512};

use crate::tools::failure::Failure;
use crate::tools::files::read;
use crate::tools::programs::ensure;
use crate::tools::steps::{output, run, step};
use crate::tools::workspace::Workspace;

/// Which scripts, of which packages; the tests read the same list.
const LIST: &str = include_str!("../../../tests/vendor-scripts.json");

/// Below the folder of tools.
const FOLDER: &str = "vendor-scripts";

const REMEDY: &str = "Check the connection, or run `cargo xtask test --quick`, which does not need it.";

/// A script of a package.
#[derive(Deserialize)]
struct VendorScript {
    package: String,
    version: String,
    /// Where it is in the package.
    file: String,
    /// Its name in the folder.
    name: String,
    /// Of the package, as npm writes it: `sha512-` and Base64.
    integrity: String,
}

/// Makes sure that the scripts are there; each is fetched once.
pub fn ensure_vendor_scripts(workspace: &Workspace) -> Result<(), Failure> {
    let scripts: Vec<VendorScript> = serde_json::from_str(LIST).map_err(|error| {
        Failure::new(format!("tests/vendor-scripts.json is not readable: {error}."), "Correct it.")
    })?;
    let folder = workspace.tools().join(FOLDER);
    let missing: Vec<_> = scripts.into_iter().filter(|script| !script.is_in(&folder)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    ensure("Install npm", &[("npm", "npm")], "the tests of others' signals need npm.", "")?;
    step("Fetch the scripts of vendors", || missing.iter().try_for_each(|script| script.fetch(&folder)))
}

impl VendorScript {
    /// A stamp beside the script says which package it is from.
    fn is_in(&self, folder: &Path) -> bool {
        let stamp = fs::read_to_string(folder.join(format!("{}.integrity", self.name)));
        stamp.is_ok_and(|stamp| stamp == self.integrity) && folder.join(&self.name).is_file()
    }

    fn fetch(&self, folder: &Path) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}.", folder.display()), REMEDY);
        fs::create_dir_all(folder).map_err(failed)?;
        let unpacked = tempfile::tempdir_in(folder).map_err(failed)?;
        let id = format!("{}@{}", self.package, self.version);
        // The package alone, and nothing of it is run.
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", "--ignore-scripts", &id]).current_dir(unpacked.path());
        let printed = output(&mut pack, REMEDY)?;
        let archive = unpacked.path().join(printed.lines().last().unwrap_or_default().trim());
        if !has_integrity(&read(&archive)?, &self.integrity) {
            let problem = format!("{id} is not the package that tests/vendor-scripts.json names.");
            return Err(Failure::new(problem, "Find out why before you change the list."));
        }
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(&archive).arg("-C").arg(unpacked.path());
        run(unpack.arg(format!("package/{}", self.file)), REMEDY)?;
        fs::copy(unpacked.path().join("package").join(&self.file), folder.join(&self.name))
            .map_err(failed)?;
        fs::write(folder.join(format!("{}.integrity", self.name)), &self.integrity).map_err(failed)
    }
}

fn has_integrity(archive: &[u8], integrity: &str) -> bool {
    format!("sha512-{}", BASE64_STANDARD.encode(Sha512::digest(archive))) == integrity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_its_hash() {
        // As RFC 6234 has it of "abc", in Base64.
        let abc =
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        assert!(has_integrity(b"abc", abc));
        assert!(!has_integrity(b"abd", abc));
    }

    #[test]
    fn the_list_is_readable_and_names_each_script_once() {
        let scripts: Vec<VendorScript> = serde_json::from_str(LIST).unwrap();
        let names: std::collections::BTreeSet<_> = scripts.iter().map(|script| &script.name).collect();
        assert_eq!(names.len(), scripts.len());
    }
}
