//! The files that the comments of the sources name exist.

use crate::markdown::{report, root};
use crate::names::{TOP, fixed_part, is_path, walk};

/// How a comment begins in each kind of source, and how one of several lines begins and ends.
fn marks(ending: &str) -> Option<(&'static str, Option<[&'static str; 2]>)> {
    match ending {
        "rs" | "js" => Some(("//", Some(["/*", "*/"]))),
        "css" => Some(("/*", Some(["/*", "*/"]))),
        "html" => Some(("<!--", Some(["<!--", "-->"]))),
        "toml" | "sh" => Some(("#", None)),
        "sql" | "lua" => Some(("--", None)),
        _ => None,
    }
}

/// The comments of a source, with their lines from 1.
fn comments<'a>(source: &'a str, ending: &str) -> Vec<(usize, &'a str)> {
    let Some((line_mark, block)) = marks(ending) else { return Vec::new() };
    let mut inside = false;
    let mut found = Vec::new();
    for (line, text) in (1..).zip(source.lines()) {
        let starts = block.and_then(|[start, _]| text.find(start));
        let at = if inside { Some(0) } else { text.find(line_mark).or(starts) };
        found.extend(at.map(|at| (line, &text[at..])));
        let Some([start, end]) = block else { continue };
        inside = (inside || text.trim_start().starts_with(start)) && !text.contains(end);
    }
    found
}

/// The paths of files in a comment.
fn paths(comment: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
    comment.split(between).map(|word| word.trim_end_matches(['.', '/'])).filter(|word| is_path(word))
}

#[test]
fn every_path_in_a_comment_exists() {
    let mut faults = Vec::new();
    for folder in TOP {
        walk(&root().join(folder), &mut |file| {
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if marks(ending).is_none() {
                return;
            }
            let source = std::fs::read_to_string(file).expect("sources are text");
            let name = file.strip_prefix(root()).expect("it is in the repository").display();
            for (line, comment) in comments(&source, ending) {
                let missing = paths(comment).filter(|path| !root().join(fixed_part(path)).exists());
                faults.extend(missing.map(|path| format!("{name}:{line}: there is no {path}")));
            }
        });
    }
    report(&faults);
}

#[test]
fn the_paths_of_comments_are_found() {
    let of = |source, ending| -> Vec<(usize, String)> {
        let named = |(line, comment)| paths(comment).map(move |path| (line, path.to_owned()));
        comments(source, ending).into_iter().flat_map(named).collect()
    };
    let found = |line: usize, path: &str| vec![(line, path.to_owned())];
    // The test above reads these lines too, so the files exist.
    assert_eq!(of("let a = \"docs/page.md\";\n/// See `www/record.js`.\n", "rs"), found(2, "www/record.js"));
    assert_eq!(
        of("/*\n * In (docs/page.md).\n */\nlet a = \"docs/proof.md\";\n", "js"),
        found(2, "docs/page.md")
    );
    assert_eq!(of("a = 1 # from docs/page.md\nb = \"docs/proof.md\"\n", "toml"), found(1, "docs/page.md"));
    assert_eq!(of("// https://example.com/docs/page.md\n", "js"), []);
}
