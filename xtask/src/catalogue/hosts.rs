//! Names of hosts in what the sources write, and the patterns made of them.

use constat_public_suffix::registrable;

/// The patterns of the hosts in a descriptive cell, such as `.hubspot.com (3rd party) or app.hubspot.com`.
///
/// A domain, and one with a dot before it, stands for every host below it, as for a cookie.
pub fn in_cell(cell: &str) -> Vec<String> {
    let lower = cell.to_lowercase();
    let parts = lower.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    let hosts = parts.filter_map(|part| {
        let host = part.trim_matches('.');
        let own = registrable(host).filter(|_| is_name(host))?;
        let covers_below = own == host || part.starts_with('.');
        Some(if covers_below { format!("*.{host}") } else { host.to_owned() })
    });
    hosts.collect()
}

/// The hosts of the addresses in a script, such as `cdn.example.com` in `'//cdn.example.com/a.js'`. An address
/// that goes on in another string is none.
pub fn in_script(script: &str) -> Vec<String> {
    let rests = script.split("//").skip(1);
    let hosts = rests.filter_map(|rest| {
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-')).unwrap_or(rest.len());
        let host = rest[..end].to_lowercase();
        (is_name(&host) && registrable(&host).is_some()).then_some(host)
    });
    hosts.collect()
}

/// Whether a pattern names hosts of one owner: no address in numbers, and no public suffix.
pub fn has_one_owner(pattern: &str) -> bool {
    let host = pattern.strip_prefix("*.").unwrap_or(pattern);
    is_name(host) && registrable(host).is_some()
}

/// Whether `pattern` covers every host that `other` stands for.
pub fn covers(pattern: &str, other: &str) -> bool {
    let below = other.strip_prefix("*.").unwrap_or(other);
    pattern == other
        || pattern.strip_prefix("*.").is_some_and(|domain| {
            below.strip_suffix(domain).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
        })
}

/// The patterns in order, without those that another covers.
pub fn widest(patterns: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = patterns.into_iter().collect();
    all.sort();
    all.dedup();
    let covered = |one: &String| all.iter().any(|other| other != one && covers(other, one));
    all.iter().filter(|one| !covered(one)).cloned().collect()
}

fn is_name(host: &str) -> bool {
    let is_end = |end: &str| end.len() > 1 && !end.starts_with(|c: char| c.is_ascii_digit());
    host.split('.').all(is_label) && host.rsplit_once('.').is_some_and(|(_, end)| is_end(end))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hosts_of_a_cell_are_taken() {
        assert_eq!(in_cell("cookiebot.com (3rd party)"), ["*.cookiebot.com"]);
        assert_eq!(in_cell(".a.example.com or b.example.com"), ["*.a.example.com", "b.example.com"]);
        assert_eq!(in_cell("ads-[account].adhese.com"), ["*.adhese.com"]);
        assert_eq!(in_cell("id5-sync"), Vec::<String>::new());
        assert_eq!(in_cell(""), Vec::<String>::new());
    }

    #[test]
    fn addresses_in_a_script_are_hosts() {
        let script = "add('https://cdn.example.com/a.js'); add('//b.example.com'); add('https://c.example.' + x); // a comment";
        assert_eq!(in_script(script), ["cdn.example.com", "b.example.com"]);
    }

    #[test]
    fn a_public_suffix_and_an_address_have_no_one_owner() {
        assert!(has_one_owner("*.hotjar.com"));
        for pattern in ["*.com", "*.co.uk", "*.cloudfront.net", "23.62.3.183", "*.Example.com"] {
            assert!(!has_one_owner(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_host_below_a_pattern_is_left_out() {
        let patterns = ["static.hotjar.com", "*.hotjar.com", "*.a.hotjar.com", "hotjar.com", "nothotjar.com"];
        assert_eq!(widest(patterns.map(str::to_owned)), ["*.hotjar.com", "nothotjar.com"]);
    }
}
