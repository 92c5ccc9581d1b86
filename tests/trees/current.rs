//! `ctx = current`: into the slice that is open on this thread.

use std::thread;

use mooncake_trace::{TraceContext, mooncake_trace};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[mooncake_trace(stage = Kv::ACK, ctx = current)]
fn helper() {}

#[mooncake_trace(stage = Kv::DETAIL, ctx = current)]
fn detail() {
    helper();
}

#[mooncake_trace(stage = Kv::WRITE)]
fn traced(trace_ctx: &TraceContext) {
    helper();
    detail();
}

#[test]
fn a_function_nests_into_what_is_open() {
    let recording = Recording::start();
    let ctx = recording.request();
    traced(&ctx);
    let send = ctx.slice(&Kv::SEND);
    helper();
    drop(send);
    ctx.slice_start(&Kv::WAIT);
    helper();
    ctx.slice_end(&Kv::WAIT);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write
              ack
              ack
            send <- write
              ack
            wait <- send
              ack
        ",
    );
}

#[test]
fn nothing_open_nothing_recorded() {
    let recording = Recording::start();
    helper();
    let ctx = recording.request();
    helper();
    drop(ctx.slice(&Kv::SEND));
    helper();
    let _open = ctx.slice(&Kv::WAIT);
    thread::spawn(helper).join().unwrap();
    drop(ctx);
    helper();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send
            wait <- send {auto_closed=true}
        ",
    );
}

#[test]
fn of_two_requests_the_one_whose_slice_opened_last_is_current() {
    let recording = Recording::start();
    let [a, b] = ["a", "b"].map(|rid| TraceContext::builder(rid).build());
    a.req_start();
    b.req_start();
    let of_a = a.slice(&Kv::SEND);
    let of_b = b.slice(&Kv::WRITE);
    helper();
    drop(of_b);
    helper();
    drop(of_a);
    a.req_finish();
    b.req_finish();
    recording.assert_tree(
        "
        Req a
          [main]
            send
              ack
        Req b
          [main]
            write
              ack
        ",
    );
}
