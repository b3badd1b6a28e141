//! The layers of ARCHITECTURE.md.

use constat_testkit::layers::Rules;

#[test]
fn imports_go_strictly_down() {
    let layers: &[&[&str]] =
        &[&["mount", "html"], &["components", "bridge", "notice_from_js"], &["css", "state"], &["sample"]];
    Rules { layers, only_in: &[] }.assert_kept(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
}
