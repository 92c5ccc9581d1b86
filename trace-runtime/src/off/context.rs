//! Contexts that take every call and do nothing.

use std::marker::PhantomData;

use opentelemetry::propagation::{Extractor, Injector};

use crate::{Attr, Carrier, OpenSpan, SliceDetails, Stage, Timestamp, Value};

/// A null context of no size.
#[derive(Debug, Default)]
pub struct TraceContext(());

/// Makes null contexts.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ContextBuilder<'a>(PhantomData<&'a str>);

/// The guard of a slice that is not recorded.
#[derive(Debug)]
#[must_use = "the slice ends when the guard is dropped; bind it to a name, as in `let _slice = …`"]
pub struct SliceGuard(());

/// Declares methods that ignore their arguments.
macro_rules! ignoring {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*);)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(&self $(, $arg: $ty)*) {
            let _ = ($($arg,)*);
        }
    )*};
}

impl TraceContext {
    /// A context that takes every call and does nothing.
    #[must_use]
    #[inline(always)]
    pub const fn null() -> Self {
        Self(())
    }

    /// Makes a null context.
    #[inline(always)]
    pub fn builder(rid: &str) -> ContextBuilder<'_> {
        let _ = rid;
        ContextBuilder(PhantomData)
    }

    /// A null context, whatever the carrier says.
    #[must_use]
    #[inline(always)]
    pub fn from_carrier(carrier: &Carrier) -> Self {
        let _ = carrier;
        Self(())
    }

    /// False.
    #[must_use]
    #[inline(always)]
    pub fn is_enabled(&self) -> bool {
        false
    }

    /// A null context.
    #[must_use]
    #[inline(always)]
    pub fn copy_for_thread(&self) -> Self {
        Self(())
    }

    /// A carrier that loads as null.
    #[must_use]
    pub fn to_carrier(&self) -> Carrier {
        Carrier::disabled()
    }

    /// None.
    #[must_use]
    #[inline(always)]
    pub fn traceparent(&self) -> Option<String> {
        None
    }

    /// None.
    #[must_use]
    #[inline(always)]
    pub fn open_spans(&self) -> Vec<OpenSpan> {
        Vec::new()
    }

    /// A guard that does nothing.
    #[inline(always)]
    pub fn slice(&self, stage: &'static Stage) -> SliceGuard {
        let _ = stage;
        SliceGuard(())
    }

    /// A guard that does nothing.
    #[inline(always)]
    pub fn slice_with(&self, stage: &'static Stage, attrs: &[Attr<'_>]) -> SliceGuard {
        let _ = (stage, attrs);
        SliceGuard(())
    }

    /// A guard that does nothing.
    #[inline(always)]
    pub fn slice_at(&self, stage: &'static Stage, start: Timestamp) -> SliceGuard {
        let _ = (stage, start);
        SliceGuard(())
    }

    ignoring! {
        /// Does nothing.
        fn inject(&self, headers: &mut dyn Injector);
        /// Does nothing.
        fn req_start(&self);
        /// Does nothing.
        fn req_start_at(&self, at: Timestamp);
        /// Does nothing.
        fn req_finish(&self);
        /// Does nothing.
        fn req_finish_at(&self, at: Timestamp);
        /// Does nothing.
        fn req_fail(&self, reason: &str);
        /// Does nothing.
        fn req_fail_at(&self, reason: &str, at: Timestamp);
        /// Does nothing.
        fn abort(&self, attrs: &[Attr<'_>]);
        /// Does nothing.
        fn abort_at(&self, attrs: &[Attr<'_>], at: Timestamp);
        /// Does nothing.
        fn rebuild_thread_context(&self);
        /// Does nothing.
        fn rebuild_thread_context_at(&self, at: Timestamp);
        /// Does nothing.
        fn slice_start(&self, stage: &'static Stage);
        /// Does nothing.
        fn slice_start_at(&self, stage: &'static Stage, start: Timestamp);
        /// Does nothing.
        fn slice_end(&self, stage: &'static Stage);
        /// Does nothing.
        fn slice_end_at(&self, stage: &'static Stage, end: Timestamp);
        /// Does nothing.
        fn slice_end_with(&self, stage: &'static Stage, details: SliceDetails<'_>);
        /// Does nothing.
        fn slice_end_with_at(&self, stage: &'static Stage, details: SliceDetails<'_>, end: Timestamp);
        /// Does nothing.
        fn record_slice(&self, stage: &'static Stage, start: Timestamp, end: Timestamp);
        /// Does nothing.
        fn record_slice_with(&self, stage: &'static Stage, start: Timestamp, end: Timestamp, details: SliceDetails<'_>);
        /// Does nothing.
        fn event(&self, name: &str, level: u8, attrs: &[Attr<'_>]);
        /// Does nothing.
        fn event_at(&self, name: &str, level: u8, attrs: &[Attr<'_>], at: Timestamp);
        /// Does nothing.
        fn set_root_attrs(&self, attrs: &[Attr<'_>]);
        /// Does nothing.
        fn set_thread_attrs(&self, attrs: &[Attr<'_>]);
        /// Does nothing.
        fn set_slice_attrs(&self, attrs: &[Attr<'_>]);
    }
}

/// Declares builder methods that ignore their arguments.
macro_rules! passing {
    ($($(#[$doc:meta])* fn $name:ident($arg:ident: $ty:ty);)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(self, $arg: $ty) -> Self {
            let _ = $arg;
            self
        }
    )*};
}

impl<'a> ContextBuilder<'a> {
    passing! {
        /// Ignored.
        fn bootstrap_room(room: u64);
        /// Ignored.
        fn role(role: &'a str);
        /// Ignored.
        fn module(module: &'a str);
        /// Ignored.
        fn level(level: u8);
        /// Ignored.
        fn traceparent(header: &str);
        /// Ignored.
        fn tracestate(header: &str);
        /// Ignored.
        fn headers(headers: &dyn Extractor);
    }

    /// A null context.
    #[must_use]
    #[inline(always)]
    pub fn build(self) -> TraceContext {
        TraceContext::null()
    }
}

impl SliceGuard {
    /// False.
    #[must_use]
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        false
    }

    /// Does nothing.
    #[inline(always)]
    pub fn attr<'a>(&self, key: &str, value: impl Into<Value<'a>>) -> &Self {
        let _ = (key, value);
        self
    }

    /// Does nothing.
    #[inline(always)]
    pub fn attrs(&self, attrs: &[Attr<'_>]) -> &Self {
        let _ = attrs;
        self
    }

    /// Does nothing.
    #[inline(always)]
    pub fn fail(&self, message: &str) -> &Self {
        let _ = message;
        self
    }

    /// Does nothing.
    #[inline(always)]
    pub fn thread_finish(self) -> Self {
        self
    }

    /// Does nothing.
    #[inline(always)]
    pub fn end(self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn end_at(self, at: Timestamp) {
        let _ = at;
    }
}

/// Does nothing.
#[inline(always)]
pub fn mooncake_trace_slice(ctx: &TraceContext, stage: &'static Stage, start: Timestamp) {
    let _ = (ctx, stage, start);
}

/// Does nothing.
#[inline(always)]
pub fn mooncake_trace_slice_at(
    ctx: &TraceContext,
    stage: &'static Stage,
    start: Timestamp,
    end: Timestamp,
) {
    let _ = (ctx, stage, start, end);
}
