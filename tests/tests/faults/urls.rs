//! Where the two servers are, while they are killed and started again.

use std::sync::{Arc, Mutex, PoisonError};

/// Where the two servers are now.
#[derive(Clone)]
pub struct Urls(Arc<Mutex<[String; 2]>>);

impl Urls {
    /// The addresses of both.
    pub fn new(urls: [String; 2]) -> Urls {
        Urls(Arc::new(Mutex::new(urls)))
    }

    /// The address of one.
    pub fn of(&self, server: usize) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[server].clone()
    }

    /// Changes the address of one.
    pub fn set(&self, server: usize, url: &str) {
        url.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)[server]);
    }
}
