//! Where in a body the first line of the expansion goes.
//!
//! It goes into the user's own block, because a block of ours around the body would change what lints see and,
//! in older editions, when temporaries of the last expression are dropped. Two things must stay in front of it:
//! inner attributes, and items at the beginning, so that `clippy::items_after_statements` keeps quiet about them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Item};

/// A body, cut where a statement can be put in.
pub(super) struct Body {
    /// `#![inner]` attributes.
    pub(super) attrs: TokenStream,
    /// Items at the beginning.
    pub(super) items: TokenStream,
    /// Everything else.
    pub(super) rest: TokenStream,
}

/// Cuts the tokens between the braces of a body.
pub(super) fn cut(body: TokenStream) -> Body {
    let whole = Body {
        attrs: TokenStream::new(),
        items: TokenStream::new(),
        rest: body.clone(),
    };
    if !begins_with_item_or_attribute(&body) {
        return whole;
    }
    let parser = |input: ParseStream<'_>| {
        let attrs = consumed(input, |input| {
            Ok(!input.call(Attribute::parse_inner)?.is_empty())
        })?;
        let items = consumed(input, leading_item)?;
        Ok(Body {
            attrs,
            items,
            rest: input.parse()?,
        })
    };
    parser.parse2(body).unwrap_or(whole)
}

/// The body again, with `statement` put in.
pub(super) fn with_statement(body: &Group, statement: TokenStream) -> Group {
    let Body { attrs, items, rest } = cut(body.stream());
    block(
        body,
        TokenStream::from_iter([attrs, items, statement, rest]),
    )
}

/// `tokens` between the braces of the user's body.
pub(super) fn block(body: &Group, tokens: TokenStream) -> Group {
    let mut block = Group::new(Delimiter::Brace, tokens);
    block.set_span(body.span());
    block
}

/// Whether one of `words` occurs anywhere in `tokens`.
pub(super) fn mentions(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Group(group) => mentions(group.stream(), words),
        _ => false,
    })
}

/// Takes what `step` parses, as the tokens it was, for as long as `step` finds something.
fn consumed(
    input: ParseStream<'_>,
    step: impl Fn(ParseStream<'_>) -> syn::Result<bool>,
) -> syn::Result<TokenStream> {
    let mut taken = TokenStream::new();
    loop {
        let ahead = input.fork();
        // What cannot be parsed is no item to us; it stays where it is.
        if !step(&ahead).unwrap_or(false) {
            return Ok(taken);
        }
        while input.cursor() < ahead.cursor() {
            taken.extend([input.parse::<TokenTree>()?]);
        }
    }
}

fn leading_item(input: ParseStream<'_>) -> syn::Result<bool> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    match ahead.cursor().ident() {
        Some((word, _)) if is_item_word(&word) => {}
        _ => return Ok(false),
    }
    Ok(!matches!(
        input.parse::<Item>()?,
        Item::Macro(_) | Item::Verbatim(_)
    ))
}

fn begins_with_item_or_attribute(body: &TokenStream) -> bool {
    match body.clone().into_iter().next() {
        Some(TokenTree::Punct(punct)) => punct.as_char() == '#',
        Some(TokenTree::Ident(word)) => is_item_word(&word),
        _ => false,
    }
}

fn is_item_word(word: &proc_macro2::Ident) -> bool {
    ITEM_WORDS.iter().any(|item| word == item)
}

/// Words that an item can begin with. An expression can begin with `const`, `async` and `unsafe` too.
const ITEM_WORDS: [&str; 16] = [
    "fn",
    "use",
    "const",
    "static",
    "struct",
    "enum",
    "union",
    "trait",
    "impl",
    "mod",
    "type",
    "extern",
    "pub",
    "async",
    "unsafe",
    "macro_rules",
];
