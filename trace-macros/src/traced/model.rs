//! What the expansion needs to know about a traced function; every rule has been checked.

use proc_macro2::{Ident, Span};
use syn::{Expr, Pat, Path};

use super::attrs::Attr;
use super::function::Function;
use super::output::Shape;

/// A function to trace.
pub(super) struct Traced {
    /// The path of the runtime crate, `::mooncake_trace` unless `crate = …` says otherwise.
    pub(super) krate: Option<Path>,
    pub(super) stage: Expr,
    pub(super) context: Context,
    pub(super) attrs: Vec<Attr>,
    pub(super) outcome: Outcome,
    pub(super) thread_finish: bool,
    pub(super) shape: Shape,
    /// Whether it is `#[track_caller]`.
    pub(super) tracks_caller: bool,
    pub(super) function: Function,
}

/// Where the trace context comes from.
pub(super) enum Context {
    /// `self.trace_ctx`, with the receiver's own token.
    Receiver(syn::Token![self]),
    /// The parameter `trace_ctx`.
    Parameter(Ident),
    /// `ctx = EXPR`
    Expr(Box<Expr>),
    /// `ctx = current`
    Current,
}

/// What of the result is recorded.
pub(super) struct Outcome {
    pub(super) err: Option<ErrFormat>,
    pub(super) ret: Option<(Pat, Vec<Attr>)>,
}

/// How an `Err` is shown, and the option that asked for it.
#[derive(Clone, Copy)]
pub(super) enum ErrFormat {
    Display(Span),
    Debug(Span),
}

impl Outcome {
    /// Whether the result is not looked at.
    pub(super) fn is_empty(&self) -> bool {
        self.err.is_none() && self.ret.is_none()
    }
}
