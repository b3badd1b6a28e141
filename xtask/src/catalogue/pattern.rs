//! Names of cookies with a part that differs between sites or visitors.

/// The fewest characters that a name with a variable part has to fix.
const FIXED_MIN: usize = 3;

/// What Constat's own cookies begin with.
const OWN: &str = "constat";

/// The name of a cookie, with at most one variable part: a `*`, or a word in braces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pattern<'a> {
    before: &'a str,
    /// What follows the variable part; nothing for a name without one.
    after: Option<&'a str>,
}

impl<'a> Pattern<'a> {
    /// Reads a pattern as it stands in a vendor's file.
    pub fn of(name: &'a str) -> Pattern<'a> {
        if let Some((before, after)) = name.split_once('*') {
            return Pattern { before, after: Some(after) };
        }
        let braces = name.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
        match braces {
            Some((before, after)) => Pattern { before, after: Some(after) },
            None => Pattern { before: name, after: None },
        }
    }

    /// Whether a look-up cannot choose: both match some name, and neither is more specific. A name without a
    /// variable part is the most specific; then the one that fixes most characters.
    pub fn ties_with(self, other: Pattern) -> bool {
        let (Some(after), Some(others)) = (self.after, other.after) else { return self == other };
        self.fixed() == other.fixed()
            && (self.before.starts_with(other.before) || other.before.starts_with(self.before))
            && (after.ends_with(others) || others.ends_with(after))
    }

    /// Whether it means every name that another means.
    pub fn includes(self, other: Pattern) -> bool {
        let Some(after) = self.after else { return self == other };
        other.before.starts_with(self.before) && other.after.unwrap_or(other.before).ends_with(after)
    }

    fn fixed(self) -> usize {
        self.before.len() + self.after.map_or(0, str::len)
    }

    /// Whether it matches a name that begins like Constat's own.
    fn matches_own(self) -> bool {
        self.before.starts_with(OWN) || self.after.is_some() && OWN.starts_with(self.before)
    }
}

/// The pattern of a name as a source writes it; `is_prefix` when the source says that more follows.
///
/// # Errors
/// Why the name cannot be used.
pub fn pattern(name: &str, is_prefix: bool) -> Result<String, &'static str> {
    // A soft hyphen comes from the page that a name was copied from.
    let name = name.trim().replace('\u{ad}', "");
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("is no name of a cookie");
    }
    let (mut written, mut variables) = placeholders_as_stars(&name);
    if is_prefix && !written.ends_with('*') {
        written.push('*');
        variables += 1;
    }
    if variables > 1 {
        return Err("has more than one variable part");
    }
    let pattern = Pattern::of(&written);
    if pattern.after.is_some() && pattern.fixed() < FIXED_MIN {
        return Err("would match too many names");
    }
    if pattern.matches_own() {
        return Err("would match Constat's own cookies");
    }
    Ok(written)
}

/// The name with a `*` for each placeholder, and how many there are. Square brackets are none: PHP writes the
/// names of arrays with them (`visits[0]`).
fn placeholders_as_stars(name: &str) -> (String, usize) {
    let (mut written, mut variables, mut rest) = (String::new(), 0, name);
    while let Some(first) = rest.chars().next() {
        let placeholder = match first {
            '*' => rest.len() - rest.trim_start_matches('*').len(),
            '{' => enclosed(rest, '}'),
            '<' => enclosed(rest, '>'),
            '%' => enclosed(rest, '%'),
            'X' => run_of(rest, 'X', 3),
            'x' => run_of(rest, 'x', 4),
            _ => 0,
        };
        if placeholder > 0 {
            written.push('*');
            variables += 1;
            rest = &rest[placeholder..];
        } else {
            written.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (written, variables)
}

/// The length of what begins `text` and ends with the first `end` after it; 0 without one.
fn enclosed(text: &str, end: char) -> usize {
    text.char_indices().skip(1).find(|(_, c)| *c == end).map_or(0, |(at, c)| at + c.len_utf8())
}

/// How often `letter` is repeated at the start of `text`; 0 when less often than `least`.
fn run_of(text: &str, letter: char, least: usize) -> usize {
    let length = text.len() - text.trim_start_matches(letter).len();
    if length >= least { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_variable_part_becomes_a_star() {
        for (name, is_prefix, expected) in [
            ("_ga", false, "_ga"),
            ("_ga_", true, "_ga_*"),
            ("SSPR_*", true, "SSPR_*"),
            ("_hjSession_{id}", false, "_hjSession_*"),
            ("wp-settings-<id>", false, "wp-settings-*"),
            ("amp_XXXXXX", false, "amp_*"),
            ("pagead/conv/%INTEGER%", false, "pagead/conv/*"),
            ("barometric[cuid]", false, "barometric[cuid]"),
            (" fr ", false, "fr"),
            ("track\u{ad}ing", false, "tracking"),
        ] {
            assert_eq!(pattern(name, is_prefix).as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn a_name_that_matches_too_much_is_refused() {
        for (name, is_prefix, reason) in [
            ("Site History", false, "is no name of a cookie"),
            ("P_", true, "would match too many names"),
            ("{a}_{b}", false, "has more than one variable part"),
            ("con", true, "would match Constat's own cookies"),
            ("constat_id", false, "would match Constat's own cookies"),
        ] {
            assert_eq!(pattern(name, is_prefix), Err(reason), "{name}");
        }
    }

    #[test]
    fn patterns_tie_when_neither_is_more_specific() {
        let tied = |one, other| Pattern::of(one).ties_with(Pattern::of(other));
        assert!(tied("uid", "uid"));
        assert!(tied("_ab*", "_ab{id}"));
        assert!(tied("_ab*", "_a*b"));
        assert!(!tied("uid", "uid*"), "the name without a variable part is more specific");
        assert!(!tied("_ab*", "_abc*"), "the longer one is more specific");
        assert!(!tied("_ab*", "_ac*"), "no name matches both");
    }
}
