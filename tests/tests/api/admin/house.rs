//! One console for all tests that only add to it.

use constat_tests::api::Shared;
use constat_tests::console::House;
use std::sync::Arc;

/// The console that they share.
pub async fn shared() -> Arc<House> {
    static HOUSE: Shared<House> = Shared::new();
    HOUSE.get(async || House::start()).await
}
