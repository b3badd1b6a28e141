//! The rooms of this crate are independent of each other.

use constat_testkit::layers::Rules;

#[test]
fn imports_go_strictly_down() {
    let layers: &[&[&str]] = &[&["authority", "cases", "layers", "redis", "sample_site"]];
    Rules { layers, only_in: &[] }.assert_kept(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
}
