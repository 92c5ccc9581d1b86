//! Functions that carry the real attribute, in every shape, for every stage of the shipped table.

use std::future::Future;
use std::pin::Pin;

use mooncake_trace::{MooncakeRequestStage, Timestamp, manual_clock, mooncake_trace};

use crate::functions::{Body, Outcome, panic_quietly};
use crate::ops::MooncakeStage;
use crate::world::{Cell, lock};

pub(crate) type Promise<'a> = Pin<Box<dyn Future<Output = i64> + 'a>>;

/// The annotated functions of one stage.
pub(crate) struct Traced {
    pub(crate) checked: fn(&Cell, &mut dyn FnMut() -> Outcome) -> Outcome,
    pub(crate) panicking: fn(&Cell, &mut dyn FnMut() -> Outcome) -> i64,
    pub(crate) asynchronous: for<'a> fn(&'a Cell, Body<'a>) -> Body<'a>,
    pub(crate) future: for<'a> fn(&'a Cell, Body<'a>) -> Promise<'a>,
    pub(crate) boxed: for<'a> fn(&'a Cell, Body<'a>) -> Body<'a>,
    finish: fn(&Cell, Timestamp),
}

impl Traced {
    /// A function that does nothing, ends at `now` and closes the thread context.
    pub(crate) fn finish(&self, ctx: &Cell, now: Timestamp) {
        (self.finish)(ctx, now);
    }
}

macro_rules! traced {
    ($table:ident, $stage:ident) => {
        static $table: Traced = {
            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx), err)]
            fn checked(ctx: &Cell, body: &mut dyn FnMut() -> Outcome) -> Outcome {
                body()
            }

            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx))]
            fn panicking(ctx: &Cell, body: &mut dyn FnMut() -> Outcome) -> i64 {
                body().unwrap_or_else(|_| panic_quietly())
            }

            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx), err)]
            async fn asynchronous(ctx: &Cell, body: Body<'_>) -> Outcome {
                body.await
            }

            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx))]
            fn future<'a>(ctx: &'a Cell, body: Body<'a>) -> impl Future<Output = i64> + 'a {
                async move { body.await.unwrap_or_else(|_| panic_quietly()) }
            }

            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx), err)]
            fn boxed<'a>(
                ctx: &'a Cell,
                body: Body<'a>,
            ) -> Pin<Box<dyn Future<Output = Outcome> + 'a>> {
                body
            }

            #[mooncake_trace(stage = MooncakeRequestStage::$stage, ctx = lock(ctx), thread_finish)]
            fn finish(ctx: &Cell, now: Timestamp) {
                manual_clock::set(Some(now.unix_ns()));
            }

            Traced {
                checked,
                panicking,
                asynchronous: |ctx, body| Box::pin(asynchronous(ctx, body)),
                future: |ctx, body| Box::pin(future(ctx, body)),
                boxed,
                finish,
            }
        };
    };
}

traced!(SEND, MOONCAKE_SEND);
traced!(RECV, MOONCAKE_RECV);
traced!(WORKER_SEND, MOONCAKE_WORKER_SEND);
traced!(WORKER_SEND_SESSION, MOONCAKE_WORKER_SEND_SESSION);
traced!(WORKER_RECV, MOONCAKE_WORKER_RECV);

pub(crate) fn of(stage: MooncakeStage) -> &'static Traced {
    match stage {
        MooncakeStage::Send => &SEND,
        MooncakeStage::Recv => &RECV,
        MooncakeStage::WorkerSend => &WORKER_SEND,
        MooncakeStage::WorkerSendSession => &WORKER_SEND_SESSION,
        MooncakeStage::WorkerRecv => &WORKER_RECV,
    }
}
