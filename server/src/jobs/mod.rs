//! Background jobs and long-running work.

pub mod accept_clock;
pub mod cleaning;
pub mod copy;
pub mod demo_records;
pub mod earlier_terms;
pub mod publish;
pub mod retention;
pub mod site_settings;
pub mod snapshot;
pub mod timestamp;
pub mod watched;
