//! `define_stages!`: tables of stages.

mod args;
mod expand;
mod fallback;
mod model;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

/// The expansion of `define_stages! { tables }`; not `enabled`, the tables are not registered.
pub(crate) fn expand(tables: TokenStream, enabled: bool) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = args::parse(tables, &mut diagnostics);
    let tables = validate::model(args, &mut diagnostics);
    if diagnostics.is_empty() {
        expand::expand(&tables, enabled)
    } else {
        fallback::expand(&tables, diagnostics)
    }
}
