//! A good tree passes, and one deliberate breach of each kind is found with its files.

use super::rules::{OnlyIn, Rules};

const RULES: Rules<'_> = Rules {
    layers: &[&["high"], &["left", "right"], &["low"], &["later"]],
    only_in: &[
        OnlyIn { names: &["println!", "eprintln!"], files: &["main.rs", "high/"] },
        OnlyIn { names: &["redis"], files: &["low/redis/"] },
    ],
};

/// A tree that keeps every rule, and uses most ways to write a path.
const GOOD: &[(&str, &str)] = &[
    (
        "main.rs",
        "//! The root.\nmod high;\nmod left;\nmod low;\nmod right;\nfn main() { high::run(); println!(); }",
    ),
    ("high/mod.rs", "//! High.\nmod run;\nmod show;\npub use run::run;"),
    (
        "high/run.rs",
        "use super::show;\nuse crate::left::{self, Left};\nuse crate::low;\n
         pub fn run() { show::show(); left::make(); low::one(); let _: Option<crate::right::Right> = None; }\n
         #[cfg(test)] mod tests { use super::*; #[test] fn runs() { run(); low::two(); } }",
    ),
    ("high/show.rs", "pub fn show() { println!(\"{}\", crate::low::one()); }"),
    (
        "left.rs",
        "use crate::low::{One as First, one};\npub struct Left;\npub fn make() { one(); let _ = First; }",
    ),
    (
        "right.rs",
        "pub struct Right;\nimpl Right { fn low() { assert!(crate::low::two() > Self::ZERO); } const ZERO: u8 = 0; }",
    ),
    (
        "low/mod.rs",
        "//! Low.\nmod one;\nmod redis;\n#[cfg(test)]\nmod tests;\nmod two;\npub use one::{One, one};\npub use two::*;",
    ),
    ("low/one.rs", "use super::two::two;\npub struct One;\npub fn one() -> u8 { two() }"),
    ("low/redis/mod.rs", "//! Redis.\nmod link;"),
    ("low/redis/link.rs", "use redis::Cmd;\npub fn link() { ::redis::cmd(); }"),
    // The room is called like the crate: a path to the room is not one to the crate.
    ("low/tests.rs", "use super::redis;\nuse super::*;\nfn test() { redis::link(); one(); two(); }"),
    ("low/two.rs", "/// See [`crate::high::run`].\npub fn two() -> u8 { 0 }"),
];

/// What breaks [`RULES`] in the good tree with some files changed or added.
fn broken(changes: &[(&str, &str)]) -> Vec<String> {
    broken_of(&RULES, changes)
}

