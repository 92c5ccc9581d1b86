//! The tokens of a function that makes a future or a stream: the slice covers its life, not its making.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use super::body;
use super::expand::{called, door, return_type, task, wrapped};
use super::model::Traced;
use super::output::Packed;

/// ```text
/// fn f(&self) -> impl Future { BODY }
///     => fn f(&self) -> impl Future { let __slice = …; __slice.cover(body(move || { BODY })) }
/// ```
/// Without the closure where the body plainly ends with an `async` block or `Box::pin` of one.
pub(super) fn covered(traced: &Traced, packed: Packed, wrap: &str) -> Group {
    let function = &traced.function;
    let task = task(traced);
    let body::Body { attrs, items, rest } = body::cut(function.body.stream());
    let span = Span::mixed_site();
    let tokens = match plain_end(rest.clone(), packed) {
        Some(end) => {
            let wrapped = end.pack(wrapped(traced, &end.block, wrap));
            let before = end.before;
            quote_spanned! {span=> #attrs #items #task #before #wrapped }
        }
        None if packed == Packed::Alias => return called(traced),
        None => {
            let door = door(traced);
            let run = body::block(&function.body, TokenStream::from_iter([items, rest]));
            // A closure would hide the caller; without one, a `return` of the body cannot be covered.
            let made = if traced.tracks_caller {
                quote_spanned! {span=> #run }
            } else {
                let output = match packed {
                    Packed::Plain => TokenStream::new(),
                    Packed::PinBox | Packed::Box | Packed::Alias => {
                        return_type(&function.sig.output)
                    }
                };
                quote_spanned! {span=> #door::body(move || #output #run) }
            };
            let wrapped = wrapped(traced, &quote_spanned! {span=> __made }, wrap);
            let result = match packed {
                Packed::Plain => wrapped,
                Packed::PinBox | Packed::Alias => {
                    quote_spanned! {span=> if __slice.is_on() { #door::pin(#wrapped) } else { __made } }
                }
                Packed::Box => {
                    quote_spanned! {span=> if __slice.is_on() { #door::boxed(#wrapped) } else { __made } }
                }
            };
            quote_spanned! {span=> #attrs #task let __made = #made; #result }
        }
    };
    body::block(&function.body, tokens)
}

/// A body that ends with `async move { … }`, or with `Box::pin(async move { … })`, and returns nowhere else.
struct PlainEnd {
    before: TokenStream,
    /// `Box::pin` and the span of its parentheses.
    pin: Option<(TokenStream, Span)>,
    block: TokenStream,
}

impl PlainEnd {
    fn pack(&self, future: TokenStream) -> TokenStream {
        match &self.pin {
            None => future,
            Some((pin, span)) => {
                let mut parens = Group::new(Delimiter::Parenthesis, future);
                parens.set_span(*span);
                quote_spanned! {*span=> #pin #parens }
            }
        }
    }
}

fn plain_end(rest: TokenStream, packed: Packed) -> Option<PlainEnd> {
    let mut before: Vec<TokenTree> = rest.into_iter().collect();
    let (pin, block) = match packed {
        Packed::Plain => (None, async_block(&mut before)?),
        Packed::Box => return None,
        Packed::PinBox | Packed::Alias => {
            let TokenTree::Group(parens) = before.pop()? else {
                return None;
            };
            let mut inner = parens.stream().into_iter().collect();
            let block = async_block(&mut inner)?;
            let is_pin = matches!(before.last(), Some(TokenTree::Ident(pin)) if pin == "pin");
            if !inner.is_empty() || !is_pin {
                return None;
            }
            (Some((path(&mut before), parens.span())), block)
        }
    };
    let at_statement = match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    let before = TokenStream::from_iter(before);
    let whole = at_statement && !body::mentions(before.clone(), &["return"]);
    whole.then_some(PlainEnd { before, pin, block })
}

/// Takes `async { … }` or `async move { … }` from the end.
fn async_block(tokens: &mut Vec<TokenTree>) -> Option<TokenStream> {
    let is_block = matches!(tokens.last(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
    let word = |back: usize, word: &str| {
        let at = tokens.len().checked_sub(back)?;
        matches!(&tokens[at], TokenTree::Ident(ident) if ident == word).then_some(at)
    };
    let at = if word(2, "move").is_some() {
        word(3, "async")
    } else {
        word(2, "async")
    };
    at.filter(|_| is_block)
        .map(|at| tokens.drain(at..).collect())
}

/// Takes a path like `std::boxed::Box::pin` from the end.
fn path(tokens: &mut Vec<TokenTree>) -> TokenStream {
    let start = tokens
        .iter()
        .rposition(|token| match token {
            TokenTree::Ident(_) => false,
            TokenTree::Punct(punct) => punct.as_char() != ':',
            _ => true,
        })
        .map_or(0, |at| at + 1);
    tokens.drain(start..).collect()
}
