//! Pictures of what every notice shows, as evidence.

mod pack_folder;
pub mod packs;
mod pictures;
