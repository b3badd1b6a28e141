//! Cases of one test that are told apart by name.

/// Runs a case in a thread of that name: when it panics, the message names it.
pub fn named<T: Send>(name: &str, case: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, case);
        let ended = thread.expect("a thread can be started").join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
