//! The rules of `#[mooncake_trace]`, and nothing else.

use proc_macro2::Span;
use syn::{FnArg, Pat, ReturnType, Signature};

use super::args::{Args, Ctx, ErrArg};
use super::attrs::Attr;
use super::function::Function;
use super::model::{Context, ErrFormat, Outcome, Traced};
use super::output::{self, Shape};
use crate::diagnostics::Diagnostics;

/// Set by the tracing itself, so that a user's value would be lost.
const RESERVED_KEYS: [&str; 1] = ["auto_closed"];

/// Checks everything and makes the model; `None` if something that it needs is missing.
pub(super) fn model(
    args: Args,
    function: Option<Function>,
    diagnostics: &mut Diagnostics,
) -> Option<Traced> {
    if args.stage.is_none() && !args.mentions("stage") {
        diagnostics.at(
            args.start.unwrap_or_else(Span::call_site),
            "which stage is it? write `#[mooncake_trace(stage = MyStages::MY_STAGE)]`, \
             with a constant that is declared by `define_stages!`",
        );
    }
    reserved_keys(&args, diagnostics);
    if let (Some(span), Some(Ctx::Current)) = (args.thread_finish, &args.ctx) {
        diagnostics.at(
            span,
            "`thread_finish` closes the thread context of a function that owns it; \
             with `ctx = current` it is still in use by the enclosing slice: name the context with `ctx = EXPR`",
        );
    }
    let function = function?;
    qualifiers(&function, diagnostics);
    let shape = output::shape(&function.sig);
    outcome(&args, &function, shape, diagnostics);
    let context = context(&args, &function.sig, diagnostics)?;
    Some(Traced {
        krate: args.krate,
        stage: args.stage?,
        context,
        attrs: args.attrs.unwrap_or_default(),
        outcome: Outcome {
            err: args.err.as_ref().map(err_format),
            ret: args.ret.map(|ret| (ret.pattern, ret.attrs)),
        },
        thread_finish: args.thread_finish.is_some(),
        shape,
        tracks_caller: tracks_caller(&function),
        function,
    })
}

fn reserved_keys(args: &Args, diagnostics: &mut Diagnostics) {
    let ret = args.ret.as_ref().map(|ret| &ret.attrs);
    for Attr { key, .. } in args.attrs.iter().chain(ret).flatten() {
        let text = key.value();
        if text.is_empty() {
            diagnostics.at(
                key.span(),
                "an attribute needs a name; write `\"name\" = expr`",
            );
        } else if RESERVED_KEYS.contains(&text.as_str()) {
            diagnostics.at(
                key.span(),
                format_args!("`{text}` is set by the tracing itself; choose another name"),
            );
        }
    }
}

/// Functions that cannot hold a guard.
fn qualifiers(function: &Function, diagnostics: &mut Diagnostics) {
    if let Some(token) = &function.sig.constness {
        diagnostics.at(
            token.span,
            "a `const fn` cannot be traced, since it also runs at compile time; \
             remove `const`, or annotate the functions that call it",
        );
    }
    for attr in &function.attrs {
        let is_naked = attr.path().is_ident("naked")
            || attr.path().is_ident("unsafe")
                && matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string() == "naked");
        if is_naked {
            diagnostics.at(
                attr.path().segments[0].ident.span(),
                "a naked function has no place for a guard; annotate the functions that call it",
            );
        }
    }
}

/// `err` and `ret` need a result to look at.
fn outcome(args: &Args, function: &Function, shape: Shape, diagnostics: &mut Diagnostics) {
    let spans = [
        ("err", args.err.as_ref().map(|err| err.span)),
        ("ret", args.ret.as_ref().map(|ret| ret.span)),
    ];
    for (option, span) in spans {
        let Some(span) = span else { continue };
        if let Some(why) = no_outcome(option, &function.sig.output, shape) {
            diagnostics.at(span, why);
        } else if shape == Shape::Sync && tracks_caller(function) {
            diagnostics.at(
                span,
                format_args!(
                    "`{option}` has to run the body in a closure, and in a closure `#[track_caller]` has no effect; \
                     remove one of the two"
                ),
            );
        }
    }
}

fn no_outcome(option: &str, output: &ReturnType, shape: Shape) -> Option<String> {
    match shape {
        Shape::Stream(_) => Some(format!(
            "`{option}` needs one result, and a stream gives many; remove `{option}`"
        )),
        Shape::Future(_) => None,
        Shape::Sync | Shape::Async => {
            let returned = output::no_result(output)?;
            match option {
                "err" => Some(format!(
                    "`err` needs a function that returns a `Result`, this one returns {returned}; remove `err`"
                )),
                _ if matches!(returned.as_str(), "nothing" | "never") => Some(format!(
                    "`ret` needs a function that returns a value, this one returns {returned}; \
                     remove `ret`, or use `attrs(…)`"
                )),
                _ => None,
            }
        }
    }
}

fn tracks_caller(function: &Function) -> bool {
    function
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("track_caller"))
}

fn err_format(err: &ErrArg) -> ErrFormat {
    if err.debug {
        ErrFormat::Debug(err.span)
    } else {
        ErrFormat::Display(err.span)
    }
}

/// The context that was named, else the one that is found by name.
fn context(args: &Args, sig: &Signature, diagnostics: &mut Diagnostics) -> Option<Context> {
    match &args.ctx {
        Some(Ctx::Current) => return Some(Context::Current),
        Some(Ctx::Expr(expr)) => return Some(Context::Expr(expr.clone())),
        None if args.mentions("ctx") => return None,
        None => {}
    }
    if let Some(receiver) = sig.receiver() {
        return Some(Context::Receiver(receiver.self_token));
    }
    let parameter = sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) if pat.ident == "trace_ctx" => Some(pat.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    if parameter.is_none() {
        diagnostics.at(
            sig.ident.span(),
            "no trace context to be found: this function has neither `self` nor a parameter `trace_ctx`; \
             write `ctx = EXPR`, or `ctx = current` for the slice that is open on this thread or task",
        );
    }
    parameter.map(Context::Parameter)
}
