//! `#[mooncake_trace]`: one slice around one function.

mod args;
mod attrs;
mod body;
mod drops;
mod expand;
mod fallback;
mod function;
mod future;
mod model;
mod output;
mod recover;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

/// The expansion of `#[mooncake_trace(args)] item`; not `enabled`, a correct function stays as it is.
pub(crate) fn expand(args: TokenStream, item: TokenStream, enabled: bool) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = args::parse(args, &mut diagnostics);
    let function = function::parse(&item, &mut diagnostics);
    match validate::model(args, function, &mut diagnostics) {
        Some(_) if diagnostics.is_empty() && !enabled => item,
        Some(traced) if diagnostics.is_empty() => expand::expand(traced),
        _ => fallback::expand(diagnostics, item),
    }
}
