//! The documents: what they tell a reader to do works, and what they name is there.

mod addresses;
mod commands;
mod comments;
mod first_party;
mod help;
mod links;
mod markdown;
mod names;
mod openings;
mod output;
mod page;
mod session;
mod shell;
mod site_files;
