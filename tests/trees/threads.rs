//! A request that passes from thread to thread.

use std::thread;

use mooncake_trace::ThreadInfo;
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn every_thread_of_a_request_has_a_span_of_its_own() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    let copy = ctx.copy_for_thread();
    let worker = thread::spawn(move || {
        mooncake_trace::set_thread_info(ThreadInfo::new("worker").tp_rank(1).dp_rank(0));
        copy.rebuild_thread_context();
        let write = copy.slice(&Kv::WRITE);
        drop(copy.slice(&Kv::ACK));
        drop(write.thread_finish());
    });
    worker.join().unwrap();
    drop(send);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
          [worker]
            write <~ send
              ack
        ",
    );
    let spans = recording.spans();
    let named = |label: &str| {
        spans
            .iter()
            .find(|span| span.name.starts_with(label))
            .unwrap()
    };
    assert!(named("worker [TP 1]  [DP 0] (host:").name.ends_with(')'));
    assert_ne!(named("worker").attr("pid"), named("main").attr("pid"));
}

#[test]
fn a_thread_that_nobody_registered_is_unknown() {
    let recording = Recording::start();
    let ctx = recording.request();
    let copy = ctx.copy_for_thread();
    thread::spawn(move || copy.rebuild_thread_context())
        .join()
        .unwrap();
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
          [unknown] ERROR {reason=have unclosed span, auto closed}
        ",
    );
}

#[test]
fn the_original_may_move_to_another_thread() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::WAIT));
    let moved = thread::spawn(move || {
        mooncake_trace::set_thread_info(ThreadInfo::new("second"));
        ctx.rebuild_thread_context();
        drop(ctx.slice(&Kv::SEND));
        ctx
    });
    moved.join().unwrap().req_finish();
    recording.assert_tree(
        "
        Req request
          [main] {auto_closed=true}
            wait
          [second]
            send <- wait
        ",
    );
}

#[test]
fn a_copy_of_a_finished_request_still_records() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::SEND));
    ctx.req_finish();
    let late = ctx.copy_for_thread();
    late.rebuild_thread_context();
    drop(late.slice(&Kv::ACK).thread_finish());
    recording.assert_tree(
        "
        Req request
          [main]
            send
          [main]
            ack <~ send
        ",
    );
}
