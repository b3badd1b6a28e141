//! What routes depend on.

use crate::clock::Clock;
use crate::consent::writer::Writer;
use crate::proof::keys::Keys;
use crate::render::assets::Assets;
use crate::render::earlier::EarlierNotices;
use crate::render::site::Sites;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;

/// One value, handed to every route.
pub struct App {
    /// The sites being served.
    pub sites: Arc<Sites>,
    /// What notices show that are no longer the sites' own.
    pub earlier: Arc<EarlierNotices>,
    /// The store; routes ask it for the part that they need.
    pub store: Arc<dyn Store>,
    /// The way records are written.
    pub writer: Writer,
    /// What dates records.
    pub clock: Arc<Clock>,
    /// What signs receipts and checkpoints.
    pub keys: Arc<Keys>,
    /// How long a request may wait for the store.
    pub deadline: Duration,
    /// The files inside the program: widget, loader, verifier page.
    pub assets: Arc<Assets>,
}
