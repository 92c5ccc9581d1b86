//! Annotated functions: what becomes of their slices.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

use mooncake_trace::{TraceContext, mooncake_trace};
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

#[derive(Debug)]
struct Refused(u32);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {} pages", self.0)
    }
}

struct Sender {
    trace_ctx: TraceContext,
    sent: u32,
}

impl Sender {
    #[mooncake_trace(stage = Kv::SEND, attrs(pages = pages, "kv.total" = self.sent), err, ret(|sent| sent = *sent.as_ref().unwrap_or(&0)))]
    fn send(&mut self, pages: u32) -> Result<u32, Refused> {
        if pages == 0 {
            return Err(Refused(pages));
        }
        self.write(pages)?;
        self.sent += pages;
        Ok(self.sent)
    }

    #[mooncake_trace(stage = Kv::WRITE, err(Debug))]
    fn write(&self, pages: u32) -> Result<(), Refused> {
        if pages > 100 {
            Err(Refused(pages))
        } else {
            Ok(())
        }
    }

    #[mooncake_trace(stage = Kv::ACK)]
    fn replace(&mut self, ctx: TraceContext) {
        self.trace_ctx = ctx;
    }
}

#[test]
fn results_and_attributes_of_a_method() {
    let recording = Recording::start();
    let mut sender = Sender {
        trace_ctx: recording.request(),
        sent: 0,
    };
    assert_eq!(sender.send(3).unwrap(), 3);
    assert_eq!(sender.send(4).unwrap(), 7);
    assert_eq!(sender.send(0).unwrap_err().0, 0);
    assert_eq!(sender.send(101).unwrap_err().0, 101);
    sender.trace_ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {pages=3, kv.total=0, sent=3}
              write
            send <- send {pages=4, kv.total=3, sent=7}
              write
            send <- send ERROR(refused 0 pages) {pages=0, kv.total=7, sent=0}
            send <- send ERROR(refused 101 pages) {pages=101, kv.total=7, sent=0}
              write ERROR(Refused(101))
        ",
    );
}

#[test]
fn a_body_may_replace_its_context() {
    let recording = Recording::start();
    let mut sender = Sender {
        trace_ctx: recording.request(),
        sent: 0,
    };
    let second = TraceContext::builder("second").build();
    second.req_start();
    sender.replace(second);
    sender.write(1).unwrap();
    sender.trace_ctx.req_finish();
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            ack {auto_closed=true}
        Req second
          [main]
            write
        ",
    );
}

#[mooncake_trace(stage = Kv::SEND, ctx = shared.lock().unwrap())]
fn through_a_lock(shared: &Mutex<Option<TraceContext>>) {
    // The guard of the lock must be gone.
    let taken = shared.lock().unwrap().take();
    drop(taken);
}

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx, thread_finish)]
fn last(ctx: Arc<TraceContext>) {
    drop(ctx);
}

#[test]
fn contexts_may_be_behind_locks_and_counts() {
    let recording = Recording::start();
    let ctx = Arc::new(recording.request());
    last(Arc::clone(&ctx));
    drop(ctx);
    through_a_lock(&Mutex::new(Some(recording.request())));
    through_a_lock(&Mutex::new(None));
    recording.assert_tree(
        "
        Req request ERROR {reason=have unclosed span, auto closed}
          [main]
            write
        Req request ERROR {reason=have unclosed span, auto closed}
          [main] ERROR {reason=have unclosed span, auto closed}
            send {auto_closed=true}
        ",
    );
}

#[mooncake_trace(stage = Kv::WRITE)]
fn panicking(trace_ctx: &TraceContext, depth: u32) {
    if depth == 0 {
        resume_unwind(Box::new("broken"));
    }
    panicking(trace_ctx, depth - 1);
}

#[test]
fn a_panic_marks_every_level_of_a_recursion() {
    let recording = Recording::start();
    let ctx = recording.request();
    assert!(catch_unwind(AssertUnwindSafe(|| panicking(&ctx, 2))).is_err());
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            write ERROR
              write ERROR
                write ERROR
        ",
    );
}

#[mooncake_trace(stage = Kv::DETAIL, attrs(costly = panic_if_evaluated()), thread_finish)]
fn above_the_level(trace_ctx: &TraceContext) {
    drop(trace_ctx.slice(&Kv::SEND));
}

fn panic_if_evaluated() -> u32 {
    panic!("attributes of a slice that is off must not be evaluated")
}

#[test]
fn a_finishing_function_closes_the_thread_also_above_the_level() {
    let recording = Recording::start();
    let ctx = recording.request();
    above_the_level(&ctx);
    drop(ctx.slice(&Kv::ACK));
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send
        ",
    );
}
