//! `cargo xtask test`: the cheap checks that find most mistakes first, the browser last.

use std::process::Command;

use crate::assets::build::build_assets;
use crate::cli::Engine;
use crate::commands::engines;
use crate::tools::cargo_deny::check_dependencies;
use crate::tools::failure::Failure;
use crate::tools::programs::{ensure_fronts, ensure_openssl, ensure_qpdf, ensure_redis};
use crate::tools::scripts_of_others::OF_VENDORS;
use crate::tools::steps::{COMPILER_REMEDY, Suites, run, step};
use crate::tools::toolchain::WASM_TARGET;
use crate::tools::workspace::Workspace;
use crate::weigh::answers::weigh;

/// Everything except xtask. Cargo gives a dependency the features that the chosen packages ask for:
/// if each step chose other packages, much would be compiled twice.
const PRODUCT: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// The package whose integration tests run the real server.
const TESTS: &str = "constat-tests";

/// The packages whose integration tests do not run with the unit tests: [`TESTS`], and this one,
/// all of whose tests run in a separate step.
const RUN_APART: [&str; 2] = [TESTS, "xtask"];

/// How many tests of faults and durability run at once: they mostly wait for deadlines, failovers and restarts. Nothing
/// else runs meanwhile, because a disk that others keep busy is a fault of its own.
const FAULTS_AT_ONCE: &str = "8";

/// What to do about tests that run the server.
const FAILING_TESTS: &str = "The failing tests are named above; fix them, or the server.";

/// How many unit tests run at once: the longest ones wait for a Redis and need no processor.
const UNIT_TEST_THREADS: &str = "8";

/// Unit tests that `--quick` leaves out, by a part of their path: they wait for replicas or a cluster.
const SLOW_UNIT_TESTS: [&str; 4] = ["::refusals::", "::durability::", "cluster", "replica"];

/// Runs every check and prints how long each suite took. `quick` leaves out documentation,
/// dependencies, durability, faults, fronts, the browser, and [`SLOW_UNIT_TESTS`].
pub fn test(workspace: &Workspace, quick: bool, engines: &[Engine]) -> Result<(), Failure> {
    let mut suites = Suites::default();
    let result = run_suites(workspace, quick, engines, &mut suites);
    suites.print();
    result
}

fn run_suites(
    workspace: &Workspace,
    quick: bool,
    engines: &[Engine],
    suites: &mut Suites,
) -> Result<(), Failure> {
    // A missing program is reported at once, not after ten minutes.
    suites.run("programs", || {
        ensure_openssl()?;
        ensure_qpdf()?;
        ensure_redis()?;
        if quick {
            return Ok(());
        }
        ensure_fronts()?;
        OF_VENDORS.ensure(workspace)?;
        engines.iter().try_for_each(|engine| engines::ensure(workspace, *engine))
    })?;
    suites.run("formatting", || {
        step("Check the formatting", || {
            run(&mut workspace.cargo(["fmt", "--all", "--check"]), "Run `cargo fmt --all`.")
        })
    })?;
    suites.run("assets", || build_assets(workspace))?;
    suites.run("lints", || lint(workspace))?;
    if !quick {
        suites.run("documentation", || documentation(workspace))?;
        suites.run("dependencies", || check_dependencies(workspace))?;
    }
    suites.run("unit tests", || unit_tests(workspace, quick))?;
    suites.run("server and its weight", || {
        build_dev_server(workspace)?;
        weigh(workspace, "debug")
    })?;
    let others = workspace.tests_of_others(&RUN_APART);
    let tests = workspace.tests_of(TESTS).into_iter().filter(|test| !others.contains(test));
    let (slow, fast): (Vec<&str>, Vec<&str>) = tests.partition(|test| is_slow(test));
    suites.run("API", || server_tests(workspace, "Test the API", &fast, &more_than_processors()))?;
    if quick {
        return Ok(());
    }
    let (browser, slow): (Vec<&str>, Vec<&str>) = slow.into_iter().partition(|test| is_browser(test));
    let (fronts, faults): (Vec<&str>, Vec<&str>) = slow.into_iter().partition(|test| is_fronts(test));
    suites.run("durability and faults", || {
        server_tests(workspace, "Test durability and faults", &faults, FAULTS_AT_ONCE)
    })?;
    suites.run("fronts and caches", || {
        server_tests(workspace, "Test fronts and caches", &fronts, &more_than_processors())
    })?;
    for engine in engines {
        suites.run(engines::suite(*engine), || browser_suite(workspace, *engine, &browser))?;
    }
    Ok(())
}

