//! The options between the parentheses of `#[mooncake_trace(…)]`, as written.
//!
//! Parsing recovers at the next comma, so that every option gets its own diagnostics.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Pat, Path, Token, token};

use super::attrs::{Attr, attrs};
use super::recover::{comma, expression, rest, skip_to_comma};
use crate::diagnostics::{Diagnostics, did_you_mean, one_of};

/// Every option by its name.
const OPTIONS: [&str; 7] = [
    "stage",
    "ctx",
    "attrs",
    "err",
    "ret",
    "thread_finish",
    "crate",
];

/// The options that were given, each at most once.
#[derive(Default)]
pub(super) struct Args {
    pub(super) stage: Option<Expr>,
    pub(super) ctx: Option<Ctx>,
    pub(super) attrs: Option<Vec<Attr>>,
    pub(super) err: Option<ErrArg>,
    pub(super) ret: Option<Ret>,
    pub(super) thread_finish: Option<Span>,
    pub(super) krate: Option<Path>,
    /// The first token, where a missing option is reported.
    pub(super) start: Option<Span>,
    /// Options that were named, also those that turned out wrong or were misspelt.
    seen: Vec<&'static str>,
    /// Whether something was skipped that may have been any option.
    skipped: bool,
}

impl Args {
    /// Whether the option was probably written, so that it makes no sense to say that it is missing.
    pub(super) fn mentions(&self, option: &str) -> bool {
        self.skipped || self.seen.contains(&option)
    }
}

/// `ctx = …`
pub(super) enum Ctx {
    Current,
    Expr(Box<Expr>),
}

/// `err` or `err(Debug)`
pub(super) struct ErrArg {
    pub(super) span: Span,
    pub(super) debug: bool,
}

/// `ret(|pattern| key = expr, …)`
pub(super) struct Ret {
    pub(super) span: Span,
    pub(super) pattern: Pat,
    pub(super) attrs: Vec<Attr>,
}

/// Parses the options; what is wrong goes to `diagnostics` and is left out.
pub(super) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Args {
    let mut args = Args {
        start: tokens.clone().into_iter().next().map(|token| token.span()),
        ..Args::default()
    };
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = option(input, &mut args, diagnostics) {
                diagnostics.push(error);
                skip_to_comma(input)?;
            }
            args.skipped |= comma(input, diagnostics)?;
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        diagnostics.push(error);
    }
    args
}

/// Parses one option, up to its comma.
fn option(
    input: ParseStream<'_>,
    args: &mut Args,
    diagnostics: &mut Diagnostics,
) -> syn::Result<()> {
    let (name, span) = option_name(input, args)?;
    if args.seen.contains(&name) {
        diagnostics.at(span, format_args!("`{name}` is given twice; keep one"));
        return skip_to_comma(input);
    }
    args.seen.push(name);
    match name {
        "stage" => args.stage = Some(stage(input, span)?),
        "ctx" => args.ctx = Some(ctx(input, span)?),
        "attrs" => args.attrs = Some(attrs_option(input, span, diagnostics)?),
        "err" => args.err = Some(err(input, span)?),
        "ret" => args.ret = Some(ret(input, span, diagnostics)?),
        "thread_finish" => {
            flag(input, "thread_finish")?;
            args.thread_finish = Some(span);
        }
        _ => args.krate = Some(krate(input, span)?),
    }
    Ok(())
}

/// The name of the option that comes next.
fn option_name(input: ParseStream<'_>, args: &mut Args) -> syn::Result<(&'static str, Span)> {
    let fork = input.fork();
    if Ident::parse_any(&fork).is_err() {
        return Err(input.error(format_args!("expected an option: {}", one_of(&OPTIONS))));
    }
    if fork.peek(Token![::]) || (fork.peek(Token![!]) && !fork.peek(Token![!=])) {
        let value: Expr = input.parse()?;
        args.seen.push("stage");
        return Err(syn::Error::new(
            value.span(),
            "expected `NAME = VALUE`; a stage is given as `stage = …`",
        ));
    }
    let name = Ident::parse_any(input)?;
    let text = name.to_string();
    if let Some(known) = OPTIONS.iter().find(|known| **known == text) {
        return Ok((known, name.span()));
    }
    let hint = match (did_you_mean(&text, &OPTIONS), text.as_str()) {
        (Some(known), _) => {
            args.seen.push(known);
            format!("did you mean `{known}`?")
        }
        (None, "skip" | "skip_all") => {
            "arguments are never recorded unless `attrs(…)` names them".into()
        }
        (None, "name" | "level" | "target" | "module") => {
            "name, module and level are those of the stage: see `define_stages!`".into()
        }
        (None, "fields" | "properties") => "did you mean `attrs(key = expr)`?".into(),
        (None, "error") => "did you mean `err`?".into(),
        (None, "return" | "returns" | "result") => "did you mean `ret(|r| key = expr)`?".into(),
        (None, "context" | "parent") => "did you mean `ctx = EXPR`?".into(),
        _ => format!("expected {}", one_of(&OPTIONS)),
    };
    Err(syn::Error::new(
        name.span(),
        format_args!("unknown option `{text}`; {hint}"),
    ))
}

