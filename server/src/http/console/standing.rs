//! How the checks of a site stand: audits, time-stamps, pictures.

use super::moment;
use super::view::check::{Check, Standing};
use crate::access::audited::Audited;
use crate::proof::site_history::MonthLog;
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
        finding: last.finding.clone(),
    }
}

/// How the time-stamps of one log stand, where the site names an authority.
pub fn stamp(log: &MonthLog, has_authority: bool) -> Check {
    let standing = match log.stamped_size {
        _ if !has_authority => Standing::Off,
        None => Standing::Never,
        // An entry about the stamp is a leaf itself.
        Some(size) if size + 1 >= log.head.size => Standing::Good,
        Some(_) => Standing::Old,
    };
    Check { standing, at: None, finding: None }
}

/// How the time-stamps of all logs stand: as the one that stands worst.
pub fn stamps(logs: &[MonthLog], has_authority: bool) -> Check {
    let mut all = logs.iter().map(|log| stamp(log, has_authority));
    let worst = |check: &Check| match check.standing {
        Standing::Failed => 4,
        Standing::Never => 3,
        Standing::Old => 2,
        Standing::Good => 1,
        Standing::Off => 0,
    };
    let first = all.next().unwrap_or_else(|| Check {
        standing: if has_authority { Standing::Never } else { Standing::Off },
        ..never()
    });
    all.fold(first, |found, next| if worst(&next) > worst(&found) { next } else { found })
}

fn never() -> Check {
    Check { standing: Standing::Never, at: None, finding: None }
}
