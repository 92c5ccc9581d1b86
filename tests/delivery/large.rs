//! Spans of unusual size.

use std::task::{Context, Poll, Waker};

use mooncake_trace::{
    Batch, ExportError, Exporter, Options, Receipt, TraceContext, Value, mooncake_trace,
};
use mooncake_trace_tests::{Books, Recording, alone};

use crate::stages::Kv;

#[test]
fn a_span_that_is_larger_than_a_buffer_arrives_whole() {
    let recording = Recording::start();
    let ctx = recording.request();
    let text = "0123456789abcdef".repeat(100 << 10 >> 4);
    for size in [text.len(), 31 << 10, 32 << 10, 33 << 10, 64 << 10] {
        ctx.slice(&Kv::SEND).attr("text", &text[..size]);
        drop(ctx.slice(&Kv::WRITE));
    }
    ctx.req_finish();
    let spans = recording.spans();
    let mut texts: Vec<_> = spans.iter().filter_map(|span| span.attr("text")).collect();
    texts.sort_by_key(|text| match text {
        Value::Str(text) => text.len(),
        _ => 0,
    });
    let expected = [31 << 10, 32 << 10, 33 << 10, 64 << 10, text.len()];
    let expected = expected.map(|size| Value::from(&text[..size]));
    assert!(
        texts.into_iter().eq(&expected),
        "a text is missing or damaged"
    );
    assert_eq!(spans.iter().filter(|span| span.name == "write").count(), 5);
}

#[test]
fn a_span_that_is_larger_than_all_memory_is_counted() {
    let recording = Recording::start();
    let books = Books::open();
    let ctx = recording.request();
    ctx.slice(&Kv::SEND).attr("text", "x".repeat(65 << 20));
    drop(ctx.slice(&Kv::WRITE));
    ctx.req_finish();
    assert_eq!(recording.spans().len(), 3);
    assert_eq!(books.dropped(|dropped| dropped.memory_limit), 1);
    assert_eq!(books.recorded(), 4);
}

#[test]
fn attributes_and_events_beyond_the_limit_are_dropped_and_counted() {
    let recording = Recording::start();
    let ctx = recording.request();
    let slice = ctx.slice(&Kv::SEND);
    for n in 0..1_000 {
        slice.attr(&format!("key {n}"), n);
        ctx.event("tick", 1, &[("n", n.into())]);
    }
    drop(slice);
    ctx.req_finish();
    let spans = recording.spans();
    let send = spans.iter().find(|span| span.name == "send").unwrap();
    assert_eq!((send.attributes.len(), send.dropped_attributes), (128, 872));
    assert_eq!((send.events.len(), send.dropped_events), (128, 872));
}

/// Keeps nothing.
struct Nowhere;

impl Exporter for Nowhere {
    fn export(&mut self, _batch: &Batch) -> Result<Receipt, ExportError> {
        Ok(Receipt::all())
    }
}

#[mooncake_trace(stage = Kv::WRITE, attrs(page = %page, bytes = page.len()))]
fn write(trace_ctx: &TraceContext, page: &str) {
    let _ = trace_ctx;
}

#[mooncake_trace(stage = Kv::WRITE, attrs(page = %page, bytes = page.len()))]
fn write_later<'a>(trace_ctx: &TraceContext, page: &'a str) -> impl Future<Output = ()> + use<'a> {
    let _ = (trace_ctx, page);
    let mut polls = 0;
    std::future::poll_fn(move |_| {
        polls += 1;
        if polls < 2 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
}

#[cfg(target_os = "linux")]
const PAGES: u64 = 100_000;

/// Runs `write`, whose attributes take 8 KiB, for every page, and says how many bytes the process has grown by. So many of
/// the calls are recorded at least.
#[cfg(target_os = "linux")]
fn growth_over_pages(recorded: u64, write: impl Fn(&TraceContext, &str)) -> u64 {
    let resident = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        pages * 4096
    };
    let _alone = alone();
    let guard = mooncake_trace::install(Nowhere, Options::default()).unwrap();
    let page = "p".repeat(8 << 10);
    let before = resident();
    let ctx = TraceContext::builder("pages").build();
    ctx.req_start();
    for _ in 0..PAGES {
        write(&ctx, &page);
    }
    ctx.req_finish();
    assert!(guard.stats().recorded >= recorded);
    resident().saturating_sub(before)
}

/// What is recorded is bounded; the texts that the functions have made are 800 MB.
#[cfg(target_os = "linux")]
const BOUND: u64 = 300 << 20;

#[cfg(target_os = "linux")]
#[test]
fn attributes_that_own_memory_give_it_back() {
    let grown = growth_over_pages(PAGES, write);
    assert!(grown < BOUND, "{grown} bytes");
}

#[cfg(target_os = "linux")]
#[test]
fn attributes_of_futures_give_their_memory_back() {
    for polls in 0..=2 {
        let recorded = if polls == 0 { 0 } else { PAGES };
        let grown = growth_over_pages(recorded, |ctx, page| {
            let mut future = Box::pin(write_later(ctx, page));
            for _ in 0..polls {
                let mut cx = Context::from_waker(Waker::noop());
                let _poll = future.as_mut().poll(&mut cx);
            }
        });
        assert!(grown < BOUND, "{grown} bytes, {polls} polls");
    }
}
