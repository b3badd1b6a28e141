//! Schemas, from JSON and by name.

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

/// A schema from its JSON.
pub fn schema(json: Value) -> RefOr<Schema> {
    serde_json::from_value(json).expect("the schemas of this program are schemas")
}

/// A reference to a schema of the document.
pub fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
