//! The name of a log: site, month and, for a very large site, shard.

use super::shard::{LogShards, Shard};
use crate::consent::Record;
use crate::values::{Month, SiteId};
use serde::{Deserialize, Serialize};

/// The identity of a log: a site, a month, and one of its shards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogId {
    /// The site.
    pub site: SiteId,
    /// The month in which its records were accepted.
    pub month: Month,
    /// Which of the site's logs of that month.
    #[serde(default, skip_serializing_if = "Shard::is_only")]
    pub shard: Shard,
}

impl LogId {
    /// The log of a record, by its site, the month in which it was accepted, and
    /// the shard of its consent id.
    pub fn of(record: &Record, shards: LogShards) -> LogId {
        let (month, shard) = (Month::of(record.recorded_at), shards.of(&record.consent_id));
        LogId { site: record.site.clone(), month, shard }
    }

    /// The log to which the server adds entries that concern the whole site.
    pub fn first(site: SiteId, month: Month, shards: LogShards) -> LogId {
        LogId { site, month, shard: shards.first() }
    }

    /// The log of the same shard in another month.
    pub fn in_month(&self, month: Month) -> LogId {
        LogId { month, ..self.clone() }
    }

    /// Whether both belong to the same shard, in the same or in different months.
    pub fn is_beside(&self, other: &LogId) -> bool {
        self.site == other.site && self.shard == other.shard
    }

    /// Its name among the site's: `2026-03`, or `2026-03/2of4` when the site has several.
    pub fn name(&self) -> String {
        let LogId { month, shard, .. } = self;
        if shard.is_only() { month.to_string() } else { format!("{month}/{shard}") }
    }

    /// The log of a site with that [`LogId::name`].
    pub fn named(site: SiteId, name: &str) -> Option<LogId> {
        let (month, shard) = match name.split_once('/') {
            Some((month, shard)) => (month, Shard::parse(shard).ok()?),
            None => (name, Shard::ONLY),
        };
        let log = LogId { site, month: Month::parse(month).ok()?, shard };
        // Each log has one name only: 2026-03/1of1 is refused.
        (log.name() == name).then_some(log)
    }

    /// The log's name in its checkpoints: `constat/{site}/{name}`.
    pub fn origin(&self) -> String {
        format!("constat/{}/{}", self.site, self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_its_shard_in_its_name_when_there_is_more_than_one() {
        let site = || SiteId::parse("boreale").unwrap();
        let log = LogId::named(site(), "2026-03").unwrap();
        assert_eq!(log.origin(), "constat/boreale/2026-03");
        assert_eq!(serde_json::to_string(&log).unwrap(), r#"{"site":"boreale","month":"2026-03"}"#);
        let log = LogId::named(site(), "2026-03/2of4").unwrap();
        assert_eq!(log.origin(), "constat/boreale/2026-03/2of4");
        let json = r#"{"site":"boreale","month":"2026-03","shard":"2of4"}"#;
        assert_eq!(serde_json::to_string(&log).unwrap(), json);
        assert_eq!(serde_json::from_str::<LogId>(json).unwrap(), log);
        for bad in ["", "2026-03/", "2026-03/1of1", "2026-03/5of4", "2026-3", "2026-03/2of4/"] {
            assert_eq!(LogId::named(site(), bad), None, "{bad}");
        }
    }
}
