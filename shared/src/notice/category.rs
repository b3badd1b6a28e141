//! The five categories a tracker can belong to.

use serde::{Deserialize, Serialize};

/// A category of trackers. The set is fixed; which ones a site uses, and which
/// are exempt from consent there, is set in the site file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Strictly necessary: always exempt, cannot be refused.
    Essential,
    /// Preferences and comfort.
    Functional,
    /// Audience measurement.
    Audience,
    /// Advertising and retargeting.
    Advertising,
    /// Services shown inside the page: videos, share buttons, anti-robot checks.
    ThirdParty,
}

impl Category {
    /// All categories, in the order they are shown and encoded.
    pub const ALL: [Category; 5] = [
        Category::Essential,
        Category::Functional,
        Category::Audience,
        Category::Advertising,
        Category::ThirdParty,
    ];

    /// The name on the wire, in site files and in `data-category`.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Essential => "essential",
            Category::Functional => "functional",
            Category::Audience => "audience",
            Category::Advertising => "advertising",
            Category::ThirdParty => "third_party",
        }
    }

    /// The category of that name, if there is one.
    pub fn parse(name: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|c| c.as_str() == name)
    }

    /// The position in [`Category::ALL`], and so in the consent cookie.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
