//! The embedded store keeps every contract.

use super::new_store::new_store;
use crate::store::contract;

macro_rules! tests {
    ($($part:ident::$name:ident)*) => {$(
        #[test]
        fn $name() {
            contract::$part::$name(&new_store().1);
        }
    )*};
}
contract::every_contract!(tests);
contract::every_copy_contract!(tests);
