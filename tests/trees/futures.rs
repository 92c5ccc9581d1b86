//! Traced futures: side by side, cancelled, moved, recursive.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::thread;

use futures::executor::block_on;
use futures::future::{join, select};
use futures::stream::{FuturesUnordered, StreamExt};
use mooncake_trace::{TraceContext, mooncake_trace};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;
use crate::tasks::{Pending, poll_once};

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx, attrs(session = session))]
async fn write(ctx: &TraceContext, session: u32, polls: u32) {
    Pending(polls).await;
    helper();
    ack().await;
}

#[mooncake_trace(stage = Kv::ACK, ctx = current)]
async fn ack() {
    Pending(1).await;
}

#[mooncake_trace(stage = Kv::WAIT, ctx = current)]
fn helper() {}

#[mooncake_trace(stage = Kv::SEND)]
async fn send_joined(trace_ctx: &TraceContext) {
    join(write(trace_ctx, 0, 2), write(trace_ctx, 1, 1)).await;
    helper();
}

#[test]
fn joined_futures_are_siblings() {
    let recording = Recording::start();
    let ctx = recording.request();
    block_on(send_joined(&ctx));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write {session=0}
                wait
                ack
              write {session=1}
                wait
                ack
              wait
        ",
    );
}

#[test]
fn top_level_futures_side_by_side_are_no_children_of_each_other() {
    let recording = Recording::start();
    let ctx = recording.request();
    block_on(async {
        let mut writes: FuturesUnordered<_> = (0..3)
            .map(|session| write(&ctx, session, 3 - session))
            .collect();
        while writes.next().await.is_some() {}
    });
    ctx.req_finish();
    let spans = recording.spans();
    let thread = spans
        .iter()
        .find(|span| span.name.starts_with("main"))
        .unwrap();
    let writes: Vec<_> = spans.iter().filter(|span| span.name == "write").collect();
    assert_eq!(writes.len(), 3);
    assert!(
        writes
            .iter()
            .all(|write| write.parent.unwrap().span_id == thread.span_id)
    );
    for write in writes {
        let inside = spans
            .iter()
            .filter(|span| span.parent.map(|p| p.span_id) == Some(write.span_id));
        assert_eq!(
            inside.map(|span| span.name.as_str()).collect::<Vec<_>>(),
            ["wait", "ack"]
        );
    }
}

#[mooncake_trace(stage = Kv::SEND)]
async fn send_raced(trace_ctx: &TraceContext) {
    let slow = Box::pin(write(trace_ctx, 0, 1_000));
    let fast = Box::pin(write(trace_ctx, 1, 1));
    drop(select(slow, fast).await);
}

#[test]
fn the_loser_of_a_race_is_cancelled() {
    let recording = Recording::start();
    let ctx = recording.request();
    block_on(send_raced(&ctx));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write {session=0, cancelled=true}
              write {session=1}
                wait
                ack
        ",
    );
}

#[test]
fn a_future_that_is_dropped_cancels_what_is_open_in_it() {
    let recording = Recording::start();
    let ctx = recording.request();
    let mut future = Box::pin(write(&ctx, 7, 0));
    assert!(poll_once(&mut future).is_pending());
    drop(future);
    drop(Box::pin(write(&ctx, 8, 0)));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write {session=7, cancelled=true}
              wait
              ack {cancelled=true}
        ",
    );
}

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx)]
async fn panicking(ctx: &TraceContext) {
    ack().await;
    let _guard = ctx.slice(&Kv::WAIT);
    resume_unwind(Box::new("broken"));
}

#[test]
fn a_panic_in_a_poll_marks_the_slice_and_leaves_nothing_behind() {
    let recording = Recording::start();
    let ctx = recording.request();
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(panicking(&ctx)))).is_err());
    helper();
    drop(ctx.slice(&Kv::SEND));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write ERROR
              ack
              wait ERROR
            send <- write
        ",
    );
}

