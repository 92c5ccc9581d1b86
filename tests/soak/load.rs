//! Threads that record at a steady rate: requests of ten spans, with two attributes on each slice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mooncake_trace::{MooncakeRequestStage, TraceContext};

const SPANS_PER_REQUEST: u64 = 10;

pub(crate) struct Load {
    made: Arc<AtomicU64>,
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Load {
    pub(crate) fn start(threads: u64, spans_per_second: u64) -> Self {
        let made = Arc::new(AtomicU64::new(0));
        let period = Duration::from_millis(1);
        let per_period = spans_per_second / threads / 1000 / SPANS_PER_REQUEST;
        let threads = (0..threads)
            .map(|_| {
                let (stop, stopped) = mpsc::channel();
                let made = Arc::clone(&made);
                let thread = thread::spawn(move || {
                    let mut next = Instant::now();
                    loop {
                        for _ in 0..per_period {
                            request();
                        }
                        made.fetch_add(per_period * SPANS_PER_REQUEST, Relaxed);
                        next += period;
                        let pause = next.saturating_duration_since(Instant::now());
                        if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                            return;
                        }
                    }
                });
                (stop, thread)
            })
            .collect();
        Self { made, threads }
    }

    /// Lets the load run for a while.
    pub(crate) fn pause(&self, time: Duration) {
        thread::park_timeout(time);
    }

    /// Ends the threads and says how many spans they have made.
    pub(crate) fn stop(self) -> u64 {
        for (stop, thread) in self.threads {
            drop(stop);
            thread.join().expect("no panic");
        }
        self.made.load(Relaxed)
    }
}

fn request() {
    let ctx = TraceContext::builder("soak").module("mooncake").build();
    ctx.req_start();
    for chunk in 0..SPANS_PER_REQUEST - 2 {
        let attrs = [("chunk", chunk.into()), ("mode", "prefill".into())];
        drop(ctx.slice_with(&MooncakeRequestStage::MOONCAKE_SEND, &attrs));
    }
    ctx.req_finish();
}
