//! The macros of `mooncake-trace`: [`macro@mooncake_trace`] annotates a function, [`define_stages!`] declares
//! a table of stages. Use them through `mooncake_trace`, which re-exports both.
//!
//! Each macro is a pipeline and a file is a phase of it: `args` parses what the user wrote, `model` is what
//! the expansion needs to know, `validate` makes one from the other and holds the rules, `expand` holds the
//! tokens, and `fallback` is what is emitted after an error: the diagnostics and the user's item unchanged.
//!
//! Invariants: the signature and the body of an annotated function are re-emitted token by token as they
//! came; a mistake never hides another one, all are collected in a [`diagnostics::Diagnostics`].

use proc_macro::TokenStream;

/// Whether `mooncake-trace` is built with its feature `enable`.
const ENABLED: bool = cfg!(feature = "enable");

mod diagnostics;
mod stages;
mod traced;

/// Records a slice of the request's trace around a function. See `mooncake_trace::mooncake_trace`.
#[proc_macro_attribute]
pub fn mooncake_trace(args: TokenStream, item: TokenStream) -> TokenStream {
    traced::expand(args.into(), item.into(), ENABLED).into()
}

/// Declares a table of stages and registers it at link time. See `mooncake_trace::define_stages`.
#[proc_macro]
pub fn define_stages(tables: TokenStream) -> TokenStream {
    stages::expand(tables.into(), ENABLED).into()
}
