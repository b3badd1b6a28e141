//! What the product decides, free of HTTP and of any store.

pub mod consent;
