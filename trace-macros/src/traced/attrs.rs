//! The lists of attributes in `attrs(…)` and `ret(…)`, as written.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, LitStr, Token};

use super::recover::{comma, expression, skip_to_comma};
use crate::diagnostics::Diagnostics;

/// `key = expr`, `key = %expr` or `key = ?expr`
pub(super) struct Attr {
    pub(super) key: LitStr,
    pub(super) format: Format,
    pub(super) value: Expr,
}

/// How the value of an attribute is made.
#[derive(Clone, Copy)]
pub(super) enum Format {
    Value,
    Display,
    Debug,
}

/// `key = expr, …` up to the end.
pub(super) fn attrs(
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<Attr>> {
    let mut attrs: Vec<Attr> = Vec::new();
    while !input.is_empty() {
        match attr(input) {
            Ok(attr)
                if attrs
                    .iter()
                    .any(|other| other.key.value() == attr.key.value()) =>
            {
                diagnostics.at(
                    attr.key.span(),
                    format_args!(
                        "the attribute `{}` is given twice; keep one",
                        attr.key.value()
                    ),
                )
            }
            Ok(attr) => attrs.push(attr),
            Err(error) => {
                diagnostics.push(error);
                skip_to_comma(input)?;
            }
        }
        comma(input, diagnostics)?;
    }
    Ok(attrs)
}

fn attr(input: ParseStream<'_>) -> syn::Result<Attr> {
    let expected = "expected `key = expr`, `\"dotted.key\" = expr`, `key = %expr` (Display) or `key = ?expr` (Debug)";
    let key = if input.peek(LitStr) {
        input.parse::<LitStr>()?
    } else if let Ok(ident) = Ident::parse_any(&input.fork()) {
        Ident::parse_any(input)?;
        if input.peek(Token![.]) {
            return Err(dotted_key(input, &ident));
        }
        LitStr::new(&ident.unraw().to_string(), ident.span())
    } else {
        return Err(input.error(expected));
    };
    if !input.peek(Token![=]) {
        let text = key.value();
        return Err(syn::Error::new(
            key.span(),
            format_args!("the attribute `{text}` has no value; write `{text} = expr`"),
        ));
    }
    input.parse::<Token![=]>()?;
    let format = if input.parse::<Option<Token![%]>>()?.is_some() {
        Format::Display
    } else if input.parse::<Option<Token![?]>>()?.is_some() {
        Format::Debug
    } else {
        Format::Value
    };
    let value = expression(input, &key.span(), expected)?;
    Ok(Attr { key, format, value })
}

/// `a.b = …`: says how it is written.
fn dotted_key(input: ParseStream<'_>, first: &Ident) -> syn::Error {
    let mut key = first.to_string();
    while input.parse::<Token![.]>().is_ok() {
        let Ok(part) = Ident::parse_any(input) else {
            break;
        };
        key = format!("{key}.{part}");
    }
    syn::Error::new(
        first.span(),
        format_args!("a key with dots is written as a string: `\"{key}\" = expr`"),
    )
}
