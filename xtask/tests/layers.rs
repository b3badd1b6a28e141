//! The layers of ARCHITECTURE.md.

use constat_testkit::layers::Rules;

#[test]
fn imports_go_strictly_down() {
    let layers: &[&[&str]] =
        &[&["main"], &["commands"], &["catalogue", "weigh"], &["assets"], &["budgets"], &["tools", "cli"]];
    Rules { layers, only_in: &[] }.assert_kept(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
}
