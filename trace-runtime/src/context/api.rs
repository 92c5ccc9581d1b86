//! The recording calls of a context.

use super::TraceContext;
use super::guard::SliceGuard;
use super::slot::{Slot, locked};
use super::state::Phase;
use crate::clock::Timestamp;
use crate::{Attr, OpenSpan, SliceDetails, SpanKind, Stage};

impl TraceContext {
    /// Begins the request: its root span, and a thread span of the calling thread.
    pub fn req_start(&self) {
        self.req_start_at(Timestamp::now());
    }

    /// [`req_start`](Self::req_start) at a given time.
    pub fn req_start_at(&self, at: Timestamp) {
        self.on(|slot| locked(slot, |state, local| state.req_start(local, at)));
    }

    /// Ends the request: what is open, the thread span, the root.
    pub fn req_finish(&self) {
        self.req_finish_at(Timestamp::now());
    }

    /// [`req_finish`](Self::req_finish) at a given time.
    pub fn req_finish_at(&self, at: Timestamp) {
        self.on(|slot| locked(slot, |state, local| state.req_finish(local, at)));
    }

    /// Ends the request as failed: its spans are marked as errors, the thread span gets `reason`.
    pub fn req_fail(&self, reason: &str) {
        self.req_fail_at(reason, Timestamp::now());
    }

    /// [`req_fail`](Self::req_fail) at a given time.
    pub fn req_fail_at(&self, reason: &str, at: Timestamp) {
        let info = [("reason", reason.into())];
        self.on(|slot| {
            locked(slot, |state, local| {
                state.abort(local, at, &info);
                state.req_finish(local, at);
            });
        });
    }

