//! The order in which the arguments of a function are dropped.
//!
//! A body that is moved into an `async` block or a closure takes its arguments along, and they are dropped there in the
//! order in which the block names them first. A function drops them in the reverse order of their declaration, so the
//! block begins with a statement that names them in that order, and does nothing: it is behind a `break`, where neither
//! the code nor `unused_variables` sees it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{FnArg, Pat, ReceiverKind, Signature, Type};

use super::output::ungrouped;

/// Keeps the order of drops; nothing where there is nothing to keep.
///
/// Arguments that the body does not name, and that are not called `_…`, stay where they are, so that the compiler can
/// say that they are unused; they are dropped after the others.
pub(super) fn in_order(sig: &Signature, body: &TokenStream) -> TokenStream {
    let dropped = sig.inputs.iter().filter_map(dropped);
    let dropped: Vec<Ident> = dropped
        .filter(|name| name.to_string().starts_with('_') || names(body, name))
        .collect();
    if dropped.len() < 2 {
        return TokenStream::new();
    }
    let reversed = dropped.iter().rev();
    quote_spanned! {Span::mixed_site()=>
        #[allow(unreachable_code, unused_assignments, unused_variables, clippy::never_loop)]
        loop {
            break;
            let _ = (#(&#reversed),*);
        }
    }
}

/// Whether `name` is among the tokens, or in a string, which may be a format string.
fn names(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => names(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&format!("{{{name}")),
        TokenTree::Punct(_) => false,
    })
}

/// The argument's name, if its drop may do something.
fn dropped(argument: &FnArg) -> Option<Ident> {
    match argument {
        FnArg::Receiver(receiver) => {
            let drops = receiver.attrs.is_empty()
                && match &receiver.kind {
                    ReceiverKind::Reference(..) => false,
                    ReceiverKind::Typed(_, ty) => may_drop(ty),
                    _ => true,
                };
            drops.then(|| Ident::new("self", receiver.self_token.span))
        }
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(pat)
                if argument.attrs.is_empty()
                    && pat.by_ref.is_none()
                    && pat.subpat.is_none()
                    && may_drop(&argument.ty) =>
            {
                Some(pat.ident.clone())
            }
            _ => None,
        },
    }
}

fn may_drop(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::Never(_) => false,
        Type::Array(ty) => may_drop(&ty.elem),
        Type::Tuple(ty) => ty.elems.iter().any(may_drop),
        Type::Path(ty) => !ty
            .path
            .get_ident()
            .is_some_and(|name| SCALARS.iter().any(|scalar| name == scalar)),
        _ => true,
    }
}

const SCALARS: [&str; 16] = [
    "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
    "isize", "f32", "f64",
];
