//! Whether a program's output is the one that a document shows.

/// Compares line by line. A line `…` stands for any number of lines, `…` within
/// a line for any text; identifiers, hashes, times and ports are not compared.
///
/// # Errors
/// The first line of the document that has no counterpart.
pub fn agrees(shown: &[String], real: &str) -> Result<(), String> {
    let real: Vec<String> = real.lines().map(masked).filter(|line| !line.is_empty()).collect();
    let mut real = real.as_slice();
    let mut any = false;
    for line in shown.iter().filter(|line| !line.trim().is_empty()) {
        if line.trim() == "…" {
            any = true;
            continue;
        }
        let skip_max = if any { real.len() } else { 1 };
        let found = real.iter().take(skip_max).position(|real| is_like(&masked(line), real));
        let at = found.ok_or_else(|| format!("it does not print `{line}` but {:?}", real.first()))?;
        real = &real[at + 1..];
        any = false;
    }
    match real.first().filter(|_| !any) {
        Some(more) => Err(format!("it also prints `{more}`")),
        None => Ok(()),
    }
}

/// A line with every identifier, hash, time, month and port replaced.
fn masked(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let mut masked = String::new();
    let mut rest = line.trim_end();
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (word, behind) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        masked.push_str(before);
        masked.push_str(if changes(word) { "#" } else { word });
        rest = behind;
    }
    masked + rest
}

fn changes(word: &str) -> bool {
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    let is_address = ["127.0.0.1:", "localhost:"].iter().any(|host| word.starts_with(host));
    let is_month = word.len() == 7
        && word.split_once('-').is_some_and(|(year, month)| {
            [year, month].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) && year.len() == 4
        });
    is_address || is_month || has_digit && word.len() >= 16
}

fn is_like(shown: &str, real: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').collect();
    let [first, .., last] = parts.as_slice() else { return shown == real };
    let Some(mut rest) = real.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    parts[1..parts.len() - 1].iter().all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[test]
fn outputs_agree_but_for_what_changes_from_run_to_run() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let real =
        "listening http://127.0.0.1:4711\nid 01a204c6-4a64-73bb-a9dd-680fa604fe86 of 2026-11\nlast 0 of 10\n";
    for good in [
        "listening http://127.0.0.1:8080\n…",
        "…\nid 01a204c6-4a64-7652-a173-9806752ea7a7 of 2027-01\nlast 0 of 10",
        "listening …\nid …\nlast … of 10",
    ] {
        assert_eq!(agrees(&shown(good), real), Ok(()), "{good}");
    }
    for bad in ["listening http://127.0.0.1:8080", "…\nlast 1 of 10", "…\nfirst", "listening\n…"] {
        assert!(agrees(&shown(bad), real).is_err(), "{bad}");
    }
}
