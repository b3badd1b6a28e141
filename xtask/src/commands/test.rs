//! `cargo xtask test`: the cheap and telling checks first, the browser last.

use std::process::Command;

use crate::assets::build::build_assets;
use crate::tools::failure::Failure;
use crate::tools::programs::{ensure_browser, ensure_openssl, ensure_redis};
use crate::tools::steps::{COMPILER_SAID, run, step};
use crate::tools::toolchain::WASM_TARGET;
use crate::tools::workspace::Workspace;
use crate::weigh::answers::weigh;

/// Everything but xtask. Cargo gives a dependency the features that the chosen packages ask for:
/// were the choice to differ from step to step, much would be compiled twice.
const PRODUCT: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// The package whose integration tests run the real server.
const TESTS: &str = "constat-tests";

/// The fault tests mostly wait: for deadlines, failovers and restarts. All of
/// them run at once, however few processors there are.
const FAULTS_AT_ONCE: [&str; 2] = ["--test-threads", "8"];

/// How many unit tests run at once: the longest wait for a Redis and need no processor.
const UNIT_TEST_THREADS: &str = "8";

/// What `--quick` leaves out: whatever waits for replicas or a cluster of Redis.
const SLOW_UNIT_TESTS: [&str; 4] =
    ["redis::tests::refusals", "redis::tests::durability", "cluster", "replica"];

/// Runs every check. `quick` leaves out durability, faults, the browser, and [`SLOW_UNIT_TESTS`].
pub fn test(workspace: &Workspace, quick: bool) -> Result<(), Failure> {
    // Better to know at once what is missing than after ten minutes.
    ensure_openssl()?;
    ensure_redis()?;
    if !quick {
        ensure_browser()?;
    }
    step("Check the formatting", || {
        run(&mut workspace.cargo(["fmt", "--all", "--check"]), "Run `cargo fmt --all`.")
    })?;
    build_assets(workspace)?;
    lint(workspace)?;
    unit_tests(workspace, quick)?;
    build_dev_server(workspace)?;
    weigh(workspace, "debug")?;
    let (slow, fast): (Vec<&str>, Vec<&str>) =
        workspace.tests_of(TESTS).into_iter().partition(|test| is_slow(test));
    server_tests(workspace, "Test the API", &fast, &[])?;
    if quick {
        return Ok(());
    }
    let (browser, slow): (Vec<&str>, Vec<&str>) = slow.into_iter().partition(|test| is_browser(test));
    let (faults, durability): (Vec<&str>, Vec<&str>) = slow.into_iter().partition(|test| is_faults(test));
    server_tests(workspace, "Test durability", &durability, &[])?;
    server_tests(workspace, "Test faults on Redis", &faults, &FAULTS_AT_ONCE)?;
    server_tests(workspace, "Test in the browser", &browser, &[])
}

/// Compiles the server that the tests start.
pub fn build_dev_server(workspace: &Workspace) -> Result<(), Failure> {
    step("Compile the server for the tests", || {
        run(workspace.cargo(["build", "--bin", "constat"]).args(PRODUCT), COMPILER_SAID)
    })
}

/// The browser tests whose names contain one of `filters`, ready to run.
pub fn browser_tests(workspace: &Workspace, filters: &[&str]) -> Command {
    let browser: Vec<&str> = workspace.tests_of(TESTS).into_iter().filter(|test| is_browser(test)).collect();
    let mut command = test_command(workspace, &browser);
    command.args(filters);
    command
}

fn is_slow(test: &str) -> bool {
    is_browser(test) || is_faults(test) || test.starts_with("durability")
}

fn is_faults(test: &str) -> bool {
    test.starts_with("faults")
}

fn is_browser(test: &str) -> bool {
    test.starts_with("browser")
}

fn lint(workspace: &Workspace) -> Result<(), Failure> {
    let remedy = "Mend each warning named above: here a warning is an error.";
    let clippy = |packages: &[&str]| {
        let mut command = workspace.cargo(["clippy"]);
        run(command.args(packages).args(["--", "-D", "warnings"]), remedy)
    };
    step("Lint the product", || clippy(&[PRODUCT.as_slice(), &["--all-targets"]].concat()))?;
    step("Lint xtask", || clippy(&["-p", "xtask", "--all-targets"]))?;
    step("Lint the widget for the browser", || clippy(&["-p", "constat-widget", "--target", WASM_TARGET]))
}

fn unit_tests(workspace: &Workspace, quick: bool) -> Result<(), Failure> {
    let remedy = "The failing tests are named above; run one again with `cargo test -p PACKAGE NAME`.";
    step("Unit tests", || {
        let mut command = workspace.cargo(["test", "--lib", "--bins"]);
        command.args(PRODUCT).env("RUST_TEST_THREADS", UNIT_TEST_THREADS);
        for test in workspace.tests_of_others(TESTS) {
            command.args(["--test", test]);
        }
        if quick {
            command.arg("--").args(SLOW_UNIT_TESTS.into_iter().flat_map(|name| ["--skip", name]));
        }
        run(&mut command, remedy)
    })?;
    step("Examples in the documentation", || run(workspace.cargo(["test", "--doc"]).args(PRODUCT), remedy))?;
    step("Unit tests of xtask", || run(&mut workspace.cargo(["test", "-p", "xtask"]), remedy))
}

fn server_tests(workspace: &Workspace, name: &str, tests: &[&str], options: &[&str]) -> Result<(), Failure> {
    if tests.is_empty() {
        return Ok(());
    }
    step(name, || {
        let remedy = "The failing tests are named above; mend them, or the server.";
        run(test_command(workspace, tests).arg("--").args(options), remedy)
    })
}

/// Integration tests find the server they start in `CONSTAT_BIN`.
fn test_command(workspace: &Workspace, tests: &[&str]) -> Command {
    let mut command = workspace.cargo(["test"]);
    command.args(PRODUCT).env("CONSTAT_BIN", workspace.server("debug"));
    for test in tests {
        command.args(["--test", test]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_runs_quickly_unless_its_name_says_otherwise() {
        let slow = ["durability", "faults", "browser", "browser_keyboard"];
        assert!(slow.into_iter().all(is_slow));
        assert!(!["api", "retention"].into_iter().any(is_slow));
    }
}
