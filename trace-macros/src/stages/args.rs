//! The tables as written. Parsing recovers at the next comma, so that every stage gets its own diagnostics.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseBuffer, ParseStream, Parser};
use syn::{Attribute, Ident, Path, Token, Visibility, token};

use crate::diagnostics::{Diagnostics, did_you_mean, one_of};

/// The input of one call.
#[derive(Default)]
pub(super) struct Args {
    pub(super) krate: Option<Path>,
    pub(super) tables: Vec<TableArgs>,
}

/// `pub Name(module = "…") { … }`
pub(super) struct TableArgs {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) keys: Vec<Key>,
    pub(super) stages: Vec<StageArgs>,
}

/// `NAME(level = …, …)`
pub(super) struct StageArgs {
    pub(super) attrs: Vec<Attribute>,
    pub(super) ident: Ident,
    pub(super) keys: Vec<Key>,
}

/// `key` or `key = value`, the value as it came.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) span: Span,
    pub(super) value: Option<TokenStream>,
}

/// What a table may say about itself.
const TABLE_KEYS: [&str; 1] = ["module"];
/// What a stage may say about itself.
const STAGE_KEYS: [&str; 3] = ["level", "name", "metrics"];

/// Parses all tables; what is wrong goes to `diagnostics` and is left out.
pub(super) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Args {
    let mut args = Args::default();
    let parser = |input: ParseStream<'_>| {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            args.krate = Some(input.call(Path::parse_mod_style)?);
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            args.tables.push(table(input, diagnostics)?);
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        diagnostics.push(error);
    }
    args
}

fn table(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<TableArgs> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    let expected =
        "expected a table: `pub MyStages(module = \"my_module\") { MY_STAGE(level = 1), }`";
    if input.peek(Token![struct]) || input.peek(Token![enum]) || input.peek(Token![mod]) {
        return Err(input.error(format_args!(
            "{expected}, without a keyword in front of the name"
        )));
    }
    let ident: Ident = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), expected))?;
    let keys = match parenthesized(input) {
        Some(content) => keys(&content, &TABLE_KEYS, "table", diagnostics)?,
        None => Vec::new(),
    };
    if !input.peek(token::Brace) {
        let span = if input.is_empty() {
            ident.span()
        } else {
            input.span()
        };
        return Err(syn::Error::new(
            span,
            "expected the stages of the table: `{ MY_STAGE(level = 1), }`",
        ));
    }
    let content;
    syn::braced!(content in input);
    let mut stages = Vec::new();
    while !content.is_empty() {
        match stage(&content, diagnostics) {
            Ok(stage) => stages.push(stage),
            Err(error) => {
                diagnostics.push(error);
                skip_to_comma(&content)?;
            }
        }
        comma(&content, "stages", diagnostics)?;
    }
    Ok(TableArgs {
        attrs,
        vis,
        ident,
        keys,
        stages,
    })
}

fn stage(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<StageArgs> {
    let attrs = input.call(Attribute::parse_outer)?;
    let expected = "expected a stage: `MY_STAGE(level = 1)`";
    if input.peek(Token![pub]) {
        return Err(input.error("a stage is as visible as its table; remove `pub`"));
    }
    if input.peek(Token![const]) {
        return Err(input.error(format_args!("{expected}, without `const`")));
    }
    let ident: Ident = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), expected))?;
    let keys = match parenthesized(input) {
        Some(content) => keys(&content, &STAGE_KEYS, "stage", diagnostics)?,
        None => Vec::new(),
    };
    Ok(StageArgs { attrs, ident, keys })
}

/// The keys between parentheses, each at most once.
fn keys(
    input: ParseStream<'_>,
    known: &[&'static str],
    of: &str,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    while !input.is_empty() {
        match key(input, known, of, diagnostics) {
            Ok(key) if keys.iter().any(|other| other.name == key.name) => diagnostics.at(
                key.span,
                format_args!("`{}` is given twice; keep one", key.name),
            ),
            Ok(key) => keys.push(key),
            Err(error) => {
                diagnostics.push(error);
                skip_to_comma(input)?;
            }
        }
        comma(input, "keys", diagnostics)?;
    }
    Ok(keys)
}

fn key(
    input: ParseStream<'_>,
    known: &[&'static str],
    of: &str,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Key> {
    let expected = one_of(known);
    let ident = Ident::parse_any(input)
        .map_err(|error| syn::Error::new(error.span(), format_args!("expected {expected}")))?;
    let text = ident.to_string();
    let name = match known.iter().find(|name| **name == text) {
        Some(name) => name,
        None => {
            let meant = did_you_mean(&text, known);
            let hint = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("expected {expected}"),
            };
            let error = syn::Error::new(
                ident.span(),
                format_args!("a {of} has no key `{text}`; {hint}"),
            );
            let Some(meant) = known.iter().find(|name| meant == Some(**name)) else {
                return Err(error);
            };
            // Taken for what was meant, so that nothing is said to be missing.
            diagnostics.push(error);
            meant
        }
    };
    let mut value = None;
    if input.parse::<Option<Token![=]>>()?.is_some() {
        let mut tokens = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            tokens.extend([input.parse::<TokenTree>()?]);
        }
        value = Some(tokens);
    }
    Ok(Key {
        name,
        span: ident.span(),
        value,
    })
}

/// The content of the parentheses that come next, if they do.
fn parenthesized<'a>(input: ParseStream<'a>) -> Option<ParseBuffer<'a>> {
    let parser = |input: ParseStream<'a>| {
        let content;
        syn::parenthesized!(content in input);
        Ok(content)
    };
    input.peek(token::Paren).then(|| parser(input).ok())?
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn comma(input: ParseStream<'_>, between: &str, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() {
        return Ok(());
    }
    diagnostics.push(input.error(format_args!("expected `,` between two {between}")));
    if between == "keys" {
        skip_to_comma(input)?;
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}
