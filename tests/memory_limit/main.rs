//! A pool that is too small for what is recorded: whole slices are dropped, and every one of them is counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use mooncake_trace::{Batch, ExportError, Exporter, Options, Receipt, TraceContext};
use mooncake_trace_tests::{PATIENCE, assert_balanced};

mooncake_trace::define_stages! {
    Kv(module = "kv") { WRITE(level = 1) }
}

const THREADS: u64 = 4;
const REQUESTS: u64 = 400;
const SLICES: u64 = 100;
const LIMIT: usize = 256 << 10;

/// Counts spans; while the test holds the gate, it waits there.
struct Gated {
    gate: Arc<Mutex<()>>,
    spans: Arc<AtomicU64>,
}

impl Exporter for Gated {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        drop(self.gate.lock());
        let mut seen = 0;
        batch.for_each(|span| {
            assert!(
                span.span_id != 0 && span.end_ns >= span.start_ns,
                "a damaged span: {span:?}"
            );
            assert!(
                ["write", "Req flat-out"].contains(&&*span.name)
                    || span.name.starts_with("unknown")
            );
            seen += 1;
        });
        self.spans.fetch_add(seen, Ordering::Relaxed);
        Ok(Receipt::all())
    }
}

fn record_flat_out() {
    for _ in 0..REQUESTS {
        let ctx = TraceContext::builder("flat-out").build();
        ctx.req_start();
        for n in 0..SLICES {
            ctx.slice(&Kv::WRITE).attr("n", n);
        }
        ctx.req_finish();
    }
}

#[test]
fn at_every_moment_each_span_is_somewhere() {
    let gate = Arc::new(Mutex::new(()));
    let spans = Arc::new(AtomicU64::new(0));
    let exporter = Gated {
        gate: Arc::clone(&gate),
        spans: Arc::clone(&spans),
    };
    let guard = mooncake_trace::install(exporter, Options::default().memory_limit(LIMIT)).unwrap();
    for held in [true, false, true] {
        let before = guard.stats();
        let closed = held.then(|| gate.lock().unwrap());
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(record_flat_out)).collect();
            let poll = scope.spawn(|| {
                let mut last = before;
                while !done.load(Ordering::Relaxed) {
                    let stats = guard.stats();
                    assert_balanced(&stats);
                    assert!(stats.recorded >= last.recorded && stats.exported >= last.exported);
                    assert!(stats.dropped.total() >= last.dropped.total());
                    last = stats;
                }
            });
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
            done.store(true, Ordering::Relaxed);
            poll.join().unwrap();
        });
        drop(closed);
        assert!(guard.flush(PATIENCE));
        let after = guard.stats();
        assert_balanced(&after);
        assert_eq!(after.in_flight, 0);
        let recorded = THREADS * REQUESTS * (SLICES + 2);
        assert_eq!(after.recorded - before.recorded, recorded);
        let dropped = after.dropped.buffer_full - before.dropped.buffer_full;
        assert_eq!(after.exported - before.exported, recorded - dropped);
        // A record takes 80 bytes at least, so this many cannot have been kept while nothing was exported.
        let kept = (LIMIT as u64 + (4 << 20)) / 80;
        assert!(
            !held || dropped > recorded - kept,
            "{dropped} dropped of {recorded}"
        );
        assert_eq!(spans.load(Ordering::Relaxed), after.exported);
    }
    // There is room again.
    let before = guard.stats();
    let ctx = TraceContext::builder("flat-out").build();
    ctx.req_start();
    ctx.req_finish();
    let report = guard.shutdown(PATIENCE);
    assert!(report.complete);
    assert_eq!(report.stats.exported - before.exported, 2);
}
