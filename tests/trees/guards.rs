//! Guards hold nothing: whatever happens to the context, they do the right thing or nothing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

use mooncake_trace::{SliceGuard, TraceContext};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn a_guard_ends_its_slice_and_says_more_about_it() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice_with(&Kv::SEND, &[("pages", 3.into())]);
    send.attr("bytes", 4096)
        .attr("peer", String::from("decode-0"));
    let write = ctx.slice(&Kv::WRITE);
    write.fail("connection reset");
    write.end();
    send.end();
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {pages=3, bytes=4096, peer=decode-0}
              write ERROR(connection reset)
        ",
    );
}

#[test]
fn a_panic_marks_the_slices_that_it_leaves() {
    let recording = Recording::start();
    let ctx = recording.request();
    let outer = ctx.slice(&Kv::SEND);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _write = ctx.slice(&Kv::WRITE);
        let _ack = ctx.slice(&Kv::ACK);
        resume_unwind(Box::new("broken"));
    }));
    assert!(caught.is_err());
    drop(outer);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write ERROR
                ack ERROR
        ",
    );
}

/// Cleans up with a slice of its own while it is dropped.
struct CleanUp<'a>(&'a TraceContext);

impl Drop for CleanUp<'_> {
    fn drop(&mut self) {
        drop(self.0.slice(&Kv::ACK));
    }
}

#[test]
fn a_slice_that_opens_while_the_thread_unwinds_has_not_failed() {
    let recording = Recording::start();
    let ctx = recording.request();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _write = ctx.slice(&Kv::WRITE);
        let _clean_up = CleanUp(&ctx);
        resume_unwind(Box::new("broken"));
    }));
    assert!(caught.is_err());
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write ERROR
              ack
        ",
    );
}

#[test]
fn a_guard_may_outlive_its_context() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    drop(ctx);
    // It lives where the first one has lived.
    let next = recording.request();
    let write = next.slice(&Kv::WRITE);
    send.attr("stale", true).fail("stale");
    drop(send.thread_finish());
    drop(write);
    next.req_finish();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
        Req request
          [main]
            write
        ",
    );
}

#[test]
fn a_context_may_be_replaced_while_a_guard_is_alive() {
    let recording = Recording::start();
    let mut ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    ctx = TraceContext::builder("second").build();
    ctx.req_start();
    let write = ctx.slice(&Kv::WRITE);
    drop(send);
    drop(write);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
        Req second
          [main]
            write
        ",
    );
}

#[test]
fn a_guard_may_end_on_another_thread() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    let write = ctx.slice(&Kv::WRITE);
    thread::spawn(move || drop(write)).join().unwrap();
    drop(ctx.slice(&Kv::ACK));
    drop(send);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write
              ack
        ",
    );
}

#[test]
fn guards_may_end_out_of_order() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    let write = ctx.slice(&Kv::WRITE);
    drop(send);
    drop(write);
    drop(ctx.slice(&Kv::ACK));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write {auto_closed=true}
            ack <- send
        ",
    );
}

#[test]
fn a_finishing_guard_closes_the_thread_also_above_the_level() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    drop(ctx.slice(&Kv::DETAIL).thread_finish());
    drop(ctx.slice(&Kv::WRITE));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {auto_closed=true}
        ",
    );
}

#[test]
fn one_context_may_be_used_by_many_threads_at_once() {
    const THREADS: usize = 4;
    const SLICES: usize = 2_000;
    let recording = Recording::start();
    let ctx = Arc::new(recording.request());
    let send = ctx.slice(&Kv::SEND);
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let ctx = Arc::clone(&ctx);
            thread::spawn(move || {
                for n in 0..SLICES {
                    let guard: SliceGuard = ctx.slice(&Kv::WRITE);
                    guard.attr("n", n);
                    ctx.event("tick", 1, &[]);
                    drop(guard);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    drop(send);
    drop(ctx);
    let spans = recording.spans();
    let writes: Vec<_> = spans.iter().filter(|span| span.name == "write").collect();
    assert_eq!(writes.len(), THREADS * SLICES);
    let open = |span: &u64| spans.iter().any(|known| known.span_id == *span);
    assert!(
        writes
            .iter()
            .filter_map(|span| span.parent)
            .all(|parent| open(&parent.span_id))
    );
    let events: usize = spans.iter().map(|span| span.events.len()).sum();
    assert!(events <= THREADS * SLICES, "an event has been taken twice");
}
