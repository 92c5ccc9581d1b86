//! Tracing installed for the length of one test.
//!
//! What is traced is a matter of the process: one test of a binary records at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mooncake_trace::{Options, Stats, ThreadInfo, TraceContext, TraceGuard};

use crate::spans::{Recorded, Recorder};
use crate::tree;

/// How long a test waits for what must happen at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Waits until no other test of this binary records, for those that install tracing themselves.
pub fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tracing is on, and what is exported is kept.
#[derive(Debug)]
pub struct Recording {
    recorder: Recorder,
    guard: TraceGuard,
    // Goes last.
    _alone: MutexGuard<'static, ()>,
}

impl Recording {
    /// Installs tracing; the calling thread is called `main`.
    ///
    /// # Panics
    /// If it cannot be installed.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// [`start`](Self::start) with other options.
    ///
    /// # Panics
    /// If it cannot be installed.
    #[must_use]
    pub fn with(options: Options) -> Self {
        let alone = alone();
        let recorder = Recorder::default();
        let guard = mooncake_trace::install(recorder.clone(), options)
            .unwrap_or_else(|error| panic!("{error}"));
        mooncake_trace::set_trace_level(3);
        mooncake_trace::clear_trace_modules();
        mooncake_trace::set_thread_info(ThreadInfo::new("main"));
        Self {
            recorder,
            guard,
            _alone: alone,
        }
    }

    /// A request that has begun on this thread, called `request`.
    #[must_use]
    pub fn request(&self) -> TraceContext {
        let ctx = TraceContext::builder("request").build();
        ctx.req_start();
        ctx
    }

    /// Everything that has ended so far.
    ///
    /// # Panics
    /// If it does not come out in time.
    #[must_use]
    pub fn spans(&self) -> Vec<Recorded> {
        assert!(self.guard.flush(PATIENCE), "the flush timed out");
        self.recorder.spans()
    }

    /// What has been exported so far, without a flush.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The books of the process.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.guard.stats()
    }

    /// The guard of the installation.
    pub fn guard(&self) -> &TraceGuard {
        &self.guard
    }

    /// Compares everything that has ended so far with a tree (see [`tree::render`]).
    ///
    /// # Panics
    /// If it is another tree.
    #[track_caller]
    pub fn assert_tree(&self, expected: &str) {
        tree::assert_tree(&self.spans(), expected);
    }
}

/// Waits for a condition that must come true soon.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::yield_now();
    }
}
