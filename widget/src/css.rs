//! The styles, as text.

/// The style of the first layer and of what the two layers share.
pub const FIRST_LAYER_CSS: &str = include_str!("style/first_layer.css");

/// The style of the notice for a browser that refuses by a signal, beside that of the first layer.
pub const SIGNAL_CSS: &str = include_str!("style/signal.css");

/// The style of the configuration layer.
pub const CONFIGURATION_CSS: &str = include_str!("style/configuration.css");
