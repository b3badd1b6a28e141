//! Every body that a site serves, made beforehand; what an earlier notice shows,
//! when it is asked for.

pub mod assets;
pub mod body;
pub mod consent_js;
pub mod consent_snippet;
pub mod debug_js;
pub mod earlier;
mod host_rules;
pub mod pages;
pub mod policy;
mod recent;
pub mod site;
pub mod tag_settings;
pub mod terms;
