//! How parsing goes on behind a mistake: at the next comma.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Expr, Token};

use crate::diagnostics::Diagnostics;

/// An expression; what is missing is reported at the name before it.
pub(super) fn expression(input: ParseStream<'_>, name: &Span, expected: &str) -> syn::Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(*name, expected));
    }
    input.parse()
}

/// Consumes everything, so that no "unexpected token" follows the real error.
pub(super) fn rest(input: ParseStream<'_>) {
    while input.parse::<proc_macro2::TokenTree>().is_ok() {}
}

/// Consumes tokens up to the next comma.
pub(super) fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// Consumes the comma after an option; true if something else was there.
pub(super) fn comma(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<bool> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() {
        return Ok(false);
    }
    diagnostics.push(input.error("expected `,` in front of this"));
    skip_to_comma(input)?;
    input.parse::<Option<Token![,]>>()?;
    Ok(true)
}
