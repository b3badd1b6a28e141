//! Facts about vendors, cookies, purposes and texts, and the rules for them.

pub mod cited;
pub mod cookies;
pub mod known;
pub mod languages;
pub mod purposes;
pub mod texts;
pub mod vendor;