    /// Closes the thread context. With attributes it is marked as an error and gets them, and so is the root when this
    /// is the original; the root stays open until [`req_finish`](Self::req_finish).
    pub fn abort(&self, attrs: &[Attr<'_>]) {
        self.abort_at(attrs, Timestamp::now());
    }

    /// [`abort`](Self::abort) at a given time.
    pub fn abort_at(&self, attrs: &[Attr<'_>], at: Timestamp) {
        self.on(|slot| locked(slot, |state, local| state.abort(local, at, attrs)));
    }

    /// Opens a thread context on the calling thread; one that is still open is closed first.
    pub fn rebuild_thread_context(&self) {
        if let Some(slot) = self.slot() {
            // It is likely to come from another core, and may do so while the clock is read.
            slot.ask_to_record();
            slot.rebuild(Timestamp::now());
        }
    }

    /// [`rebuild_thread_context`](Self::rebuild_thread_context) at a given time.
    pub fn rebuild_thread_context_at(&self, at: Timestamp) {
        if let Some(slot) = self.slot() {
            slot.rebuild(at);
        }
    }

    /// Opens a slice that lasts as long as the guard.
    #[inline]
    pub fn slice(&self, stage: &'static Stage) -> SliceGuard {
        self.open(stage, |slot| slot.start(stage).id)
    }

    /// [`slice`](Self::slice) with attributes.
    #[inline(always)]
    pub fn slice_with(&self, stage: &'static Stage, attrs: &[Attr<'_>]) -> SliceGuard {
        // What `open` does, but no closure: the attributes would not be inlined into it.
        let Some(slot) = self.slot() else {
            return SliceGuard::OFF;
        };
        let id = if slot.passes(stage) {
            slot.start_with(slot.generation(), stage, attrs)
        } else {
            0
        };
        SliceGuard::new(slot, id)
    }

    /// [`slice`](Self::slice) that began at a given time.
    #[inline]
    pub fn slice_at(&self, stage: &'static Stage, start: Timestamp) -> SliceGuard {
        self.open(stage, |slot| {
            slot.start_in(slot.generation(), stage, &[], Some(start))
        })
    }

    #[inline(always)]
    fn open(&self, stage: &Stage, start: impl FnOnce(&'static Slot) -> u64) -> SliceGuard {
        match self.slot() {
            None => SliceGuard::OFF,
            Some(slot) if slot.passes(stage) => SliceGuard::new(slot, start(slot)),
            // Not recorded, but the guard may have a thread context to finish.
            Some(slot) => SliceGuard::new(slot, 0),
        }
    }

    /// Opens a slice that [`slice_end`](Self::slice_end) ends.
    #[inline]
    pub fn slice_start(&self, stage: &'static Stage) {
        if let Some(slot) = self.passing(stage) {
            slot.start(stage);
        }
    }

    /// [`slice_start`](Self::slice_start) at a given time.
    pub fn slice_start_at(&self, stage: &'static Stage, start: Timestamp) {
        if let Some(slot) = self.passing(stage) {
            slot.start_in(slot.generation(), stage, &[], Some(start));
        }
    }

    /// Ends the innermost open slice with this stage's name and level; slices opened inside it are closed first.
    pub fn slice_end(&self, stage: &'static Stage) {
        if self.passing(stage).is_some() {
            self.slice_end_with_at(stage, SliceDetails::new(), Timestamp::now());
        }
    }

    /// [`slice_end`](Self::slice_end) at a given time.
    pub fn slice_end_at(&self, stage: &'static Stage, end: Timestamp) {
        self.slice_end_with_at(stage, SliceDetails::new(), end);
    }

    /// [`slice_end`](Self::slice_end) with attributes, or with the end of the thread context.
    pub fn slice_end_with(&self, stage: &'static Stage, details: SliceDetails<'_>) {
        self.slice_end_with_at(stage, details, Timestamp::now());
    }

    /// [`slice_end_with`](Self::slice_end_with) at a given time.
    pub fn slice_end_with_at(
        &self,
        stage: &'static Stage,
        details: SliceDetails<'_>,
        end: Timestamp,
    ) {
        self.on(|slot| {
            locked(slot, |state, local| {
                state.end_stage(local, stage, end, &details);
            });
        });
    }

    /// Records a slice that is over.
    pub fn record_slice(&self, stage: &'static Stage, start: Timestamp, end: Timestamp) {
        self.record_slice_with(stage, start, end, SliceDetails::new());
    }

    /// [`record_slice`](Self::record_slice) with attributes, events, or the end of the thread context.
    pub fn record_slice_with(
        &self,
        stage: &'static Stage,
        start: Timestamp,
        end: Timestamp,
        details: SliceDetails<'_>,
    ) {
        self.on(|slot| {
            locked(slot, |state, local| {
                state.record_slice(slot, local, stage, start, end, &details);
            });
        });
    }

    /// Something that happened now; the slice whose time holds it takes it when it ends, else the thread span.
    pub fn event(&self, name: &str, level: u8, attrs: &[Attr<'_>]) {
        self.event_at(name, level, attrs, Timestamp::now());
    }

    /// [`event`](Self::event) at a given time.
    pub fn event_at(&self, name: &str, level: u8, attrs: &[Attr<'_>], at: Timestamp) {
        self.on(|slot| slot.lock().event(name, level, at, attrs));
    }

    /// Sets attributes of the root, from the start of the request to its finish, on the original only.
    pub fn set_root_attrs(&self, attrs: &[Attr<'_>]) {
        self.on(|slot| slot.lock().set_root_attrs(attrs));
    }

    /// Sets attributes of the open thread span.
    pub fn set_thread_attrs(&self, attrs: &[Attr<'_>]) {
        self.on(|slot| slot.lock().set_thread_attrs(attrs));
    }

    /// Sets attributes of the innermost open slice.
    pub fn set_slice_attrs(&self, attrs: &[Attr<'_>]) {
        self.on(|slot| {
            locked(slot, |state, local| {
                state.set_slice_attrs(local, 0, attrs);
            });
        });
    }

    /// The spans of this context that are open now: root, thread span, slices in the order in which they were opened.
    #[must_use]
    pub fn open_spans(&self) -> Vec<OpenSpan> {
        let Some(slot) = self.recording() else {
            return Vec::new();
        };
        let state = slot.lock();
        let mut spans = Vec::new();
        if state.phase == Phase::Started {
            spans.push(OpenSpan {
                kind: SpanKind::Request,
                span_id: state.root,
                parent: (state.root_parent != 0).then_some(state.root_parent),
                start: state.request.start,
                stage: None,
            });
        }
        if state.thread != 0 {
            spans.push(OpenSpan {
                kind: SpanKind::Thread,
                span_id: state.thread,
                parent: Some(state.root),
                start: state.thread_start,
                stage: None,
            });
        }
        spans.extend(state.slices.iter().map(|open| OpenSpan {
            kind: SpanKind::Slice,
            span_id: open.id,
            parent: Some(open.parent),
            start: open.start,
            stage: Some(open.stage),
        }));
        spans
    }

    #[inline(always)]
    fn passing(&self, stage: &Stage) -> Option<&'static Slot> {
        self.slot().filter(|slot| slot.passes(stage))
    }

    #[inline(always)]
    fn on(&self, call: impl FnOnce(&'static Slot)) {
        if let Some(slot) = self.recording() {
            call(slot);
        }
    }
}

/// Records a slice from `start` to now (SGLang's `mooncake_trace_slice`).
#[inline]
pub fn mooncake_trace_slice(ctx: &TraceContext, stage: &'static Stage, start: Timestamp) {
    if ctx.passing(stage).is_some() {
        ctx.record_slice(stage, start, Timestamp::now());
    }
}

/// Records a slice from `start` to `end`.
pub fn mooncake_trace_slice_at(
    ctx: &TraceContext,
    stage: &'static Stage,
    start: Timestamp,
    end: Timestamp,
) {
    ctx.record_slice(stage, start, end);
}
