//! Events go to the slice whose time holds them.

use mooncake_trace::{SliceDetails, Timestamp};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[test]
fn the_slice_that_ends_takes_the_events_of_its_time() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.event("accepted", 1, &[]);
    ctx.slice_start(&Kv::SEND);
    ctx.event("queued", 1, &[("depth", 2.into())]);
    ctx.slice_start(&Kv::WRITE);
    ctx.event("retry", 1, &[]);
    ctx.slice_end(&Kv::WRITE);
    ctx.event("detail", 4, &[]);
    ctx.slice_end(&Kv::SEND);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            * accepted
            send
              * queued {depth=2}
              write
                * retry
        ",
    );
}

#[test]
fn a_retroactive_slice_brings_events_of_its_own() {
    let recording = Recording::start();
    let ctx = recording.request();
    let start = Timestamp::now();
    ctx.event("waiting", 1, &[]);
    let attrs = [("n", 1.into())];
    let own = [("early", Timestamp::from_unix_ns(1), attrs.as_slice())];
    let details = SliceDetails::new().events(&own);
    ctx.record_slice_with(&Kv::SEND, start, Timestamp::now(), details);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
              * early {n=1}
              * waiting
        ",
    );
}

#[test]
fn a_copy_starts_with_no_events() {
    let recording = Recording::start();
    let ctx = recording.request();
    ctx.event("before", 1, &[]);
    let copy = ctx.copy_for_thread();
    copy.rebuild_thread_context();
    copy.abort(&[]);
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            * before
          [main]
        ",
    );
}