fn stage(input: ParseStream<'_>, name: Span) -> syn::Result<Expr> {
    let expected = "expected the constant of a stage: `stage = MyStages::MY_STAGE`";
    let value = assigned(input, name, expected)?;
    match &value {
        Expr::Lit(_) | Expr::Array(_) | Expr::Tuple(_) | Expr::Closure(_) => Err(syn::Error::new(
            value.span(),
            format_args!("{expected}, declared with `define_stages!`"),
        )),
        _ => Ok(value),
    }
}

fn ctx(input: ParseStream<'_>, name: Span) -> syn::Result<Ctx> {
    let expected = "expected an expression that gives the trace context: \
                    `ctx = chunk.trace_ctx`, or `ctx = current`";
    let value = assigned(input, name, expected)?;
    match &value {
        Expr::Lit(_) | Expr::Array(_) | Expr::Tuple(_) => {
            Err(syn::Error::new(value.span(), expected))
        }
        Expr::Path(path) if path.path.is_ident("current") => Ok(Ctx::Current),
        _ => Ok(Ctx::Expr(Box::new(value))),
    }
}

fn err(input: ParseStream<'_>, span: Span) -> syn::Result<ErrArg> {
    let expected = "expected `err` (the error is shown with `Display`) or `err(Debug)`";
    if input.peek(Token![=]) {
        return Err(input.error(expected));
    }
    if !input.peek(token::Paren) {
        return Ok(ErrArg { span, debug: false });
    }
    let content;
    let parens = syn::parenthesized!(content in input);
    match content.parse::<Ident>() {
        Ok(debug) if debug == "Debug" && content.is_empty() => Ok(ErrArg { span, debug: true }),
        Ok(other) => Err(syn::Error::new(other.span(), expected)),
        Err(_) => Err(syn::Error::new(parens.span.join(), expected)),
    }
}

fn ret(input: ParseStream<'_>, name: Span, diagnostics: &mut Diagnostics) -> syn::Result<Ret> {
    let expected = "expected attributes made from a reference to the result: `ret(|r| key = expr)`";
    let content = parenthesized_option(input, name, expected)?;
    if !content.peek(Token![|]) {
        let span = if content.is_empty() {
            name
        } else {
            content.span()
        };
        rest(&content);
        return Err(syn::Error::new(span, expected));
    }
    content.parse::<Token![|]>()?;
    let pattern = match Pat::parse_single(&content) {
        Ok(pattern) => pattern,
        Err(error) => {
            rest(&content);
            return Err(syn::Error::new(error.span(), expected));
        }
    };
    if !content.peek(Token![|]) {
        let error = content.error("expected `|` after the pattern: `ret(|r| key = expr)`");
        rest(&content);
        return Err(error);
    }
    content.parse::<Token![|]>()?;
    Ok(Ret {
        span: name,
        pattern,
        attrs: attrs(&content, diagnostics)?,
    })
}

fn attrs_option(
    input: ParseStream<'_>,
    name: Span,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<Attr>> {
    let content = parenthesized_option(input, name, "expected `attrs(key = expr, …)`")?;
    attrs(&content, diagnostics)
}

fn krate(input: ParseStream<'_>, name: Span) -> syn::Result<Path> {
    let expected =
        "expected the path of the `mooncake_trace` crate: `crate = ::path::to::mooncake_trace`";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name, expected));
    }
    input.parse::<Token![=]>()?;
    input
        .call(Path::parse_mod_style)
        .map_err(|error| syn::Error::new(error.span(), expected))
}

/// An option that takes no value.
fn flag(input: ParseStream<'_>, name: &str) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format_args!("`{name}` takes no value; write just `{name}`")))
}

/// `= EXPR` after the name of an option.
fn assigned(input: ParseStream<'_>, name: Span, expected: &str) -> syn::Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name, expected));
    }
    input.parse::<Token![=]>()?;
    expression(input, &name, expected)
}

/// The content of the parentheses of an option.
fn parenthesized_option<'a>(
    input: ParseStream<'a>,
    name: Span,
    expected: &str,
) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new(name, expected));
    }
    let content;
    syn::parenthesized!(content in input);
    Ok(content)
}
