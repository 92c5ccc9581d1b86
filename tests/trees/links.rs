//! A top-level slice is linked to the one before it, across threads too.

use std::thread;

use mooncake_trace::{ThreadInfo, Timestamp};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn top_level_slices_form_a_chain() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::WAIT));
    let send = ctx.slice(&Kv::SEND);
    drop(ctx.slice(&Kv::WRITE));
    drop(send);
    let now = Timestamp::now();
    ctx.record_slice(&Kv::ACK, now, now);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            wait
            send <- wait
              write
            ack <- send
        ",
    );
}

#[test]
fn a_slice_that_was_closed_by_something_else_is_passed_over() {
    let recording = Recording::start();
    let ctx = recording.request();
    drop(ctx.slice(&Kv::WAIT));
    ctx.slice_start(&Kv::SEND);
    ctx.rebuild_thread_context();
    drop(ctx.slice(&Kv::ACK));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main] {auto_closed=true}
            wait
            send <- wait {auto_closed=true}
          [main]
            ack <- wait
        ",
    );
}

#[test]
fn a_copy_links_to_the_slice_in_which_it_was_made() {
    let recording = Recording::start();
    let ctx = recording.request();
    let send = ctx.slice(&Kv::SEND);
    let inside = ctx.copy_for_thread();
    drop(send);
    let behind = ctx.copy_for_thread();
    for (copy, label) in [(inside, "worker 0"), (behind, "worker 1")] {
        let work = move || {
            mooncake_trace::set_thread_info(ThreadInfo::new(label));
            copy.rebuild_thread_context();
            drop(copy.slice(&Kv::WRITE));
            drop(copy.slice(&Kv::ACK).thread_finish());
        };
        thread::spawn(work).join().unwrap();
    }
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
          [worker 0]
            write <~ send
            ack <- write
          [worker 1]
            write <~ send
            ack <- write
        ",
    );
}
