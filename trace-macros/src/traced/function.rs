//! The annotated item: a function, or an error that says what can be annotated.
//!
//! Only the signature is parsed, and only to be looked at. What is emitted is the tokens before the body as
//! they came and the body as raw tokens, so that half-typed code still expands and no span is lost.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Visibility};

use crate::diagnostics::Diagnostics;

/// A function with a body.
pub(super) struct Function {
    /// Everything before the body: attributes, visibility and signature.
    pub(super) head: TokenStream,
    pub(super) attrs: Vec<Attribute>,
    pub(super) sig: Signature,
    pub(super) body: Group,
}

/// Takes the item apart; what cannot be annotated goes to `diagnostics`.
pub(super) fn parse(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Function> {
    let mut head: Vec<TokenTree> = ungrouped(item.clone()).into_iter().collect();
    if let Some((span, message)) = not_a_function(&head) {
        diagnostics.at(span, message);
        return None;
    }
    let last = head.pop();
    let Some(body) = last.clone().and_then(braced) else {
        let span = function_name(&head).or(last.map(|token| token.span()));
        diagnostics.at(
            span.unwrap_or_else(Span::mixed_site),
            "this function has no body to trace; annotate the functions that implement it, or give it a default body",
        );
        return None;
    };
    let head = TokenStream::from_iter(head);
    match signature.parse2(head.clone()) {
        Ok((attrs, sig)) => Some(Function {
            head,
            attrs,
            sig,
            body,
        }),
        Err(error) => {
            diagnostics.push(error);
            None
        }
    }
}

fn signature(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Signature)> {
    let attrs = input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    // `default fn` of a specialised impl.
    input.parse::<Option<syn::Token![default]>>()?;
    Ok((attrs, input.parse()?))
}

/// The item without the invisible group that `$item:item` of a `macro_rules!` puts around it.
fn ungrouped(tokens: TokenStream) -> TokenStream {
    let mut iter = tokens.clone().into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungrouped(group.stream())
        }
        _ => tokens,
    }
}

/// The body, also when it came as `$body:block`.
fn braced(token: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => {
            let mut inner = group.stream().into_iter();
            let body = inner.next().and_then(braced);
            body.filter(|_| inner.next().is_none())
        }
        _ => None,
    }
}

/// Where and why the item is not a function, by its first keyword.
fn not_a_function(tokens: &[TokenTree]) -> Option<(Span, &'static str)> {
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(word) = token else {
            continue;
        };
        let advice = match word.to_string().as_str() {
            "fn" => return None,
            // Qualifiers of a function, and `const` and `extern` items, which the next word tells apart.
            "pub" | "crate" | "default" | "async" | "unsafe" | "safe" | "gen" => continue,
            "const" | "extern" => match tokens.peek() {
                Some(TokenTree::Ident(next)) if is_function_word(&next.to_string()) => continue,
                Some(TokenTree::Literal(_)) => continue,
                _ if word == "extern" => {
                    "expected a function; annotate Rust functions, foreign ones have no body here"
                }
                _ => "expected a function; a constant has no duration to trace",
            },
            "trait" => {
                "expected a function; annotate the methods that have a default body, or those of the impls"
            }
            "impl" => "expected a function; annotate the methods of the impl, one by one",
            "struct" | "enum" | "union" => {
                "expected a function; annotate the methods of the type, one by one"
            }
            "mod" => "expected a function; annotate the functions of the module, one by one",
            _ => "expected a function: `#[mooncake_trace(stage = …)] fn …`",
        };
        return Some((word.span(), advice));
    }
    None
}

fn is_function_word(word: &str) -> bool {
    matches!(word, "fn" | "async" | "unsafe" | "extern" | "safe")
}

/// The name after `fn`.
fn function_name(tokens: &[TokenTree]) -> Option<Span> {
    let at = tokens
        .iter()
        .position(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))?;
    tokens.get(at + 1).map(TokenTree::span)
}
