//! `fork`: the child starts clean, neither doubles nor corrupts what the parent records, and may install anew.
#![cfg(unix)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use mooncake_trace::{
    MooncakeRequestStage, Options, Stats, TraceContext, install, stats, tracing_enabled,
};
use mooncake_trace_tests::{PATIENCE, Recorder, Recording};

const SEND: &mooncake_trace::Stage = &MooncakeRequestStage::MOONCAKE_SEND;

/// Runs `child` in a forked process and says whether it came to its end.
fn in_child(child: impl FnOnce()) -> bool {
    // SAFETY: the child runs on one thread, uses nothing that another thread of the parent may have locked but the
    // allocator, which the C library makes whole in the child, and leaves with `_exit`.
    unsafe {
        let pid = libc::fork();
        assert!(pid >= 0, "fork failed");
        if pid == 0 {
            let done = catch_unwind(AssertUnwindSafe(child)).is_ok();
            libc::_exit(i32::from(!done));
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(pid, &mut status, 0), pid);
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
    }
}

#[test]
fn the_child_starts_clean_and_may_install_anew() {
    let recording = Recording::start();
    let request = recording.request();
    let open = request.slice(SEND);
    let parent_ids: Vec<u64> = request
        .open_spans()
        .iter()
        .map(|span| span.span_id)
        .collect();

    assert!(in_child(|| {
        assert!(!tracing_enabled());
        assert_eq!(stats(), Stats::default(), "the books are the child's own");
        assert!(!request.is_enabled(), "an inherited context is disabled");
        assert!(request.open_spans().is_empty());
        request.req_finish();
        assert!(recording.guard().flush(PATIENCE), "nothing to wait for");
        assert_eq!(stats().recorded, 0);

        let recorder = Recorder::default();
        let guard = install(recorder.clone(), Options::default()).expect("it may install anew");
        let own = TraceContext::builder("child").build();
        own.req_start();
        drop(own.slice(SEND));
        own.req_finish();
        assert!(guard.flush(PATIENCE));
        let spans = recorder.spans();
        assert_eq!(
            spans.len(),
            3,
            "the child's own and nothing of the parent's"
        );
        assert!(spans.iter().all(|span| !parent_ids.contains(&span.span_id)));
        let books = guard.shutdown(PATIENCE).stats;
        assert_eq!((books.recorded, books.exported), (3, 3));
    }));

    drop(open);
    request.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            mooncake_send
        ",
    );
}

#[test]
fn ids_differ_on_both_sides() {
    let recording = Recording::start();
    let request = recording.request();
    drop(request.slice(SEND));
    let (read, write) = std::io::pipe().expect("a pipe");
    assert!(in_child(|| {
        use std::io::Write;
        let guard = install(Recorder::default(), Options::default()).expect("it may install anew");
        let own = TraceContext::builder("child").build();
        own.req_start();
        let mut write = &write;
        for span in own.open_spans() {
            writeln!(write, "{}", span.span_id).expect("the parent reads");
        }
        let _report = guard.shutdown(PATIENCE);
    }));
    drop(write);
    let child_ids = std::io::read_to_string(read).expect("the child wrote");
    let after = recording.request();
    for span in after.open_spans() {
        assert!(!child_ids.lines().any(|id| id == span.span_id.to_string()));
    }
    assert_eq!(child_ids.lines().count(), 2);
}

#[test]
fn forking_while_others_record_loses_nothing() {
    let recording = Recording::start();
    let before = recording.stats().recorded;
    let stop = AtomicBool::new(false);
    let recorded = thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut spans = 0;
                    while !stop.load(Relaxed) {
                        let ctx = TraceContext::builder("busy").build();
                        ctx.req_start();
                        drop(ctx.slice(SEND));
                        ctx.req_finish();
                        spans += 3;
                    }
                    spans
                })
            })
            .collect();
        for _ in 0..20 {
            assert!(in_child(|| {
                let ctx = TraceContext::builder("child").build();
                assert!(!ctx.is_enabled());
                assert_eq!(stats().recorded, 0);
            }));
        }
        stop.store(true, Relaxed);
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .sum::<u64>()
    });
    let spans = recording.spans();
    let books = recording.stats();
    assert_eq!(books.recorded - before, recorded);
    assert_eq!(spans.len() as u64 + books.dropped.total(), recorded);
    let mut ids: Vec<u64> = spans.iter().map(|span| span.span_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), spans.len(), "no span twice");
}
