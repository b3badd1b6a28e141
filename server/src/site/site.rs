//! A site, made from the text of its file.

use super::catalogue::Catalogue;
use super::facts::cited::UsedFact;
use super::file::report::{Report, SiteError};
use super::file::schema::SiteFile;
use super::file::{source, values};
use super::notice::first_party::{self, FirstParty};
use super::notice::hidden_cookies::HiddenCookie;
use super::notice::notice::{self, Made};
use super::tags::{self, Tags};
use constat_shared::{Hash, LogShards, PublishedNotice, SiteId};
use jiff::civil::Date;

/// The time zone of a site that names none.
pub const UTC: &str = "UTC";

/// A site: its notice, and the origins its pages come from.
#[derive(Clone, Debug)]
pub struct Site {
    /// What its visitors are shown.
    pub notice: PublishedNotice,
    /// Where its pages are, as browsers write it in the `Origin` header.
    pub origins: Vec<String>,
    /// Whether visitors who refused everything are asked again too, when something came or changed in the
    /// terms. It is nothing a visitor is shown.
    pub ask_refusers_again: bool,
    /// The time-stamping authority that `constat timestamp` asks; none when
    /// the site names none. It is nothing a visitor is shown.
    pub timestamp_authority: Option<String>,
    /// The IANA name of the time zone in which the console shows its moments. It is nothing a visitor is shown.
    pub time_zone: String,
    /// Over how many logs a month its records are spread.
    pub log_shards: LogShards,
    /// First-party mode; none where the pages ask this server at a host of its own. It is nothing a visitor is
    /// shown.
    pub first_party: Option<FirstParty>,
    /// The cookies that an answer deletes in first-party mode. They are nothing a visitor is shown.
    pub hidden_cookies: Vec<HiddenCookie>,
    /// What its tags need of the loader. It is nothing a visitor is shown.
    pub tags: Tags,
    /// The facts of its vendors that come from the catalogue.
    pub facts: Vec<UsedFact>,
    /// SHA-256 of the file: while it stays the same, nothing is published.
    pub file_hash: Hash,
}

impl Site {
    /// Whether pages of that origin may speak for this site.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }

    /// What its owner should know on that day, though nothing is wrong with the file: a sentence each.
    pub fn warnings(&self, today: Date) -> Vec<String> {
        let months = self.notice.lifetimes.choice().get();
        let safari = self.first_party.is_none().then(|| {
            format!(
                "Safari keeps the choice for 7 days, not {months} months, because a script writes its cookie. Set \
                 `first_party = true`, and let the site's own host pass Constat on (docs/first-party.md)."
            )
        });
        let undeleted = self.hidden_cookies.iter().filter_map(|cookie| {
            let (vendor, name) = (&cookie.vendor, &cookie.name);
            let why = match (&self.first_party, cookie.is_pattern()) {
                (None, _) => "without `first_party = true` at the top of the file",
                (Some(_), true) => "because its name ends with `*`: write the whole name",
                (Some(_), false) => return None,
            };
            Some(format!("The cookie `{name}` of `{vendor}` cannot be deleted {why}."))
        });
        let stale = self.facts.iter().filter(|used| used.cited.is_stale(today)).map(|used| {
            let UsedFact { vendor, fact, cited } = used;
            format!(
                "`{fact}` of `{vendor}` was read more than 12 months ago, on {}. Compare it with {}, and write it \
                 in the vendor's table.",
                cited.read,
                cited.addresses()
            )
        });
        let tags = self.costs_of_tags().chain(self.tags.consent_mode_surprises(&self.notice));
        safari.into_iter().chain(undeleted).chain(stale).chain(tags).collect()
    }

    /// What it takes in the pages, and costs there, to block without marks and to have a policy.
    fn costs_of_tags(&self) -> impl Iterator<Item = String> {
        let first = self.tags.auto_block.is_some().then_some(
            "With `auto_block` the tag stands without `async`, first in `<head>`, and behind it `<meta \
             http-equiv=\"Content-Security-Policy\" content=\"\">`: pages wait for it, and Chromium fetches less \
             ahead (docs/page.md).",
        );
        let policy = self.tags.csp_hosts.is_some().then_some(
            "A page with the policy of the visitor's choice is loaded again when more is allowed, and goes out with \
             `Vary: Cookie`, so shared caches keep no copy for everybody (docs/csp.md).",
        );
        let cookie = (self.tags.csp_hosts.is_some() && self.first_party.is_none()).then_some(
            "The policy of the visitor's choice needs `first_party = true`: the site's own server has to see the \
             cookie and to ask Constat.",
        );
        [first, policy, cookie].into_iter().flatten().map(str::to_owned)
    }
}

/// Reads a site from the text of its file.
///
/// # Errors
/// Every mistake in it, by line.
pub fn parse(file_name: &str, text: &str, catalogue: &Catalogue) -> Result<Site, Vec<SiteError>> {
    parse_with_line(file_name, text, catalogue).map(|(site, _)| site)
}

/// The site, and the line its id is on.
pub fn parse_with_line(
    file_name: &str,
    text: &str,
    catalogue: &Catalogue,
) -> Result<(Site, Option<usize>), Vec<SiteError>> {
    let mut report = Report::new(file_name);
    let mut file: Option<SiteFile> = source::read(text, &mut report);
    let authority = file.as_mut().and_then(|file| file.timestamp_authority.take());
    let timestamp_authority =
        authority.and_then(|url| report.take("timestamp_authority", values::timestamp_authority(&url)));
    let ask_refusers_again = file.as_ref().and_then(|file| file.ask_refusers_again).unwrap_or_default();
    let zone = file.as_mut().and_then(|file| file.time_zone.take());
    let time_zone = zone.and_then(|zone| report.take("time_zone", values::time_zone(&zone)));
    let shards = file.as_mut().and_then(|file| file.log_shards.take());
    let log_shards = shards.and_then(|count| report.take("log_shards", values::log_shards(count)));
    let first_party = file.as_ref().and_then(|file| first_party::check(file, &mut report));
    let file_hash = Hash::of(text.as_bytes());
    let id = file.as_ref().and_then(|file| SiteId::parse(file.id.as_deref()?).ok());
    let published = id.and_then(|id| catalogue.published(&id, file_hash));
    let pinned = published.map(|published| catalogue.as_in(&published.notice));
    let of = pinned.as_ref().unwrap_or(catalogue);
    let checked = file.and_then(|mut file| {
        let made = notice::make(&mut file, of, &mut report)?;
        let tags = tags::check(&file, &made.notice, catalogue, &mut report);
        Some((made, tags))
    });
    let site = checked.map(|(made, tags)| {
        let Made { notice, origins, hidden_cookies, facts } = made;
        let same = published.filter(|published| published.file == Some(file_hash));
        let notice = same.map_or_else(|| PublishedNotice::new(notice), |same| same.notice.clone());
        let log_shards = log_shards.unwrap_or(LogShards::ONE);
        let time_zone = time_zone.unwrap_or_else(|| UTC.to_owned());
        Site {
            notice,
            origins,
            ask_refusers_again,
            timestamp_authority,
            time_zone,
            log_shards,
            first_party,
            hidden_cookies,
            tags,
            facts,
            file_hash,
        }
    });
    let line = report.line_of("id");
    report.finish(site).map(|site| (site, line))
}
