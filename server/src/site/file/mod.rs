//! A site file as text: its schema, its lines, the form of its values, and the mistakes in it.

pub mod encoding;
pub mod report;
pub mod schema;
pub mod source;
pub mod values;
