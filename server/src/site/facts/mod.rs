//! Facts about vendors, cookies, purposes and texts: the rules for them, and the catalogue that ships.

pub mod catalogue;
pub mod cookies;
pub mod known;
pub mod languages;
pub mod purposes;
pub mod texts;
pub mod vendor;
