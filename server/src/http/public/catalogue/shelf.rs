//! The catalogue as it is looked up.

use crate::site::{Catalogue, Index};
use constat_shared::Purposes;
use std::sync::LazyLock;

/// The catalogue as it is read at the first look-up: a start needs none of it.
pub struct Shelf {
    /// The vendors.
    pub index: Index,
    /// The words of what they do.
    pub purposes: Purposes,
}

/// Nothing when the catalogue that ships has a mistake, which a test keeps from being shipped.
pub static SHELF: LazyLock<Option<Shelf>> = LazyLock::new(|| {
    let catalogue = Catalogue::embedded().ok()?;
    Some(Shelf { index: Index::of(&catalogue), purposes: catalogue.purposes().clone() })
});
