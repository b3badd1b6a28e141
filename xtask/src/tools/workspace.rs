//! Where the files of the workspace are, and the cargo that builds it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::tools::failure::Failure;
use crate::tools::steps;

/// The workspace as `cargo metadata` describes it.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    /// The integration tests of all members: (package, test).
    tests: Vec<(String, String)>,
}

impl Workspace {
    /// Asks cargo about the workspace that holds the current folder.
    pub fn find() -> Result<Workspace, Failure> {
        let remedy =
            "Run the command in a clone of the repository, and fix its Cargo.toml if cargo complains.";
        let json = steps::output(
            Command::new(cargo_program()).args(["metadata", "--no-deps", "--format-version", "1"]),
            remedy,
        )?;
        let metadata: Value = serde_json::from_str(&json)
            .map_err(|error| Failure::new(format!("`cargo metadata` printed no JSON: {error}."), remedy))?;
        let path = |key: &str| PathBuf::from(metadata[key].as_str().unwrap_or_default());
        Ok(Workspace {
            root: path("workspace_root"),
            target: path("target_directory"),
            tests: integration_tests(&metadata),
        })
    }

    /// The workspace's own folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file that cargo builds, below its target folder (which CARGO_TARGET_DIR may move).
    pub fn built(&self, path: &str) -> PathBuf {
        self.target.join(path)
    }

    /// Where cargo keeps what it downloads.
    pub fn cargo_home() -> PathBuf {
        let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
        std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
    }

    /// The server as built in `profile`: `release`, or `debug` for the tests.
    pub fn server(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("constat")
    }

    /// What the server embeds: always below the root, so that it is found at compile time.
    pub fn assets(&self) -> PathBuf {
        self.root.join("target/assets")
    }

    /// The stamps of what need not be done again.
    pub fn stamps(&self) -> PathBuf {
        self.root.join("target/xtask")
    }

    /// The names of the integration tests of `package`.
    pub fn tests_of(&self, package: &str) -> Vec<&str> {
        self.tests.iter().filter(|(owner, _)| owner == package).map(|(_, test)| test.as_str()).collect()
    }

    /// The names of the integration tests of every other package, each once.
    pub fn tests_of_others(&self, packages: &[&str]) -> BTreeSet<&str> {
        let others = self.tests.iter().filter(|(owner, _)| !packages.contains(&owner.as_str()));
        others.map(|(_, test)| test.as_str()).collect()
    }

    /// Where programs that only the checks need are installed.
    pub fn tools(&self) -> PathBuf {
        self.root.join("target/tools")
    }

    /// `cargo ARGUMENTS` at the root.
    pub fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(cargo_program());
        command.current_dir(&self.root).args(arguments);
        command
    }
}

/// The cargo that runs this program, so that both use the same toolchain.
fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn integration_tests(metadata: &Value) -> Vec<(String, String)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list(&metadata["packages"])
        .iter()
        .flat_map(|package| {
            let targets = list(&package["targets"]);
            let tests = targets.into_iter().filter(|target| list(&target["kind"]).contains(&"test".into()));
            tests.map(|test| (text(&package["name"]), text(&test["name"]))).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integration_tests_are_found_in_the_metadata() {
        let metadata = json!({ "packages": [
            { "name": "constat", "targets": [{ "name": "constat", "kind": ["bin"] }] },
            { "name": "constat-tests", "targets": [
                { "name": "bench", "kind": ["bin"] },
                { "name": "api", "kind": ["test"] },
            ] },
        ] });
        assert_eq!(integration_tests(&metadata), [("constat-tests".to_owned(), "api".to_owned())]);
    }

    #[test]
    fn a_test_that_several_packages_have_is_named_once() {
        let test = |package: &str, test: &str| (package.to_owned(), test.to_owned());
        let tests = vec![
            test("constat", "layers"),
            test("constat-shared", "layers"),
            test("constat-tests", "api"),
            test("xtask", "tools"),
        ];
        let workspace = Workspace { root: PathBuf::new(), target: PathBuf::new(), tests };
        assert_eq!(workspace.tests_of_others(&["constat-tests", "xtask"]), BTreeSet::from(["layers"]));
        assert_eq!(workspace.tests_of("constat-tests"), ["api"]);
    }
}
