//! Sites: what their owners write in a TOML file, checked, and the notice it
//! stands for.

mod catalogue;
mod facts;
mod file;
mod folder;
mod notice;
mod site;
mod tags;
#[cfg(test)]
mod tests;

pub use catalogue::{By, Catalogue, Index, Published, default_texts};
pub use facts::cited::{Cited, Fact};
pub use facts::known::{KnownCookie, KnownVendor, Level};
pub use file::report::{SiteError, all_mistakes};
pub use folder::{SiteFolder, read_file};
pub use notice::hidden_cookies::HiddenCookie;
pub use site::{Site, parse};
pub use tags::consent_mode::{ConsentMode, ConsentType, Decider, Region};
pub use tags::{Signal, Tags, UnknownHosts};
