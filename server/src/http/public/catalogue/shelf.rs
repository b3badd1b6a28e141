//! The catalogue as it is looked up.

use crate::site::{Catalogue, Index};
use std::sync::LazyLock;

/// The catalogue as it is read at the first look-up: a start needs none of it.
pub struct Shelf {
    /// All of it, with the words of purposes and categories.
    pub catalogue: Catalogue,
    /// Its vendors.
    pub index: Index,
}

/// Nothing when the catalogue that ships has a mistake, which a test keeps from being shipped.
pub static SHELF: LazyLock<Option<Shelf>> = LazyLock::new(|| {
    let catalogue = Catalogue::embedded().ok()?;
    Some(Shelf { index: Index::of(&catalogue), catalogue })
});
