//! How the checks of a site stand: audits, time-stamps, pictures.

use super::view::check::{Check, Standing};
use super::{difference, moment};
use crate::access::audited::Audited;
use crate::proof::site_history::MonthLog;
use constat_shared::log::Snapshot;
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;

/// After how many days an audit is old.
const AUDIT_DAYS: i64 = 31;
const DAY_MS: i64 = 24 * 3_600_000;

/// How the audits of a site stand.
pub fn audit(last: Option<&Audited>, zone: &TimeZone, language: Language, now: Timestamp) -> Check {
    let Some(last) = last else { return never() };
    let is_old = now.unix_ms() - last.at.unix_ms() > AUDIT_DAYS * DAY_MS;
    Check {
        standing: match last.finding {
            Some(_) => Standing::Failed,
            None if is_old => Standing::Old,
            None => Standing::Good,
        },
        at: Some(moment::moment(last.at, zone, language)),
        finding: difference::sentence(last, language),
    }
}

/// How the time-stamps of one log stand, where the site names an authority, and when the last one was made.
pub fn stamp(log: &MonthLog, has_authority: bool, zone: &TimeZone, language: Language) -> Check {
    stamps(std::slice::from_ref(log), has_authority, zone, language)
}

/// How the time-stamps of all logs stand: as the one that stands worst, with the time of the newest.
pub fn stamps(logs: &[MonthLog], has_authority: bool, zone: &TimeZone, language: Language) -> Check {
    let worst = |one: Standing, other: Standing| match (one, other) {
        (Standing::Never, _) | (_, Standing::Never) => Standing::Never,
        (Standing::Old, _) | (_, Standing::Old) => Standing::Old,
        _ => Standing::Good,
    };
    let standing = match logs.iter().map(of_log).reduce(worst) {
        _ if !has_authority => Standing::Off,
        found => found.unwrap_or(Standing::Never),
    };
    let newest = logs.iter().filter_map(|log| log.stamp.as_ref()).map(|stamp| stamp.at).max();
    Check { standing, at: newest.map(|at| moment::moment(at, zone, language)), finding: None }
}

fn of_log(log: &MonthLog) -> Standing {
    match &log.stamp {
        None => Standing::Never,
        // An entry about the stamp is a leaf itself.
        Some(stamp) if stamp.size + 1 >= log.head.size => Standing::Good,
        Some(_) => Standing::Old,
    }
}

/// How the job that deletes stands: it runs every hour.
pub fn last_run(last: Option<Timestamp>, zone: &TimeZone, language: Language, now: Timestamp) -> Check {
    last.map_or_else(never, |at| Check {
        standing: if now.unix_ms() - at.unix_ms() > DAY_MS { Standing::Old } else { Standing::Good },
        at: Some(moment::moment(at, zone, language)),
        finding: None,
    })
}

/// How the pictures of a notice stand, and when they were taken.
pub fn pictures(taken: Option<&Snapshot>, zone: &TimeZone, language: Language) -> Check {
    let taken = taken.filter(|taken| !taken.images.is_empty());
    taken.map_or_else(never, |taken| Check {
        standing: Standing::Good,
        at: Some(moment::moment(taken.taken_at, zone, language)),
        finding: None,
    })
}

fn never() -> Check {
    Check { standing: Standing::Never, at: None, finding: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::stamps::LastStamp;
    use constat_shared::{Hash, LogId, TreeHead};

    fn at(day: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-11-{day}T08:00:00Z")).unwrap()
    }

    fn log(month: &str, size: u64, stamped: Option<(u64, &str)>) -> MonthLog {
        let stamp = |(size, day): (u64, &str)| LastStamp { at: at(day), size, authority: "x".into() };
        MonthLog {
            log: LogId::named(constat_shared::SiteId::parse("boreale").unwrap(), month).unwrap(),
            head: TreeHead { size, root: Hash::of(b"root") },
            checkpoint: None,
            stamp: stamped.map(stamp),
        }
    }

    fn shown(logs: &[MonthLog]) -> (Standing, Option<String>) {
        let found = stamps(logs, true, &TimeZone::UTC, Language::En);
        (found.standing, found.at.map(|at| at.utc))
    }

    #[test]
    fn stamps_stand_as_the_worst_log_and_have_the_time_of_the_newest() {
        let good = log("2026-11", 9, Some((8, "20")));
        let (old, never) = (log("2026-10", 9, Some((7, "21"))), log("2026-09", 9, None));
        let utc = |day| Some(at(day).to_string());
        assert_eq!(shown(std::slice::from_ref(&good)), (Standing::Good, utc("20")));
        assert_eq!(shown(&[good, old]), (Standing::Old, utc("21")));
        assert_eq!(shown(&[log("2026-11", 9, Some((8, "20"))), never]), (Standing::Never, utc("20")));
        assert_eq!(shown(&[]), (Standing::Never, None));
        let off = stamps(&[log("2026-11", 9, None)], false, &TimeZone::UTC, Language::En);
        assert_eq!(off.standing, Standing::Off);
    }

    #[test]
    fn the_job_that_deletes_is_due_after_a_day() {
        let stands = |last| last_run(last, &TimeZone::UTC, Language::En, at("22")).standing;
        assert_eq!(
            [None, Some(at("20")), Some(at("21"))].map(stands),
            [Standing::Never, Standing::Old, Standing::Good]
        );
    }
}
