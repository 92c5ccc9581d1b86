//! Threads that end.

use std::cell::RefCell;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mooncake_trace::{Options, ThreadInfo, TraceContext};
use mooncake_trace_tests::{Books, Recording};

use crate::stages::Kv;

#[test]
fn a_thread_that_exits_loses_nothing() {
    const THREADS: usize = 200;
    const SLICES: usize = 37;
    let recording = Recording::start();
    let ctx = recording.request();
    for _ in 0..THREADS {
        let copy = ctx.copy_for_thread();
        let work = move || {
            copy.rebuild_thread_context();
            for _ in 0..SLICES {
                drop(copy.slice(&Kv::WRITE));
            }
        };
        thread::spawn(work).join().unwrap();
    }
    ctx.req_finish();
    let spans = recording.spans();
    assert_eq!(spans.len(), THREADS * (SLICES + 1) + 2);
}

/// Records a slice when the thread-local that holds it is destroyed.
struct LastWords(Arc<TraceContext>);

impl Drop for LastWords {
    fn drop(&mut self) {
        let slice = self.0.slice(&Kv::WRITE);
        slice.attr("last", true);
        self.0.event("goodbye", 1, &[]);
    }
}

thread_local! {
    static EARLY: RefCell<Option<LastWords>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

#[test]
fn slices_of_a_thread_that_is_torn_down_are_recorded() {
    let recording = Recording::start();
    let ctx = Arc::new(recording.request());
    let shared = Arc::clone(&ctx);
    let work = move || {
        // One thread-local is set up before the recording's own and one behind it: they are destroyed on both sides.
        EARLY.set(Some(LastWords(Arc::clone(&shared))));
        mooncake_trace::set_thread_info(ThreadInfo::new("leaving"));
        drop(shared.slice(&Kv::SEND));
        LATE.set(Some(LastWords(shared)));
    };
    thread::spawn(work).join().unwrap();
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
            write <- send {last=true}
              * goodbye
            write <- write {last=true}
              * goodbye
        ",
    );
}

/// Owns a context that is dropped with the thread-local that holds it.
#[test]
fn a_context_that_goes_with_its_thread_is_closed() {
    thread_local! {
        static OWNED: RefCell<Option<TraceContext>> = const { RefCell::new(None) };
    }
    let recording = Recording::start();
    let work = || {
        OWNED.set(Some(TraceContext::null()));
        mooncake_trace::set_thread_info(ThreadInfo::new("leaving"));
        let ctx = TraceContext::builder("request").build();
        ctx.req_start();
        ctx.slice_start(&Kv::SEND);
        OWNED.set(Some(ctx));
    };
    thread::spawn(work).join().unwrap();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [leaving] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
        ",
    );
}

#[test]
fn threads_that_come_and_go_leave_their_memory_to_others() {
    const THREADS: usize = 100;
    // Fewer chunks than threads.
    let recording = Recording::with(Options::default().memory_limit(1 << 20));
    let books = Books::open();
    let ctx = recording.request();
    for _ in 0..THREADS {
        let copy = ctx.copy_for_thread();
        let thread = thread::spawn(move || {
            copy.rebuild_thread_context();
            let _write = copy.slice(&Kv::WRITE).thread_finish();
        });
        thread.join().unwrap();
        assert!(recording.guard().flush(Duration::from_secs(30)));
    }
    ctx.req_finish();
    assert_eq!(recording.spans().len(), 2 * THREADS + 2);
    assert_eq!(books.dropped(|dropped| dropped.buffer_full), 0);
}
