//! Where the traced program lives.

use tokio::runtime::Builder;

/// Runs `test` without tokio, in a multi-thread runtime and in a current-thread runtime.
pub(crate) fn everywhere(test: impl Fn()) {
    test();
    for mut runtime in [Builder::new_multi_thread(), Builder::new_current_thread()] {
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async { test() });
    }
}
