//! What a site file says of the tags that a site already has: whom the loader tells of the choice, and what it
//! blocks without marks. Nothing of it is shown to visitors, so nothing of it is in the notice.

mod blocking;
pub mod consent_mode;
mod signals;
mod tags;

pub use blocking::UnknownHosts;
pub use signals::Signal;
pub use tags::{Tags, check};