/// Compiles the server that the tests start, with the tests: alone it would get other features of
/// its dependencies than the unit tests gave it, and both would be compiled again.
pub fn build_dev_server(workspace: &Workspace) -> Result<(), Failure> {
    step("Compile the server and its tests", || {
        run(workspace.cargo(["build", "--bin", "constat", "--tests"]).args(PRODUCT), COMPILER_REMEDY)
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
    is_browser(test) || is_fronts(test) || test.starts_with("faults") || test.starts_with("durability")
}

fn is_fronts(test: &str) -> bool {
    test.starts_with("fronts")
}

fn is_browser(test: &str) -> bool {
    test.starts_with("browser")
}

fn lint(workspace: &Workspace) -> Result<(), Failure> {
    let remedy = "Fix each warning named above: here a warning is an error.";
    let clippy = |packages: &[&str]| {
        let mut command = workspace.cargo(["clippy"]);
        run(command.args(packages).args(["--", "-D", "warnings"]), remedy)
    };
    step("Lint the product", || clippy(&[PRODUCT.as_slice(), &["--all-targets"]].concat()))?;
    step("Lint xtask", || clippy(&["-p", "xtask", "--all-targets"]))?;
    step("Lint the widget for the browser", || clippy(&["-p", "constat-widget", "--target", WASM_TARGET]))
}

/// Makes the documentation, of private items too: a link to nowhere is an error.
fn documentation(workspace: &Workspace) -> Result<(), Failure> {
    let remedy = "Fix each link or tag named above.";
    let document = |packages: &[&str]| {
        let mut command = workspace.cargo(["doc", "--no-deps", "--document-private-items"]);
        run(command.args(packages).env("RUSTDOCFLAGS", "-D warnings"), remedy)
    };
    step("Document the product", || document(&PRODUCT))?;
    step("Document xtask", || document(&["-p", "xtask"]))
}

fn unit_tests(workspace: &Workspace, quick: bool) -> Result<(), Failure> {
    let remedy = "The failing tests are named above; run one again with `cargo test -p PACKAGE NAME`.";
    step("Unit tests", || {
        let mut command = workspace.cargo(["test", "--lib", "--bins"]);
        command.args(PRODUCT).env("RUST_TEST_THREADS", UNIT_TEST_THREADS);
        for test in workspace.tests_of_others(&RUN_APART) {
            command.args(["--test", test]);
        }
        if quick {
            command.arg("--").args(SLOW_UNIT_TESTS.into_iter().flat_map(|name| ["--skip", name]));
        }
        run(&mut command, remedy)
    })?;
    step("Unit tests of xtask", || run(&mut workspace.cargo(["test", "-p", "xtask"]), remedy))
}

/// How many tests run at once that start a server: one more than there are processors, because one of them waits for
/// a start or a deadline most of the time. A browser keeps a processor busy: of those one more takes as long.
fn more_than_processors() -> String {
    (std::thread::available_parallelism().map_or(1, usize::from) + 1).to_string()
}

fn server_tests(workspace: &Workspace, name: &str, tests: &[&str], at_once: &str) -> Result<(), Failure> {
    if tests.is_empty() {
        return Ok(());
    }
    let mut command = test_command(workspace, tests);
    step(name, || run(command.args(["--", "--test-threads", at_once]), FAILING_TESTS))
}

fn browser_suite(workspace: &Workspace, engine: Engine, tests: &[&str]) -> Result<(), Failure> {
    step(&format!("Test in the {}", engines::suite(engine)), || {
        let name = engine.name();
        let remedy = format!(
            "The failing tests are named above; run one again with \
             `CONSTAT_ENGINE={name} cargo test -p {TESTS} --test browser NAME`."
        );
        let mut command = test_command(workspace, tests);
        command.env("CONSTAT_ENGINE", name).arg("--").args(engines::options(engine));
        run(&mut command, &remedy)
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
    fn only_tests_with_a_slow_name_are_slow() {
        let slow = ["durability", "faults", "fronts", "browser", "browser_keyboard"];
        assert!(slow.into_iter().all(is_slow));
        assert!(!["api", "retention"].into_iter().any(is_slow));
    }
}
