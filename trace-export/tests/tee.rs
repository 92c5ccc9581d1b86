//! One stream to several exporters: each gets every batch once, whatever the others say.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mooncake_trace::{
    Batch, ExportError, Exporter, MooncakeRequestStage, Options, Receipt, Stats, TraceContext,
    install, stats,
};
use mooncake_trace_export::exporter::Tee;

const PATIENCE: Duration = Duration::from_secs(30);

/// Counts what it takes; refuses the first `away` times, for now or for good.
#[derive(Clone, Default)]
struct Taker {
    spans: Arc<AtomicU64>,
    away: Arc<AtomicU64>,
    for_good: bool,
}

impl Taker {
    fn away(times: u64, for_good: bool) -> Self {
        let taker = Self {
            for_good,
            ..Self::default()
        };
        taker.away.store(times, SeqCst);
        taker
    }
}

impl Exporter for Taker {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        if self.away.load(SeqCst) > 0 {
            self.away.fetch_sub(1, SeqCst);
            let error = ExportError::new("away");
            return Err(if self.for_good {
                error
            } else {
                error.retry(None)
            });
        }
        self.spans.fetch_add(batch.len() as u64, SeqCst);
        Ok(Receipt::all())
    }
}

/// Tracing is a matter of the process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Three spans through both, and what the books say of them.
fn three_spans(first: &Taker, second: &Taker) -> Stats {
    let before = stats();
    let tee = Tee::default().and(first.clone()).and(second.clone());
    let guard = install(tee, Options::default()).expect("it is the only one");
    let ctx = TraceContext::builder("r").build();
    ctx.req_start();
    drop(ctx.slice(&MooncakeRequestStage::MOONCAKE_SEND));
    ctx.req_finish();
    let mut books = guard.shutdown(PATIENCE).stats;
    books.recorded -= before.recorded;
    books.exported -= before.exported;
    books.dropped.export_failed -= before.dropped.export_failed;
    books
}

#[test]
fn a_batch_comes_again_only_to_the_one_that_was_away() {
    let _alone = alone();
    let (steady, flaky) = (Taker::default(), Taker::away(2, false));
    let books = three_spans(&steady, &flaky);
    assert_eq!(steady.spans.load(SeqCst), 3);
    assert_eq!(flaky.spans.load(SeqCst), 3);
    assert_eq!((books.recorded, books.exported), (3, 3));
}

#[test]
fn one_that_fails_for_good_does_not_keep_the_other_from_anything() {
    let _alone = alone();
    let (steady, broken) = (Taker::default(), Taker::away(1, true));
    let books = three_spans(&broken, &steady);
    assert_eq!(steady.spans.load(SeqCst), 3);
    assert_eq!(broken.spans.load(SeqCst), 0);
    assert_eq!((books.recorded, books.exported), (3, 0));
    assert_eq!(books.dropped.export_failed, 3);
}
