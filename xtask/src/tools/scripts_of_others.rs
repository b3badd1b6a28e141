//! The scripts of others that pages of the tests and of the benchmark load: fetched once, and nothing of ours.

use std::fs;
use std::path::{Path, PathBuf};
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

/// Which scripts, of which packages, and where they are kept below the folder of tools.
pub struct Scripts {
    list: &'static str,
    folder: &'static str,
    /// Who needs them, and what to run where they cannot be had.
    problem: &'static str,
    remedy: &'static str,
}

/// What the browser tests serve in the place of vendors; they read the same folder.
pub const OF_VENDORS: Scripts = Scripts {
    list: include_str!("../../../tests/vendor-scripts.json"),
    folder: "vendor-scripts",
    problem: "the tests of others' signals need npm.",
    remedy: "Check the connection, or run `cargo xtask test --quick`, which does not need it.",
};

/// The other consent tools that `cargo xtask bench tags` measures.
pub const OF_CONSENT_TOOLS: Scripts = Scripts {
    list: include_str!("../../../tests/bench-scripts.json"),
    folder: "consent-tools",
    problem: "the comparison with other consent tools needs npm.",
    remedy: "Check the connection.",
};

/// A script of a package.
#[derive(Deserialize)]
struct Script {
    package: String,
    version: String,
    /// Where it is in the package.
    file: String,
    /// Its name in the folder.
    name: String,
    /// Of the package, as npm writes it: `sha512-` and Base64.
    integrity: String,
}

impl Scripts {
    /// Makes sure that they are there, each fetched once, and returns their folder.
    pub fn ensure(&self, workspace: &Workspace) -> Result<PathBuf, Failure> {
        let scripts: Vec<Script> = serde_json::from_str(self.list).map_err(|error| {
            Failure::new(format!("the list of {} is not readable: {error}.", self.folder), "Correct it.")
        })?;
        let folder = workspace.tools().join(self.folder);
        let missing: Vec<_> = scripts.into_iter().filter(|script| !script.is_in(&folder)).collect();
        if missing.is_empty() {
            return Ok(folder);
        }
        ensure("Install npm", &[("npm", "npm")], self.problem, "")?;
        step("Fetch the scripts of others", || {
            missing.iter().try_for_each(|script| script.fetch(&folder, self.remedy))
        })?;
        Ok(folder)
    }
}

impl Script {
    /// A stamp beside the script says which package it is from.
    fn is_in(&self, folder: &Path) -> bool {
        let stamp = fs::read_to_string(folder.join(format!("{}.integrity", self.name)));
        stamp.is_ok_and(|stamp| stamp == self.integrity) && folder.join(&self.name).is_file()
    }

    fn fetch(&self, folder: &Path, remedy: &str) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}.", folder.display()), remedy);
        fs::create_dir_all(folder).map_err(failed)?;
        let unpacked = tempfile::tempdir_in(folder).map_err(failed)?;
        let id = format!("{}@{}", self.package, self.version);
        // The package alone, and nothing of it is run.
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", "--ignore-scripts", &id]).current_dir(unpacked.path());
        let printed = output(&mut pack, remedy)?;
        let archive = unpacked.path().join(printed.lines().last().unwrap_or_default().trim());
        if !has_integrity(&read(&archive)?, &self.integrity) {
            let problem = format!("{id} is not the package that the list names.");
            return Err(Failure::new(problem, "Find out why before you change the list."));
        }
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(&archive).arg("-C").arg(unpacked.path());
        run(unpack.arg(format!("package/{}", self.file)), remedy)?;
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
    fn each_list_is_readable_and_names_each_script_once() {
        for list in [OF_VENDORS.list, OF_CONSENT_TOOLS.list] {
            let scripts: Vec<Script> = serde_json::from_str(list).unwrap();
            let names: std::collections::BTreeSet<_> = scripts.iter().map(|script| &script.name).collect();
            assert_eq!(names.len(), scripts.len());
        }
    }
}