fn broken_of(rules: &Rules<'_>, changes: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("there is room for a temporary folder");
    for (name, text) in GOOD.iter().chain(changes) {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
    rules.broken(dir.path())
}

/// Checks that the changes break one rule, in a sentence that contains each of the words.
fn assert_found(changes: &[(&str, &str)], words: &[&str]) {
    let broken = broken(changes);
    assert_eq!(broken.len(), 1, "{changes:?}: {broken:#?}");
    for word in words {
        assert!(broken[0].contains(word), "{word} is not in {}", broken[0]);
    }
}

#[test]
fn a_good_tree_passes() {
    assert_eq!(broken(&[]), Vec::<String>::new());
}

/// Every way to write an import from `low` of something in `high`.
#[test]
fn an_import_that_runs_up_is_found_however_it_is_written() {
    for text in [
        "use crate::high::run;",
        "use crate::{left as _, high::{show::show, run}};",
        "use crate::high as other;",
        "use crate::high::*;",
        "pub use crate::high::run;",
        "use super::super::high::run;",
        "fn up() { crate::high::run(); }",
        "fn up() { super::super::high::run(); }",
        "fn up() { let _: Vec<crate::high::Run>; }",
        "fn up() { use crate::high; high::run(); }",
        "fn up(value: impl crate::high::Run) {}",
        "impl crate::high::Run for Two {}",
        "fn up() { assert!(1 < crate::high::run()); }",
        "fn up() { select! { a = super::super::high::run() => {} } }",
        "fn up() { wrap! { use crate::{high::run, left as _}; } }",
        "macro_rules! up { () => { $crate::high::run() } }",
        "#[derive(Clone)] struct Two { #[serde(with = \"crate::high::show\")] one: u8 }",
        "#[crate::high::attribute] fn up() {}",
        "fn up() { crate::high::up!(); }",
        "#[cfg(test)] mod tests { use crate::high::run; }",
        "#[cfg(test)] mod tests { use super::super::super::high::run; }",
        "#[cfg(test)] mod tests { fn up() { crate::high::run(); } }",
        "mod inner { mod tests { fn up() { super::super::super::super::high::run(); } } }",
    ] {
        let broken = broken(&[("low/two.rs", &format!("pub fn two() -> u8 {{ 0 }}\n{text}"))]);
        let found = |words: &str| broken.iter().any(|line| line.contains(words));
        assert!(found("low/two.rs:2: imports high/"), "{text}: {broken:#?}");
        assert!(found("low lies below high"), "{text}: {broken:#?}");
    }
}

#[test]
fn a_name_of_an_import_carries_on_to_where_it_comes_from() {
    // `high` re-exports `low`: `left` may not take it from there.
    let high = ("high/mod.rs", "//! High.\nmod run;\nmod show;\npub use crate::low::One;\npub use run::run;");
    assert_found(
        &[high, ("left.rs", "pub use crate::high::One as Left;\npub fn make() {}")],
        &["left.rs:1", "high/mod.rs", "left lies below high"],
    );
    // The other way round `low` gives away what is `high`'s.
    let low = ("low/one.rs", "pub use crate::high::run as one;\npub struct One;");
    let words = broken(&[low]).join("\n");
    assert!(words.contains("low/one.rs:1: imports high/run.rs by `crate::high::run`"), "{words}");
}

#[test]
fn rooms_of_one_layer_do_not_import_each_other() {
    let left = ("left.rs", "use crate::right::Right;\npub struct Left;\npub fn make(_: Right) {}");
    assert_found(&[left], &["left.rs:1", "right.rs", "left and right share a layer"]);
    let left = ("left.rs", "use crate::right;\npub struct Left;\npub fn make(_: right::Right) {}");
    assert!(broken(&[left]).iter().all(|line| line.contains("left and right share a layer")));
}

#[test]
fn the_root_file_is_above_all_rooms() {
    let main = (
        "main.rs",
        "//! The root.\nmod high;\nmod left;\nmod low;\nmod right;\npub struct Failure;\nfn main() {}",
    );
    let left = ("left.rs", "use crate::Failure;\npub struct Left;\npub fn make() {}");
    assert_found(&[main, left], &["left.rs:1", "main.rs", "`crate::Failure`"]);
}

#[test]
fn without_layers_only_circles_count() {
    let rules = Rules { layers: &[], only_in: &[] };
    let left =
        ("left.rs", "use crate::right::Right;\nuse crate::low::One;\npub struct Left;\npub fn make() {}");
    assert_eq!(broken_of(&rules, &[left]), Vec::<String>::new());
    let right = ("right.rs", "pub struct Right;\nfn make() { crate::left::make(); }");
    let broken = broken_of(&rules, &[left, right]);
    assert!(broken.len() == 1 && broken[0].starts_with("left.rs → right.rs → left.rs import"), "{broken:#?}");
    let main = (
        "main.rs",
        "//! The root.\nmod high;\nmod left;\nmod low;\nmod right;\nfn main() { high::run(); }\npub struct Failure;",
    );
    let run = ("high/run.rs", "pub fn run() -> crate::Failure { crate::Failure }");
    let broken = broken_of(&rules, &[main, run]);
    assert!(
        broken.len() == 1 && broken[0].starts_with("main.rs → high/run.rs → main.rs import"),
        "{broken:#?}"
    );
}

#[test]
fn a_room_in_no_layer_is_named() {
    let main =
        ("main.rs", "//! The root.\nmod attic;\nmod high;\nmod left;\nmod low;\nmod right;\nfn main() {}");
    assert_found(&[main, ("attic.rs", "")], &["attic: this room is in no layer"]);
}

#[test]
fn files_that_import_each_other_are_found_in_one_room() {
    let two = ("low/two.rs", "use super::One;\npub fn two() -> u8 { 0 }");
    assert_found(
        &[two],
        &[
            "low/one.rs → low/two.rs → low/one.rs",
            "low/one.rs:1 has `super::two::two`",
            "low/two.rs:1 has `super::One`",
        ],
    );
    let two = ("low/two.rs", "pub fn two() -> u8 { crate::low::one::one() }");
    assert_found(&[two], &["low/one.rs → low/two.rs → low/one.rs"]);
    let two = ("low/two.rs", "pub fn two() -> u8 { 0 }\n#[cfg(test)]\nmod tests { use super::super::*; }");
    assert_found(&[two], &["low/one.rs → low/two.rs → low/one.rs", "low/two.rs:3"]);
}

#[test]
fn three_files_in_a_circle_are_found() {
    let changes = [
        (
            "low/mod.rs",
            "//! Low.\nmod one;\nmod redis;\nmod three;\n#[cfg(test)]\nmod tests;\nmod two;\npub use one::{One, one};\npub use two::*;",
        ),
        ("low/two.rs", "use super::three::Three;\npub fn two() -> u8 { 0 }"),
        ("low/three.rs", "pub struct Three;\nfn name(_: super::One) {}"),
    ];
    let words = ["low/one.rs → low/two.rs → low/three.rs → low/one.rs", "low/three.rs:2 has `super::One`"];
    assert_found(&changes, &words);
}

#[test]
fn a_macro_without_a_path_counts_as_an_import_of_its_file() {
    let changes = [
        (
            "low/one.rs",
            "use super::two::two;\npub struct One;\npub fn one() -> u8 { two() }\nmacro_rules! one { () => { 0 } }",
        ),
        ("low/two.rs", "pub fn two() -> u8 { one!() }"),
    ];
    assert_found(&changes, &["low/one.rs → low/two.rs → low/one.rs", "`one`"]);
}

#[test]
fn names_out_of_their_room_are_found() {
    for (text, name) in [
        ("fn say() { println!(); }", "println!"),
        ("fn say() { std::eprintln!(); }", "eprintln!"),
        ("fn say() { wrap!(println!()); }", "println!"),
        ("#[cfg(test)] mod tests { fn say() { println!(); } }", "println!"),
        ("use redis::Cmd;", "redis"),
        ("use {redis as other};", "redis"),
        ("extern crate redis;", "redis"),
        ("fn ask() { redis::cmd(); }", "redis"),
        ("fn ask() { wrap!(::redis::cmd()); }", "redis"),
        ("#[redis::test] fn ask() {}", "redis"),
        ("#[derive(redis::Value)] struct Two;", "redis"),
    ] {
        let two = format!("pub fn two() -> u8 {{ 0 }}\n{text}");
        assert_found(&[("low/two.rs", &two)], &["low/two.rs:2", &format!("`{name}` belongs only in")]);
    }
}

#[test]
fn folders_follow_the_convention() {
    let low = "//! Low.\nmod one;\nmod redis;\n#[cfg(test)]\nmod tests;\nmod two;\npub use one::{One, one};\npub use two::*;";
    for line in ["fn more() {}", "use one::One as _;", "mod inner { }", "pub const MORE: u8 = 0;", "more!();"]
    {
        let index = format!("{low}\n{line}");
        assert_found(&[("low/mod.rs", &index)], &["low/mod.rs:9", "only `mod` and `pub use`"]);
    }
    assert_found(&[("low/mod.rs", low.trim_start_matches("//! Low."))], &["low/mod.rs", "`//!`"]);
    assert_found(&[("low/forgotten.rs", "")], &["low/forgotten.rs", "no `mod` names this file"]);
    let beside = [("left.rs", "mod more;\npub struct Left;\npub fn make() {}"), ("left/more.rs", "")];
    assert_found(&beside, &["left.rs lies beside the folder left/"]);
    let with_path = ("left.rs", "#[path = \"low/one.rs\"]\nmod one;\npub struct Left;\npub fn make() {}");
    assert!(broken(&[with_path]).iter().any(|line| line.contains("left.rs:1: `#[path]` is forbidden")));
    let included = ("left.rs", "include!(\"low/one.rs\");\npub struct Left;\npub fn make() {}");
    assert_found(&[included], &["left.rs:1: `include!` is forbidden"]);
}
