//! The embedded store agrees with the model.

use super::new_store::new_store;
use crate::store::contract::random;

#[test]
fn every_sequence_agrees_with_a_model() {
    random::every_sequence_agrees_with_a_model(random::CASES, new_store);
}
