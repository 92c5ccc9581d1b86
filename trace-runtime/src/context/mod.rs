//! Contexts: the trace of one request, as one thread or process sees it.

mod ahead;
mod api;
mod builder;
mod emit;
mod free;
mod guard;
mod lock;
mod open;
mod pass_on;
mod previous;
mod quick;
mod relay;
mod request_info;
mod requests;
mod slices;
mod slicing;
mod slot;
mod state;

pub use api::{mooncake_trace_slice, mooncake_trace_slice_at};
pub use builder::ContextBuilder;
pub(crate) use free::{FREE, SLABS, disable_all, give_back, open_contexts};
pub use guard::SliceGuard;
pub(crate) use slot::Slot;

/// The trace context of one request.
///
/// It is one pointer wide, `Send + Sync`, and every method takes `&self`. A null context (the default) costs one
/// compare a call. Dropping a context ends what it still has open, marked as an error.
///
/// Two threads may use one context at the same time, but its slices are one stack: give a thread of its own a
/// [`copy_for_thread`](Self::copy_for_thread).
///
/// ```
/// use mooncake_trace::{MooncakeRequestStage, TraceContext};
///
/// let ctx = TraceContext::builder("0x1f4a2b").module("mooncake").role("Sender").bootstrap_room(7).build();
/// ctx.req_start();
/// {
///     let _send = ctx.slice(&MooncakeRequestStage::MOONCAKE_SEND);
///     let for_worker = ctx.copy_for_thread(); // goes into the chunk that is queued
///     std::thread::spawn(move || {
///         for_worker.rebuild_thread_context();
///         let _write = for_worker.slice(&MooncakeRequestStage::MOONCAKE_WORKER_SEND).thread_finish();
///     });
/// }
/// ctx.req_finish();
/// ```
#[derive(Default)]
pub struct TraceContext(Option<&'static Slot>);

impl TraceContext {
    /// A context that takes every call and does nothing.
    #[must_use]
    #[inline(always)]
    pub const fn null() -> Self {
        Self(None)
    }

    /// Begins the context of a new request; `rid` is the request's id.
    #[inline]
    pub fn builder(rid: &str) -> ContextBuilder<'_> {
        ContextBuilder::new(rid)
    }

    /// Whether it records. Decided when it was made, for good.
    #[must_use]
    #[inline]
    pub fn is_enabled(&self) -> bool {
        self.recording().is_some()
    }

    const fn of(slot: &'static Slot) -> Self {
        Self(Some(slot))
    }

    /// The slot of this context, unless it is null.
    #[inline(always)]
    pub(crate) const fn slot(&self) -> Option<&'static Slot> {
        self.0
    }

    /// The slot, if the context records.
    #[inline(always)]
    fn recording(&self) -> Option<&'static Slot> {
        self.0.filter(|slot| slot.is_enabled())
    }
}

impl Drop for TraceContext {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            slot.free();
        }
    }
}

impl std::fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceContext")
            .field("enabled", &self.is_enabled())
            .field("traceparent", &self.traceparent())
            .finish()
    }
}
