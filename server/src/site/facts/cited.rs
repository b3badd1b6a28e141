//! The facts of the catalogue that have a source, and where each was read.

use jiff::ToSpan;
use jiff::civil::Date;

constat_shared::names! {
    /// A fact with a source of its own, in the order in which they are shown.
    Fact;
    /// The company responsible for the service.
    Company = "company";
    /// Its hosts.
    Hosts = "hosts";
    /// What it stores in the browser.
    Cookies = "cookies";
    /// The country of the company that receives the data.
    Country = "country";
    /// The legal ground of a transfer to that country.
    Transfer = "transfer";
    /// Its privacy policy.
    PolicyUrl = "policy_url";
    /// What it processes data for.
    Purposes = "purposes";
}

/// After how many months a fact has to be read again.
const FRESH_MONTHS: i32 = 12;

/// Where a fact was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The pages or collections that it comes from, one at least.
    pub sources: Vec<Source>,
    /// On which day they were read.
    pub read: Date,
    /// The day that the page gives as its last change.
    pub dated: Option<Date>,
}

impl Cited {
    /// Whether it was read more than 12 months before a day.
    pub fn is_stale(&self, today: Date) -> bool {
        self.read < today.saturating_sub(FRESH_MONTHS.months())
    }

    /// The addresses of its sources, with commas.
    pub fn addresses(&self) -> String {
        self.sources.iter().map(|source| source.address.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A page of a vendor, or a collection of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of a collection; a page has none.
    pub title: Option<String>,
    /// Its `https` address.
    pub address: String,
}

/// A fact of the catalogue that the notice of a site uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedFact {
    /// Of which vendor.
    pub vendor: constat_shared::VendorId,
    /// Which.
    pub fact: Fact,
    /// Where it was read.
    pub cited: Cited,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_stale_after_twelve_months() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let cited = Cited { sources: Vec::new(), read: day("2025-11-28"), dated: None };
        assert!(!cited.is_stale(day("2026-11-28")));
        assert!(cited.is_stale(day("2026-11-29")));
    }
}
