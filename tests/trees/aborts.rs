//! Aborted and failed requests.

use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn an_abort_with_a_reason_marks_thread_and_root() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.abort(&[("reason", "peer gone".into()), ("retries", 3.into())]);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request ERROR
          [main] ERROR {reason=peer gone, retries=3}
            send {auto_closed=true}
        ",
    );
}

#[test]
fn an_abort_without_a_reason_just_closes() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.slice_start(&Kv::SEND);
    ctx.abort(&[]);
    ctx.slice_start(&Kv::WRITE);
    ctx.event("late", 1, &[]);
    assert_eq!(recording.stats().open_contexts, 1);
    ctx.req_finish();
    assert_eq!(recording.stats().open_contexts, 0);
    recording.assert_tree(
        "
        Req request
          [main]
            send {auto_closed=true}
        ",
    );
}

#[test]
fn a_copy_aborts_its_own_thread_only() {
    let recording = Recording::start();
    let ctx = recording.request();
    let copy = ctx.copy_for_thread();
    copy.rebuild_thread_context();
    copy.abort(&[("reason", "session died".into())]);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
          [main] ERROR {reason=session died}
        ",
    );
}

#[test]
fn a_failed_request_says_why() {
    let recording = Recording::start();
    let ctx = recording.request();
    let _send = ctx.slice(&Kv::SEND);
    ctx.req_fail("out of pages");
    recording.assert_tree(
        "
        Req request ERROR
          [main] ERROR {reason=out of pages}
            send {auto_closed=true}
        ",
    );
}
