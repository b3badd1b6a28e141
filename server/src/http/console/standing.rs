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
/// After how many days a time-stamp of a log that has grown since is old: the operator asks for one every day.
const STAMP_DAYS: i64 = 2;
const DAY_MS: i64 = 24 * 3_600_000;

/// How the audits of a site stand. While one runs, a difference that the last one found stays.
pub fn audit(
    last: Option<&Audited>,
    running_since: Option<Timestamp>,
    zone: &TimeZone,
    language: Language,
    now: Timestamp,
) -> Check {
    let has_failed = last.is_some_and(|last| last.finding.is_some());
    if let Some(since) = running_since.filter(|_| !has_failed) {
        let at = Some(moment::moment(since, zone, language));
        return Check { standing: Standing::Running, at, finding: None };
    }
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
pub fn stamp(
    log: &MonthLog,
    has_authority: bool,
    zone: &TimeZone,
    language: Language,
    now: Timestamp,
) -> Check {
    stamps(std::slice::from_ref(log), has_authority, zone, language, now)
}

/// How the time-stamps of all logs stand: as the one that stands worst, with the time of the newest.
pub fn stamps(
    logs: &[MonthLog],
    has_authority: bool,
    zone: &TimeZone,
    language: Language,
    now: Timestamp,
) -> Check {
    let worst = |one: Standing, other: Standing| match (one, other) {
        (Standing::Never, _) | (_, Standing::Never) => Standing::Never,
        (Standing::Old, _) | (_, Standing::Old) => Standing::Old,
        _ => Standing::Good,
    };
    let standing = match logs.iter().map(|log| of_log(log, now)).reduce(worst) {
        _ if !has_authority => Standing::Off,
        found => found.unwrap_or(Standing::Never),
    };
    let newest = logs.iter().filter_map(|log| log.stamp.as_ref()).map(|stamp| stamp.at).max();
    Check { standing, at: newest.map(|at| moment::moment(at, zone, language)), finding: None }
}

fn of_log(log: &MonthLog, now: Timestamp) -> Standing {
    let Some(stamp) = &log.stamp else { return Standing::Never };
    // An entry about the stamp is a leaf itself.
    let is_whole = stamp.size + 1 >= log.head.size;
    let is_recent = now.unix_ms() - stamp.at.unix_ms() <= STAMP_DAYS * DAY_MS;
    if is_whole || is_recent { Standing::Good } else { Standing::Old }
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
        let found = stamps(logs, true, &TimeZone::UTC, Language::En, at("23"));
        (found.standing, found.at.map(|at| at.utc))
    }

    #[test]
    fn stamps_stand_as_the_worst_log_and_have_the_time_of_the_newest() {
        let good = log("2026-11", 9, Some((8, "20")));
        let (old, never) = (log("2026-10", 9, Some((7, "20"))), log("2026-09", 9, None));
        let utc = |day| Some(at(day).to_string());
        assert_eq!(shown(std::slice::from_ref(&good)), (Standing::Good, utc("20")));
        assert_eq!(shown(&[log("2026-10", 99, Some((7, "21")))]), (Standing::Good, utc("21")), "of this day");
        assert_eq!(shown(&[good, old]), (Standing::Old, utc("20")));
        assert_eq!(shown(&[log("2026-11", 9, Some((8, "20"))), never]), (Standing::Never, utc("20")));
        assert_eq!(shown(&[]), (Standing::Never, None));
        let off = stamps(&[log("2026-11", 9, None)], false, &TimeZone::UTC, Language::En, at("23"));
        assert_eq!(off.standing, Standing::Off);
    }

    #[test]
    fn an_audit_that_runs_is_shown_as_running_unless_the_last_one_failed() {
        let audited = |day, finding: Option<&str>| Audited {
            at: at(day),
            by: "x".into(),
            leaf_count: 1,
            finding: finding.map(str::to_owned),
            difference: None,
        };
        let stands = |last: Option<&Audited>, running| {
            audit(last, running, &TimeZone::UTC, Language::En, at("22")).standing
        };
        let (good, failed) = (audited("20", None), audited("20", Some("leaf 1 differs")));
        let running = Some(at("22"));
        assert_eq!([stands(None, None), stands(None, running)], [Standing::Never, Standing::Running]);
        assert_eq!(
            [stands(Some(&good), None), stands(Some(&good), running)],
            [Standing::Good, Standing::Running]
        );
        assert_eq!([stands(Some(&failed), None), stands(Some(&failed), running)], [Standing::Failed; 2]);
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
