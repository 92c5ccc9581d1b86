//! Slices inside of slices, and what is left out.

use mooncake_trace::{SliceDetails, TraceContext};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn slices_nest_by_starts_and_ends() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.slice_start(&Kv::WRITE);
    ctx.slice_start(&Kv::ACK);
    ctx.slice_end(&Kv::ACK);
    ctx.slice_end(&Kv::WRITE);
    ctx.slice_end(&Kv::SEND);
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
fn an_outer_end_closes_what_is_open_inside() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.slice_start(&Kv::WRITE);
    ctx.slice_start(&Kv::ACK);
    ctx.slice_end(&Kv::SEND);
    ctx.slice_end(&Kv::ACK);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write {auto_closed=true}
                ack {auto_closed=true}
        ",
    );
}

#[test]
fn stages_above_the_level_are_left_out() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.slice_start(&Kv::DETAIL);
    ctx.slice_start(&Kv::WRITE);
    ctx.slice_end(&Kv::WRITE);
    ctx.slice_end(&Kv::DETAIL);
    ctx.slice_end(&Kv::SEND);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              write
        ",
    );
}

#[test]
fn attributes_go_to_the_innermost_open_slice() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.set_slice_attrs(&[("pages", 3.into()), ("peer", "decode-0".into())]);
    ctx.slice_start(&Kv::WRITE);
    ctx.set_slice_attrs(&[("lanes", [0, 1].into())]);
    let attrs = [("bytes", 4096.into()), ("lanes", 2.5.into())];
    ctx.slice_end_with(&Kv::WRITE, SliceDetails::new().attrs(&attrs));
    ctx.set_slice_attrs(&[("pages", 4.into())]);
    ctx.slice_end(&Kv::SEND);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {pages=4, peer=decode-0}
              write {lanes=2.5, bytes=4096}
        ",
    );
}

#[test]
fn requests_on_one_thread_do_not_mix() {
    let recording = Recording::start();
    let [a, b] = ["a", "b"].map(|rid| TraceContext::builder(rid).build());
    a.req_start();
    b.req_start();
    a.slice_start(&Kv::SEND);
    b.slice_start(&Kv::WAIT);
    a.slice_start(&Kv::WRITE);
    b.slice_end(&Kv::WAIT);
    a.slice_end(&Kv::WRITE);
    a.slice_end(&Kv::SEND);
    b.req_finish();
    a.req_finish();
    recording.assert_tree(
        "
        Req a
          [main]
            send
              write
        Req b
          [main]
            wait
        ",
    );
}

#[test]
fn a_null_context_records_nothing() {
    let recording = Recording::start();
    let ctx = TraceContext::null();
    ctx.req_start();
    drop(ctx.slice(&Kv::SEND));
    ctx.req_finish();
    assert!(!ctx.is_enabled());
    recording.assert_tree("");
}

#[test]
fn a_dropped_context_closes_what_it_has_open() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.slice_start(&Kv::WRITE);
    drop(ctx);
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
              write {auto_closed=true}
        ",
    );
}
