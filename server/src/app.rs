//! What the routes depend on.

use crate::assets::Assets;
use crate::keys::Keys;
use crate::served::Sites;
use crate::store::Store;
use crate::writer::Writer;
use std::sync::Arc;
use std::time::Duration;

/// One value, handed to every route.
pub struct App {
    /// The sites being served.
    pub sites: Sites,
    /// Where records are read from.
    pub store: Arc<dyn Store>,
    /// The way records are written.
    pub writer: Writer,
    /// What signs receipts and checkpoints.
    pub keys: Keys,
    /// How long a request may wait for the store.
    pub deadline: Duration,
    /// The widget's files.
    pub assets: Assets,
}
