//! Guards of open slices that a script has started and may end later, on whatever thread.

use std::collections::HashSet;
use std::sync::Mutex;

use mooncake_trace::{SliceGuard, SpanKind, Stage, TraceContext};

use crate::world::lock;

#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<Vec<Guarded>>);

#[derive(Debug)]
struct Guarded {
    ctx: String,
    stage: &'static Stage,
    /// None if the slice is above the context's level.
    span_id: Option<u64>,
    guard: SliceGuard,
}

impl Held {
    /// Keeps the guard of a slice that `context` was asked to open.
    pub(crate) fn keep(
        &self,
        ctx: &str,
        context: &TraceContext,
        stage: &'static Stage,
        guard: SliceGuard,
    ) {
        let open = context.open_spans();
        if open.iter().all(|span| span.kind != SpanKind::Thread) {
            return; // no thread context: nothing was opened, and nothing must happen when the guard is dropped here
        }
        let span_id = guard
            .is_on()
            .then(|| open.last().map(|span| span.span_id))
            .flatten();
        lock(&self.0).push(Guarded {
            ctx: ctx.to_owned(),
            stage,
            span_id,
            guard,
        });
    }

    /// The guard of the slice that an end for `stage` means, if the script has it.
    pub(crate) fn take(
        &self,
        ctx: &str,
        context: &TraceContext,
        stage: &Stage,
    ) -> Option<SliceGuard> {
        let meant = context.open_spans().into_iter().rev().find(|span| {
            let same = |open: &Stage| open.name() == stage.name() && open.level() == stage.level();
            span.stage.is_some_and(same)
        });
        let meant = meant.map(|span| span.span_id);
        let mut held = lock(&self.0);
        let index = held.iter().rposition(|guarded| {
            guarded.ctx == ctx && guarded.stage == stage && guarded.span_id == meant
        })?;
        Some(held.remove(index).guard)
    }

    /// Drops the guards of slices that are not open any more; that must do nothing.
    pub(crate) fn let_go(&self, open: &HashSet<u64>) {
        lock(&self.0).retain(|guarded| guarded.span_id.is_none_or(|id| open.contains(&id)));
    }

    /// The script is over: what is open stays open.
    pub(crate) fn forget(&self) {
        for guarded in std::mem::take(&mut *lock(&self.0)) {
            if guarded.span_id.is_some() {
                std::mem::forget(guarded.guard);
            }
        }
    }
}
