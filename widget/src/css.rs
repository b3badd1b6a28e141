//! The styles, as text.

/// The style of the first layer and of what the two layers share.
pub const FIRST_LAYER_CSS: &str = include_str!("style/first_layer.css");

/// The style of the configuration layer.
pub const CONFIGURATION_CSS: &str = include_str!("style/configuration.css");
