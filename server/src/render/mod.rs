//! Every body that a site serves, made once, beforehand.

pub mod assets;
pub mod body;
pub mod consent_js;
pub mod pages;
pub mod site;
