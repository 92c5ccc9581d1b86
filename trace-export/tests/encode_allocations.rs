//! Encoding slices allocates nothing once the buffers have grown.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use mooncake_trace::{
    Batch, ExportError, Exporter, Options, Receipt, Stage, TraceContext, install,
};
use mooncake_trace_export::model::Resource;
use mooncake_trace_export::otlp::TraceEncoder;

static SEND: Stage = Stage::new("mooncake", "mooncake_send", 1);

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting by thread.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: everything is left to the system's allocator; the count is a plain thread-local cell that allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and the memory came from the system.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Encodes each batch twice and tells what the second time cost.
struct Twice {
    encoder: TraceEncoder,
    found: Sender<(usize, usize)>,
}

impl Exporter for Twice {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        self.encoder.encode(batch);
        let before = ALLOCATIONS.get();
        self.encoder.encode(batch);
        let allocations = ALLOCATIONS.get() - before;
        // Whoever has stopped listening has seen enough.
        let _ = self.found.send((batch.len(), allocations));
        Ok(Receipt::all())
    }
}

#[test]
fn a_batch_of_slices_costs_no_allocation_for_each() {
    let (found, finds) = channel();
    let encoder = TraceEncoder::new(&Resource::default());
    let options = Options::default().interval(Duration::from_secs(3600));
    let guard = install(Twice { encoder, found }, options).unwrap();
    let ctx = TraceContext::builder("rid").build();
    ctx.req_start();
    for i in 0..500i64 {
        let attrs = [("pages", i.into()), ("session", "10.0.0.1:8998".into())];
        ctx.slice_with(&SEND, &attrs).end();
    }
    assert!(guard.flush(Duration::from_secs(60)));
    let (spans, allocations) = finds.recv().unwrap();
    assert_eq!(spans, 500);
    // The list in which the span's attributes are decoded grows once a batch: four entries.
    assert!(allocations <= 1, "{allocations}");
    ctx.req_finish();
    assert!(guard.shutdown(Duration::from_secs(60)).complete);
}
