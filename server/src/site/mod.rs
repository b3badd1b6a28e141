//! Sites: what their owners write in a TOML file, checked, and the notice it
//! stands for.

mod facts;
mod file;
mod folder;
mod notice;
mod site;
#[cfg(test)]
mod tests;

pub use facts::catalogue::{Catalogue, default_texts};
pub use file::report::{SiteError, all_mistakes};
pub use folder::{SiteFolder, read_file};
pub use notice::hidden_cookies::HiddenCookie;
pub use site::{Site, parse};
