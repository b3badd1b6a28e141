//! The time zone in which the moments of a site are shown.

use crate::http::console::state::Console;
use crate::render::site::ServedSite;
use constat_shared::SiteId;
use jiff::tz::TimeZone;

/// The zone of a site, from its site file; UTC for one that is not served.
pub fn of(console: &Console, site: &SiteId) -> TimeZone {
    console.app.sites.get(site).map_or(TimeZone::UTC, |site| of_site(&site))
}

/// The zone of a served site.
pub fn of_site(site: &ServedSite) -> TimeZone {
    TimeZone::get(&site.site.time_zone).unwrap_or(TimeZone::UTC)
}
