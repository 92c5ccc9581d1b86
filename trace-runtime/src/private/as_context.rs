//! What `ctx = EXPR` may be.

use std::cell::{Ref, RefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};

use crate::TraceContext;

/// Something that gives the trace context of a traced function: what `ctx = EXPR` of
/// [`#[mooncake_trace]`](macro@crate::mooncake_trace) may be.
///
/// Implement it for a type that carries a context, and its values can be named as they are.
///
/// ```
/// use mooncake_trace::{AsContext, TraceContext};
///
/// struct Chunk { trace_ctx: Option<TraceContext> }
///
/// impl AsContext for Chunk {
///     fn as_context(&self) -> Option<&TraceContext> {
///         self.trace_ctx.as_ref()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no trace context",
    label = "expected a `TraceContext`, or a reference, `Option`, `Arc`, `Box` or lock guard of one",
    note = "name the context itself, as in `ctx = chunk.trace_ctx` or `ctx = shared.trace_ctx.lock().unwrap()`"
)]
pub trait AsContext {
    /// The context, or nothing: then nothing is recorded.
    fn as_context(&self) -> Option<&TraceContext>;
}

impl AsContext for TraceContext {
    #[inline(always)]
    fn as_context(&self) -> Option<&TraceContext> {
        Some(self)
    }
}

impl<T: AsContext> AsContext for Option<T> {
    #[inline(always)]
    fn as_context(&self) -> Option<&TraceContext> {
        self.as_ref()?.as_context()
    }
}

macro_rules! through {
    ($($ty:ty),* $(,)?) => {$(
        impl<T: AsContext + ?Sized> AsContext for $ty {
            #[inline(always)]
            fn as_context(&self) -> Option<&TraceContext> {
                (**self).as_context()
            }
        }
    )*};
}
through! {
    &T,
    &mut T,
    Box<T>,
    Rc<T>,
    Arc<T>,
    MutexGuard<'_, T>,
    RwLockReadGuard<'_, T>,
    RwLockWriteGuard<'_, T>,
    Ref<'_, T>,
    RefMut<'_, T>,
    Pin<&T>,
    Pin<&mut T>,
    Pin<Box<T>>,
}
