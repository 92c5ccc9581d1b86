//! What is emitted after an error: the diagnostics, and the tables as far as they were understood, so that uses
//! of their stages do not fail too. Such a table is not registered.

use proc_macro2::TokenStream;

use super::expand::{items, krate};
use super::model::Tables;
use crate::diagnostics::Diagnostics;

pub(super) fn expand(tables: &Tables, diagnostics: Diagnostics) -> TokenStream {
    let krate = krate(tables);
    let mut tokens = diagnostics.into_compile_errors();
    tokens.extend(tables.tables.iter().map(|table| items(table, &krate)));
    tokens
}
