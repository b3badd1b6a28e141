//! Where the sources say otherwise than a file that people keep: for their information, nothing is written.

use crate::catalogue::hosts;
use crate::catalogue::pattern::Pattern;
use crate::catalogue::vendor::Vendor;

/// What the sources say of the vendor `id` and its file does not.
pub fn differences(id: &str, file: &Vendor, sources: &Vendor) -> Vec<String> {
    let mut found = Vec::new();
    let missing: Vec<&String> = sources
        .hosts
        .iter()
        .filter(|host| !file.hosts.iter().any(|other| hosts::covers(other, host)))
        .collect();
    if !missing.is_empty() {
        found.push(format!("{id}: hosts that only the sources have: {missing:?}"));
    }
    for cookie in sources.cookies.iter().flatten() {
        let same = |name: &str| name == cookie.name || Pattern::of(name).ties_with(Pattern::of(&cookie.name));
        match file.cookies.iter().flatten().find(|other| same(&other.name)) {
            None => found.push(format!("{id}: a cookie that only the sources have: {}", cookie.name)),
            Some(known) if cookie.duration_days.is_some() && known.duration_days != cookie.duration_days => {
                let days = (known.duration_days, cookie.duration_days);
                found.push(format!("{id}: {}: the file and the sources give the days {days:?}", cookie.name));
            }
            Some(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::vendor::Cookie;

    #[test]
    fn only_what_differs_is_named() {
        let cookie = |name: &str, days| Cookie {
            name: name.to_owned(),
            duration_days: Some(days),
            ..Cookie::default()
        };
        let file = Vendor {
            hosts: vec!["*.v.example".to_owned()],
            cookies: Some(vec![cookie("_v_{id}", 365), cookie("same", 1)]),
            ..Vendor::default()
        };
        let sources = Vendor {
            hosts: vec!["cdn.v.example".to_owned(), "*.other.example".to_owned()],
            cookies: Some(vec![cookie("_v_*", 730), cookie("same", 1), cookie("new", 1)]),
            ..Vendor::default()
        };
        let expected = [
            "v: hosts that only the sources have: [\"*.other.example\"]",
            "v: _v_*: the file and the sources give the days (Some(365), Some(730))",
            "v: a cookie that only the sources have: new",
        ];
        assert_eq!(differences("v", &file, &sources), expected);
    }
}
