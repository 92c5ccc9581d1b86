//! Threads that do everything at once with contexts that they share: nothing may panic, and every span must come out,
//! once, in its place.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread;

use mooncake_trace::{
    Carrier, SliceDetails, SliceGuard, SpanKind, Stage, ThreadInfo, Timestamp, TraceContext,
    mooncake_trace,
};
use mooncake_trace_tests::{Books, Recording, assert_balanced};

use crate::stages::Kv;

const THREADS: u64 = 4;
const STEPS: usize = 20_000;
const CONTEXTS: usize = 6;

type Shared = [Mutex<Arc<TraceContext>>; CONTEXTS];
type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn stage(&mut self) -> &'static Stage {
        [&Kv::SEND, &Kv::WRITE][self.roll(2)]
    }
}

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx, attrs(depth = depth))]
fn nested(ctx: &Arc<TraceContext>, depth: u32) {
    if depth > 0 {
        nested(ctx, depth - 1);
    }
}

#[mooncake_trace(stage = Kv::SEND, ctx = first)]
async fn alternating(first: Arc<TraceContext>, second: Arc<TraceContext>) {
    let _open = first.slice(&Kv::WRITE);
    futures::pending!();
    inner(&second).await;
    nested(&first, 1);
    futures::pending!();
}

#[mooncake_trace(stage = Kv::WRITE, ctx = ctx)]
async fn inner(ctx: &Arc<TraceContext>) {
    ctx.slice_start(&Kv::SEND);
    futures::pending!();
    current();
}

#[mooncake_trace(stage = Kv::SEND, ctx = current)]
fn current() {}

/// What a thread has open.
#[derive(Default)]
struct Open {
    guards: Vec<SliceGuard>,
    tasks: Vec<Task>,
}

fn step(shared: &Shared, dice: &mut Dice, open: &mut Open) {
    let place = &shared[dice.roll(CONTEXTS)];
    let ctx = Arc::clone(&place.lock().unwrap());
    match dice.roll(20) {
        0 => ctx.req_start(),
        1 => ctx.rebuild_thread_context(),
        2 if dice.roll(8) == 0 => ctx.req_finish(),
        3 if dice.roll(3) == 0 => {
            let ctx = TraceContext::builder("chaos").build();
            ctx.req_start();
            *place.lock().unwrap() = Arc::new(ctx);
        }
        4 if dice.roll(3) == 0 => {
            let copy = ctx.copy_for_thread();
            copy.rebuild_thread_context();
            *place.lock().unwrap() = Arc::new(copy);
        }
        5 if dice.roll(8) == 0 => {
            let json = serde_json::to_string(&ctx.to_carrier()).unwrap();
            let carrier: Carrier = serde_json::from_str(&json).unwrap();
            *place.lock().unwrap() = Arc::new(TraceContext::from_carrier(&carrier));
        }
        6 if dice.roll(8) == 0 => ctx.abort(&[("reason", "chaos".into())]),
        7 | 8 => ctx.slice_start(dice.stage()),
        9 | 10 => ctx.slice_end(dice.stage()),
        11 => {
            let events = [("own", Timestamp::now(), [].as_slice())];
            let details = SliceDetails::new().events(&events);
            ctx.record_slice_with(dice.stage(), Timestamp::now(), Timestamp::now(), details);
        }
        12 => ctx.event("event", 1, &[("long", "x".repeat(dice.roll(3_000)).into())]),
        13 => ctx.set_slice_attrs(&[("key", dice.roll(100).into())]),
        14 | 15 => open.guards.push(ctx.slice(dice.stage())),
        16 if !open.guards.is_empty() => {
            let guard = open.guards.swap_remove(dice.roll(open.guards.len()));
            if dice.roll(10) == 0 {
                drop(guard.thread_finish());
            }
        }
        17 => nested(&ctx, 3),
        18 => {
            let second = Arc::clone(&shared[dice.roll(CONTEXTS)].lock().unwrap());
            open.tasks.push(Box::pin(alternating(ctx, second)));
        }
        _ if !open.tasks.is_empty() => {
            let index = dice.roll(open.tasks.len());
            let poll = open.tasks[index]
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            if poll.is_ready() || dice.roll(8) == 0 {
                drop(open.tasks.swap_remove(index));
            }
        }
        _ => current(),
    }
    open.guards.truncate(40);
    open.tasks.truncate(20);
}

#[test]
fn every_span_comes_out_once_and_in_its_place() {
    let recording = Recording::start();
    let books = Books::open();
    let shared: Shared = Default::default();
    thread::scope(|scope| {
        for seed in 1..=THREADS {
            let shared = &shared;
            scope.spawn(move || {
                mooncake_trace::set_thread_info(ThreadInfo::new("chaos"));
                let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed);
                let mut open = Open::default();
                for _ in 0..STEPS {
                    step(shared, &mut dice, &mut open);
                }
            });
        }
    });
    drop(shared);
    let spans = recording.spans();
    let stats = recording.stats();
    assert_balanced(&stats);
    assert_eq!((stats.open_contexts, stats.dropped.total()), (0, 0));
    assert_eq!(books.recorded(), spans.len() as u64);
    assert!(
        spans.len() as u64 > THREADS * 5_000,
        "only {} spans",
        spans.len()
    );

    let by_id: HashMap<_, _> = spans.iter().map(|span| (span.span_id, span)).collect();
    assert_eq!(by_id.len(), spans.len(), "a span has come out twice");
    for span in &spans {
        assert!(span.end_ns >= span.start_ns);
        let parent = span.parent.map(|parent| by_id[&parent.span_id]);
        let expected = match span.kind {
            SpanKind::Request => parent.is_none(),
            SpanKind::Thread => parent.is_some_and(|parent| parent.kind == SpanKind::Request),
            SpanKind::Slice => parent.is_some_and(|parent| parent.kind != SpanKind::Request),
        };
        assert!(expected, "{span:?} under {parent:?}");
        assert!(parent.is_none_or(|parent| parent.trace_id == span.trace_id));
        let link = span.link.map(|link| by_id[&link.span_id]);
        assert!(
            link.is_none_or(|link| link.kind == SpanKind::Slice && link.trace_id == span.trace_id)
        );
    }
}
