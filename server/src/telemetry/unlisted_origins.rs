//! Answers that are refused because the site file does not list the page's origin: its owner has forgotten
//! an address. Any page can cause them without end, so that each origin has one line an hour.

use constat_shared::{SiteId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an origin is remembered.
const HOUR: Duration = Duration::from_secs(3600);
/// The most origins that are remembered, of all sites together.
const ORIGINS_MAX: usize = 100;
/// The most characters of an origin in a line: a host has 253 at most.
const ORIGIN_CHARS_MAX: usize = 280;

static SEEN: Mutex<Seen> = Mutex::new(Seen { since: None, origins: BTreeSet::new(), said_full: false });

/// What had a line within the hour.
struct Seen {
    since: Option<Instant>,
    origins: BTreeSet<(SiteId, String)>,
    said_full: bool,
}

/// What there is to write.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// The first one of an origin.
    Origin,
    /// The first one of an origin too many.
    Full,
}

impl Seen {
    fn line(&mut self, site: &SiteId, origin: &str, now: Instant) -> Option<Line> {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= HOUR) {
            *self = Seen { since: Some(now), origins: BTreeSet::new(), said_full: false };
        }
        let origin = (site.clone(), origin.to_owned());
        if self.origins.contains(&origin) {
            return None;
        }
        if self.origins.len() < ORIGINS_MAX {
            self.origins.insert(origin);
            return Some(Line::Origin);
        }
        let is_first = !std::mem::replace(&mut self.said_full, true);
        is_first.then_some(Line::Full)
    }
}

/// When each origin was refused last, since the server started; at most [`ORIGINS_MAX`].
static LAST: Mutex<BTreeMap<(SiteId, String), Timestamp>> = Mutex::new(BTreeMap::new());

/// The origins whose pages were refused for a site since the server started, and when last; by origin.
pub fn unlisted_origins(site: &SiteId) -> Vec<(String, Timestamp)> {
    let all = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().filter(|((of, _), _)| of == site).map(|((_, origin), at)| (origin.clone(), *at)).collect()
}

fn remember(site: &SiteId, origin: &str, now: Timestamp) {
    let mut all = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (site.clone(), origin.to_owned());
    if all.len() < ORIGINS_MAX || all.contains_key(&key) {
        all.insert(key, now);
    }
}

/// Writes that a page of this origin was refused, unless it was written within the hour.
pub fn count_unlisted(site: &SiteId, origin: &str, now: Timestamp) {
    let origin: String = origin.chars().take(ORIGIN_CHARS_MAX).collect();
    remember(site, &origin, now);
    let line = SEEN.lock().unwrap_or_else(PoisonError::into_inner).line(site, &origin, Instant::now());
    match line {
        Some(Line::Origin) => tracing::warn!(
            %site,
            %origin,
            "answers are refused: the page's origin is not in `origins` of the site file"
        ),
        Some(Line::Full) => {
            tracing::warn!(
                "answers of more origins that no site file lists are refused, and not named this hour"
            )
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(id: &str) -> SiteId {
        SiteId::parse(id).expect("it is a slug")
    }

    fn nothing() -> Seen {
        Seen { since: None, origins: BTreeSet::new(), said_full: false }
    }

    #[test]
    fn an_origin_of_a_site_has_one_line_an_hour() {
        let (mut seen, now) = (nothing(), Instant::now());
        assert_eq!(seen.line(&site("a"), "https://a.example", now), Some(Line::Origin));
        assert_eq!(seen.line(&site("a"), "https://a.example", now + HOUR / 2), None);
        assert_eq!(seen.line(&site("b"), "https://a.example", now), Some(Line::Origin));
        assert_eq!(seen.line(&site("a"), "null", now), Some(Line::Origin));
        assert_eq!(seen.line(&site("a"), "https://a.example", now + HOUR), Some(Line::Origin));
    }

    #[test]
    fn origins_without_end_have_so_many_lines_and_one_more() {
        let (mut seen, now) = (nothing(), Instant::now());
        let lines = |seen: &mut Seen, at| {
            let all =
                (0..3 * ORIGINS_MAX).filter_map(|number| seen.line(&site("a"), &number.to_string(), at));
            all.fold((0, 0), |(named, full), line| match line {
                Line::Origin => (named + 1, full),
                Line::Full => (named, full + 1),
            })
        };
        assert_eq!(lines(&mut seen, now), (ORIGINS_MAX, 1));
        assert_eq!(lines(&mut seen, now), (0, 0));
        assert!(seen.origins.len() <= ORIGINS_MAX);
        assert_eq!(lines(&mut seen, now + HOUR), (ORIGINS_MAX, 1), "the next hour begins with nothing");
    }
}
