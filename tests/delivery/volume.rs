//! Many slices, and few.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mooncake_trace::{Batch, ExportError, Exporter, Options, Receipt, TraceContext, stats};
use mooncake_trace_tests::{PATIENCE, Recording, alone, wait_until};

use crate::stages::Kv;

#[test]
fn twenty_thousand_slices_under_one_parent_all_arrive() {
    const SLICES: usize = 20_000;
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    for n in 0..SLICES {
        ctx.slice(&Kv::WRITE).attr("n", n);
    }
    drop(send);
    ctx.req_finish();
    let spans = recording.spans();
    let send = spans.iter().find(|span| span.name == "send").unwrap();
    let writes: Vec<_> = spans.iter().filter(|span| span.name == "write").collect();
    let numbers = writes.iter().map(|span| span.attr("n").cloned());
    assert!(
        numbers.eq((0..SLICES).map(|n| Some(n.into()))),
        "some are missing or out of order"
    );
    assert!(
        writes
            .iter()
            .all(|span| span.parent.unwrap().span_id == send.span_id)
    );
    assert!(writes.is_sorted_by_key(|span| span.start_ns));
    let ids: HashSet<_> = spans.iter().map(|span| span.span_id).collect();
    assert_eq!(ids.len(), SLICES + 3);
    assert!(!ids.contains(&0));
}

#[test]
fn a_slice_of_a_thread_that_idles_is_exported_within_the_interval() {
    let interval = Duration::from_millis(20);
    let recording = Recording::with(Options::default().interval(interval));
    let ctx = recording.request();
    let (idle, stop) = channel::<()>();
    let thread = thread::spawn(move || {
        drop(ctx.slice(&Kv::SEND));
        let _stopped = stop.recv();
        ctx
    });
    wait_until("the slice is exported", || recording.recorder().len() == 1);
    drop(idle);
    thread.join().unwrap().req_finish();
}

#[test]
fn a_flush_does_not_wait_for_the_interval() {
    let recording = Recording::with(Options::default().interval(Duration::from_secs(3600)));
    let ctx = recording.request();
    for n in 1..=50 {
        drop(ctx.slice(&Kv::SEND));
        assert_eq!(recording.spans().len(), n);
    }
    ctx.req_finish();
}

#[test]
fn batches_are_as_small_as_they_should_be() {
    let recording = Recording::with(Options::default().max_batch(1));
    let ctx = recording.request();
    for _ in 0..100 {
        drop(ctx.slice(&Kv::SEND));
    }
    ctx.req_finish();
    assert_eq!(recording.spans().len(), 102);
}

#[test]
fn the_books_can_be_read_while_contexts_multiply() {
    const COPIES: usize = 20_000;
    let recording = Recording::start();
    let ctx = recording.request();
    let done = AtomicBool::new(false);
    let copies = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    assert!(stats().open_contexts <= COPIES as u64 + 1);
                }
            });
        }
        // All at once, so that their number grows beyond what there has ever been.
        let copies: Vec<_> = (0..COPIES).map(|_| ctx.copy_for_thread()).collect();
        done.store(true, Relaxed);
        copies
    });
    for copy in &copies {
        copy.rebuild_thread_context();
    }
    assert_eq!(stats().open_contexts, COPIES as u64 + 1);
    for copy in &copies {
        copy.abort(&[]);
    }
    ctx.req_finish();
    assert_eq!(recording.spans().len(), COPIES + 2);
}

/// Keeps the sizes of the batches.
#[derive(Clone, Default)]
struct Sizes(Arc<Mutex<Vec<usize>>>);

impl Exporter for Sizes {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut spans = 0;
        batch.for_each(|_| spans += 1);
        assert_eq!(spans, batch.len());
        self.0.lock().unwrap().push(spans);
        Ok(Receipt::all())
    }
}

#[test]
fn a_batch_is_never_larger_than_it_may_be() {
    let _alone = alone();
    for max in [1, 7, 100] {
        let sizes = Sizes::default();
        let options = Options::default().max_batch(max);
        let guard = mooncake_trace::install(sizes.clone(), options).unwrap();
        let ctx = TraceContext::builder("batches").build();
        ctx.req_start();
        for n in 0..998 {
            ctx.slice(&Kv::WRITE).attr("n", n);
        }
        ctx.req_finish();
        assert!(guard.shutdown(PATIENCE).complete);
        let sizes = sizes.0.lock().unwrap();
        assert!(sizes.iter().all(|size| *size <= max), "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert!(sizes.contains(&max));
    }
}
