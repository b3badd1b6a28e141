//! What this crate makes, checked by independent implementations, and the other
//! way round.

mod notes;
mod receipts;
mod trees;
