//! What the visitor sees.

pub mod app;
pub mod banner;
pub mod category;
pub mod configuration;
pub mod props;
pub mod signal;
pub mod stored_choice;
pub mod switch;
pub mod vendor;