#[test]
fn a_future_may_be_polled_by_one_thread_after_another() {
    let recording = Recording::start();
    let ctx: &'static TraceContext = Box::leak(Box::new(recording.request()));
    let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(write(ctx, 5, 3));
    let mut polls = 0;
    loop {
        let poll = thread::spawn(move || {
            let ready = poll_once(&mut future).is_ready();
            helper(); // nothing of the future stays behind on the thread
            (future, ready)
        });
        let (moved, ready) = poll.join().unwrap();
        future = moved;
        polls += 1;
        if ready {
            break;
        }
    }
    assert_eq!(polls, 5);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write {session=5}
              wait
              ack
        ",
    );
}

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx, attrs(depth = depth))]
fn recursive(ctx: &TraceContext, depth: u32) -> Pin<Box<dyn Future<Output = u32> + Send + '_>> {
    Box::pin(async move {
        Pending(1).await;
        if depth == 0 {
            0
        } else {
            1 + recursive(ctx, depth - 1).await
        }
    })
}

#[test]
fn a_recursive_future_nests() {
    let recording = Recording::start();
    let ctx = recording.request();
    assert_eq!(block_on(recursive(&ctx, 2)), 2);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write {depth=2}
              write {depth=1}
                write {depth=0}
        ",
    );
}

#[mooncake_trace(stage = Kv::SEND)]
async fn with_open_slices(trace_ctx: &TraceContext) {
    let guard = trace_ctx.slice(&Kv::WAIT);
    Pending(1).await;
    write(trace_ctx, 0, 1).await;
    trace_ctx.slice_start(&Kv::ACK);
    Pending(1).await;
    helper();
    trace_ctx.slice_end(&Kv::ACK);
    drop(guard);
    Pending(1).await;
    helper();
}

#[test]
fn a_slice_that_is_open_across_an_await_is_the_parent_of_what_follows() {
    let recording = Recording::start();
    let ctx = recording.request();
    let misuse = recording.stats().misuse;
    block_on(with_open_slices(&ctx));
    ctx.req_finish();
    assert_eq!(recording.stats().misuse, misuse);
    recording.assert_tree(
        "
        Req request
          [main]
            send
              wait
                write {session=0}
                  wait
                  ack
                ack
                  wait
              wait
        ",
    );
}

#[mooncake_trace(stage = Kv::WRITE, ctx = inner)]
async fn of_another_request(outer: &TraceContext, inner: &TraceContext) {
    Pending(1).await;
    drop(outer.slice(&Kv::ACK));
    drop(inner.slice(&Kv::ACK));
}

#[mooncake_trace(stage = Kv::SEND, ctx = outer)]
async fn of_two_requests(outer: &TraceContext, inner: &TraceContext) {
    let wait = outer.slice(&Kv::WAIT);
    let guard = inner.slice(&Kv::WAIT);
    drop(outer.slice(&Kv::ACK));
    join(
        of_another_request(outer, inner),
        of_another_request(outer, inner),
    )
    .await;
    drop(guard);
    drop(wait);
    drop(outer.slice(&Kv::ACK));
}

#[test]
fn requests_that_alternate_within_a_future_do_not_mix() {
    let recording = Recording::start();
    let [a, b] = ["a", "b"].map(|rid| TraceContext::builder(rid).build());
    a.req_start();
    b.req_start();
    block_on(of_two_requests(&a, &b));
    a.req_finish();
    b.req_finish();
    recording.assert_tree(
        "
        Req a
          [main]
            send
              wait
                ack
                ack
                ack
              ack
        Req b
          [main]
            wait
              write
                ack
              write
                ack
        ",
    );
}

#[mooncake_trace(stage = Kv::SEND, ctx = ctx, err)]
async fn owning(ctx: TraceContext, keep: bool) -> Result<(), &'static str> {
    if !keep {
        drop(ctx);
        Pending(1).await;
        return Err("too late to say");
    }
    Pending(1).await;
    ctx.req_finish();
    Err("after the finish")
}

#[test]
fn a_future_may_own_and_end_its_context() {
    let recording = Recording::start();
    block_on(owning(recording.request(), false)).unwrap_err();
    block_on(owning(recording.request(), true)).unwrap_err();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
        Req request
          [main]
            send {auto_closed=true}
        ",
    );
}
