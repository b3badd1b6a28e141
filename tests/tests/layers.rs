//! The layers of what the tests share and of the benchmark, and no circles among the tests.

use constat_testkit::layers::Rules;
use std::path::Path;

fn check(folder: &str, layers: &[&[&str]]) {
    Rules { layers, only_in: &[] }.assert_kept(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
}

#[test]
fn what_the_tests_share_has_layers() {
    let above = ["api", "fronts", "raw", "set_clock"];
    let between = ["browser", "consent", "moments", "pages", "receipts", "server", "sites"];
    check("src", &[&["programs"], &["console", "routes"], &above, &between, &["page_answer", "setups"]]);
}

#[test]
fn the_benchmark_goes_from_the_report_down_to_the_processes() {
    let layers: &[&[&str]] = &[
        &["report_redis", "search", "tags"],
        &["report"],
        &["comparison", "redis"],
        &["curve", "find", "multiply"],
        &["bench", "plan"],
        &["load"],
        &["request"],
        &["bytes", "disk", "floor", "machine", "process", "progress"],
    ];
    check("src/bin/bench", layers);
}

#[test]
fn no_tests_import_each_other() {
    for folder in ["api", "browser", "documents", "faults", "fronts"] {
        check(&format!("tests/{folder}"), &[]);
    }
}
