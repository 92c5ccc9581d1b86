//! What is emitted after an error: the diagnostics and the user's item unchanged, so that nothing that uses
//! the item fails too and completion keeps working in it.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

pub(super) fn expand(diagnostics: Diagnostics, item: TokenStream) -> TokenStream {
    let mut tokens = diagnostics.into_compile_errors();
    tokens.extend(item);
    tokens
}
