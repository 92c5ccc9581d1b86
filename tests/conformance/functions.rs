//! Traced functions: begins at its start, runs the ops of its body inside, returns 42 or fails.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use mooncake_trace::{SliceGuard, TraceContext, manual_clock};

use crate::modes::{Function, Style};
use crate::ops::{Call, MooncakeFunc, Op};
use crate::seats::Seat;
use crate::traced;
use crate::world::{Cell, Reported, World, lock};

/// The error of a traced function that fails by returning.
#[derive(Debug)]
pub(crate) struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the transfer failed")
    }
}

pub(crate) type Outcome = Result<i64, Failed>;
pub(crate) type Body<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// The context that an op names, or none.
pub(crate) fn cell(world: &World, op: &Op, ctx: Option<&str>) -> Cell {
    match ctx {
        Some(ctx) => world.cell(op, ctx),
        None => Arc::new(Mutex::new(None)),
    }
}

/// Makes the call and reports what it returned.
pub(crate) fn call(
    world: &'static World,
    op: &'static Op,
    func: &'static MooncakeFunc,
    seat: &Seat,
) {
    let place = world.reserve(op);
    manual_clock::set(Some(func.start.unix_ns()));
    let cell = cell(world, op, func.ctx.as_deref());
    let traced = traced::of(func.stage);
    let mut body = || sync_body(world, op, func, seat);
    let outcome = match world.mode.function {
        Function::Guard => by_guard(world, op, func, &cell, body),
        Function::GuardPanic => {
            let guard = open(world, func, &cell);
            caught(|| {
                let _guard = guard;
                body().unwrap_or_else(|_| panic_quietly())
            })
        }
        Function::Checked => (traced.checked)(&cell, &mut body),
        Function::Panicking => caught(|| (traced.panicking)(&cell, &mut body)),
        // What other threads do meanwhile is not inside of a future: only a thread that polls it is.
        Function::Async | Function::Future | Function::Boxed if visits_others(func, &op.thread) => {
            (traced.checked)(&cell, &mut body)
        }
        Function::Async | Function::Future | Function::Boxed => {
            block_on(future(world, op, func, &cell, seat))
        }
    };
    report(world, place, outcome);
}

/// Whether the body has ops of other threads.
fn visits_others(func: &MooncakeFunc, thread: &str) -> bool {
    func.body.iter().any(|op| match &op.call {
        _ if op.thread != thread => true,
        Call::MooncakeFunc(inner) => visits_others(inner, thread),
        _ => false,
    })
}

fn report(world: &World, place: usize, outcome: Outcome) {
    if let Ok(returned) = outcome {
        let returned = crate::json::Json::Int(returned.into());
        world.fill(place, Reported::Plain("returned", returned));
    }
}

fn open(world: &World, func: &MooncakeFunc, cell: &Cell) -> SliceGuard {
    let null = TraceContext::null();
    let ctx = lock(cell);
    let ctx = ctx.as_ref().unwrap_or(&null);
    match world.mode.style {
        Style::Stamped => ctx.slice_at(func.stage.stage(), func.start),
        _ => ctx.slice(func.stage.stage()),
    }
}

fn by_guard(
    world: &World,
    op: &Op,
    func: &MooncakeFunc,
    cell: &Cell,
    body: impl FnOnce() -> Outcome,
) -> Outcome {
    let guard = open(world, func, cell);
    let outcome = body();
    if let Err(error) = &outcome {
        guard.fail(&error.to_string());
    }
    match world.mode.style {
        Style::Stamped => guard.end_at(op.now),
        _ => guard.end(),
    }
    outcome
}

/// The body of a function that is not async. The clock stands at the op's `now` when it is over.
fn sync_body(world: &'static World, op: &Op, func: &'static MooncakeFunc, seat: &Seat) -> Outcome {
    world.observe();
    for inner in &func.body {
        world.perform(inner, seat);
    }
    manual_clock::set(Some(op.now.unix_ns()));
    if func.raises { Err(Failed) } else { Ok(42) }
}

/// The call of an annotated function that gives a future.
fn future<'a>(
    world: &'static World,
    op: &'static Op,
    func: &'static MooncakeFunc,
    cell: &'a Cell,
    seat: &'a Seat,
) -> Body<'a> {
    let traced = traced::of(func.stage);
    let body = Box::pin(async_body(world, op, func, seat));
    match world.mode.function {
        Function::Async => (traced.asynchronous)(cell, body),
        Function::Boxed => (traced.boxed)(cell, body),
        _ => {
            let future = (traced.future)(cell, body);
            Box::pin(CatchUnwind(future))
        }
    }
}

/// The body of a function that is async: it is polled once more after every op.
async fn async_body(
    world: &'static World,
    op: &'static Op,
    func: &'static MooncakeFunc,
    seat: &Seat,
) -> Outcome {
    world.observe();
    for inner in &func.body {
        match &inner.call {
            Call::MooncakeFunc(nested) if inner.thread == op.thread => {
                let place = world.reserve(inner);
                manual_clock::set(Some(nested.start.unix_ns()));
                let cell = cell(world, inner, nested.ctx.as_deref());
                report(
                    world,
                    place,
                    future(world, inner, nested, &cell, seat).await,
                );
                world.observe();
            }
            _ => world.perform(inner, seat),
        }
        Yield(false).await;
    }
    manual_clock::set(Some(op.now.unix_ns()));
    if func.raises { Err(Failed) } else { Ok(42) }
}

/// Fails without a message on stderr.
pub(crate) fn panic_quietly() -> ! {
    resume_unwind(Box::new(Failed))
}

fn caught(call: impl FnOnce() -> i64) -> Outcome {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Failed)
}

/// Is ready when it is polled for the second time.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Makes an error of the panic of a future.
struct CatchUnwind<'a>(Pin<Box<dyn Future<Output = i64> + 'a>>);

impl Future for CatchUnwind<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => {
                // As an executor does that drops a task which has panicked.
                self.0 = Box::pin(std::future::pending());
                Poll::Ready(Err(Failed))
            }
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
    }
}
