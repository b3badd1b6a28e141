//! The thread that reads and writes while callers wait.

use crate::store::StoreError;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use tokio::runtime::Runtime;

/// The runtime that reads and writes while callers wait; `None` only during drop.
pub struct Driver(Option<Runtime>);

impl Driver {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the system refuses a thread.
    pub fn start() -> Result<Driver, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok(Driver(Some(runtime)))
    }

    /// Waits on the caller's thread, which may belong to another runtime.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        struct Caller(Thread);
        impl Wake for Caller {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let _entered = self.0.as_ref().map(Runtime::enter);
        let waker = Arc::new(Caller(std::thread::current())).into();
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
