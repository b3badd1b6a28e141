//! What the visitor sees, from the outside in.

pub mod app;
pub mod banner;
pub mod category;
pub mod configuration;
pub mod props;
pub mod stored_choice;
pub mod switch;
pub mod vendor;
