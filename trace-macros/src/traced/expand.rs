//! The tokens of a traced function, and nothing else.
//!
//! All names of ours are `mixed_site`, all paths absolute; the user's tokens keep their spans.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprReference, ReturnType, Token, Type};

use super::attrs::{Attr, Format};
use super::body;
use super::drops;
use super::future;
use super::model::{Context, ErrFormat, Outcome, Traced};
use super::output::{self, Shape};

/// The annotated function.
pub(super) fn expand(traced: Traced) -> TokenStream {
    let body = match traced.shape {
        Shape::Sync => called(&traced),
        Shape::Async => polled(&traced),
        Shape::Future(packed) => future::covered(&traced, packed, "cover"),
        Shape::Stream(packed) => future::covered(&traced, packed, "cover_stream"),
    };
    let mut tokens = traced.function.head;
    body.to_tokens(&mut tokens);
    tokens
}

/// A function whose work is done when it returns.
pub(super) fn called(traced: &Traced) -> Group {
    if traced.outcome.is_empty() {
        guarded(traced)
    } else {
        guarded_with_outcome(traced)
    }
}

/// ```text
/// fn f(&self) -> R { BODY }
///     => fn f(&self) -> R { let __slice = enter(&self.trace_ctx, const { &STAGE }); BODY }
/// ```
fn guarded(traced: &Traced) -> Group {
    body::with_statement(&traced.function.body, entered(traced))
}

/// ```text
/// fn f(&self) -> R { BODY }
///     => fn f(&self) -> R { let __slice = …; __slice.run(move || -> R { BODY }, |slice, result| …) }
/// ```
/// The closure is passed straight to `run`, so that its body may return borrows of `&mut self`. It is `move`,
/// because in edition 2018 it would borrow `self` otherwise.
fn guarded_with_outcome(traced: &Traced) -> Group {
    let function = &traced.function;
    let enter = entered(traced);
    let body::Body { attrs, items, rest } = body::cut(function.body.stream());
    let drops = drops::in_order(&function.sig, &rest);
    let run = body::block(&function.body, TokenStream::from_iter([items, drops, rest]));
    let output = return_type(&function.sig.output);
    let then = outcome(traced);
    let span = Span::mixed_site();
    // As if the user had written it, so that lints look into it.
    let closure = quote_spanned! {function.body.span_open()=> move || };
    body::block(
        &function.body,
        quote_spanned! {span=> #attrs #enter __slice.run(#closure #output #run, #then) },
    )
}

/// ```text
/// async fn f(&self) -> R { BODY }
///     => async fn f(&self) -> R { let __slice = …; __slice.wrap(async move { BODY }).await }
/// ```
/// `async move` is what borrows nothing and so never changes an auto trait.
fn polled(traced: &Traced) -> Group {
    let function = &traced.function;
    let door = door(traced);
    let enter = task(traced);
    let body::Body { attrs, items, rest } = body::cut(function.body.stream());
    let hint = output_hint(&function.sig.output, &door);
    let drops = drops::in_order(&function.sig, &rest);
    let run = body::block(
        &function.body,
        TokenStream::from_iter([items, hint, drops, rest]),
    );
    let span = Span::mixed_site();
    // As if the user had written it, so that lints look into it.
    let future = quote_spanned! {function.body.span_open()=> async move #run };
    let slice = wrapped(traced, &future, "wrap");
    let slice = quote_spanned! {span=> #slice.await };
    let slice = if returns_never(&function.sig.output) {
        quote_spanned! {span=> match #slice {} }
    } else {
        slice
    };
    body::block(
        &function.body,
        quote_spanned! {span=> #attrs #enter #slice },
    )
}

/// Tells the inner `async` block the return type of the function, which it does not know by itself:
/// without it, `?` would not know its error and `Box::new(…)` would not become a `Box<dyn …>`. A function that
/// returns nothing has it too: so its block is never one that only awaits, which `clippy` would complain about.
fn output_hint(output: &ReturnType, door: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let ty = match output {
        ReturnType::Default => quote_spanned! {span=> () },
        _ if returns_never(output) => quote_spanned! {span=> ::core::convert::Infallible },
        ReturnType::Type(_, ty) => match inferred(ty) {
            Type::Infer(_) => return TokenStream::new(),
            ty => ty.into_token_stream(),
        },
    };
    quote_spanned! {span=> if false { return #door::never::<#ty>(); } }
}

fn returns_never(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if matches!(output::ungrouped(ty), Type::Never(_)))
}

/// `-> R` for a closure, where `impl Trait` is not allowed and inferred.
pub(super) fn return_type(output: &ReturnType) -> TokenStream {
    match output {
        ReturnType::Default => TokenStream::new(),
        ReturnType::Type(arrow, ty) => {
            let ty = inferred(ty);
            quote_spanned! {Span::mixed_site()=> #arrow #ty }
        }
    }
}

/// The type with every `impl Trait` replaced by `_`.
fn inferred(ty: &Type) -> Type {
    let mut ty = ty.clone();
    output::infer_impl_traits(&mut ty);
    ty
}

/// `let __slice = …;`
fn entered(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    let door = door(traced);
    let (stage, context) = (stage(traced), context(traced));
    if traced.attrs.is_empty() {
        let enter = entry("enter", traced);
        return quote_spanned! {span=> let __slice = #door::#enter(#context #stage); };
    }
    let gate = entry("gate", traced);
    let attrs = traced.attrs.iter().map(|attr| pair(attr, traced));
    quote_spanned! {span=>
        let __slice = {
            let __gate = #door::#gate(#context #stage);
            if __gate.is_on() { __gate.enter_with([#(#attrs),*]) } else { __gate.off() }
        };
    }
}

/// `let __slice = …;` of a future, which opens it when it is first polled.
pub(super) fn task(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    let door = door(traced);
    let (stage, context) = (stage(traced), context(traced));
    let gate = entry("gate", traced);
    if traced.attrs.is_empty() && traced.shape == Shape::Async {
        let task = entry("task", traced);
        return quote_spanned! {span=> let __slice = #door::#task(#context #stage); };
    }
    if traced.attrs.is_empty() {
        return quote_spanned! {span=> let __slice = #door::#gate(#context #stage).task(); };
    }
    let attrs = traced.attrs.iter().map(|attr| pair(attr, traced));
    quote_spanned! {span=>
        let __slice = {
            let __gate = #door::#gate(#context #stage);
            if __gate.is_on() { __gate.task_with(&[#(#attrs),*]) } else { __gate.task() }
        };
    }
}

/// `__slice.wrap(future)`, with what is recorded of the result.
pub(super) fn wrapped(traced: &Traced, future: &TokenStream, wrap: &str) -> TokenStream {
    let span = Span::mixed_site();
    if traced.outcome.is_empty() {
        let wrap = Ident::new(wrap, span);
        return quote_spanned! {span=> __slice.#wrap(#future) };
    }
    let wrap = Ident::new(&format!("{wrap}_then"), span);
    let then = outcome(traced);
    quote_spanned! {span=> __slice.#wrap(#future, #then) }
}

/// `name`, `name_current` or `name_finish`.
fn entry(name: &str, traced: &Traced) -> Ident {
    let suffix = match traced.context {
        Context::Current => "_current",
        _ if traced.thread_finish => "_finish",
        _ => "",
    };
    Ident::new(&format!("{name}{suffix}"), Span::mixed_site())
}

/// The context argument with its comma, or nothing for the current one.
fn context(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    let context = match &traced.context {
        Context::Current => return TokenStream::new(),
        // What is missing is said about the attribute: there is no token that names the field.
        Context::Receiver(receiver) => {
            let field = Ident::new("trace_ctx", Span::call_site());
            quote_spanned! {span=> &#receiver.#field }
        }
        Context::Parameter(parameter) => quote_spanned! {span=> &#parameter },
        Context::Expr(expr) => reference(expr).into_token_stream(),
    };
    let krate = krate(traced);
    quote_spanned! {span=> #krate::AsContext::as_context(#context), }
}

/// `const { &STAGE }`: `'static` for every constant expression, also one that is no plain path.
fn stage(traced: &Traced) -> TokenStream {
    let stage = reference(&traced.stage);
    quote_spanned! {Span::mixed_site()=> const { #stage } }
}

/// `&EXPR`, in parentheses where `EXPR` needs them.
fn reference(expr: &Expr) -> Expr {
    Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: Token![&](Span::mixed_site().located_at(expr.span())),
        mutability: None,
        expr: Box::new(expr.clone()),
    })
}

/// `("key", value)`
fn pair(attr: &Attr, traced: &Traced) -> TokenStream {
    let (key, value) = (&attr.key, value(attr, traced));
    quote_spanned! {Span::mixed_site()=> (#key, #value) }
}

fn value(attr: &Attr, traced: &Traced) -> TokenStream {
    let value = reference(&attr.value);
    let span = Span::mixed_site();
    let at = span.located_at(attr.value.span());
    let (krate, door) = (krate(traced), door(traced));
    match attr.format {
        Format::Value => quote_spanned! {span=> #krate::ToValue::to_value(#value) },
        // A reference to the reference, because the value itself may be unsized.
        Format::Display => quote_spanned! {at=> #door::display(&#value) },
        Format::Debug => quote_spanned! {at=> #door::debug(&#value) },
    }
}

/// `|slice, result| { … }`, what is recorded of the result.
fn outcome(traced: &Traced) -> TokenStream {
    let Outcome { err, ret } = &traced.outcome;
    let span = Span::mixed_site();
    let err = err.map(|format| failure(format, traced));
    let ret = ret.as_ref().map(|(pattern, attrs)| {
        let attrs = attrs.iter().map(|attr| {
            let (key, value) = (&attr.key, value(attr, traced));
            quote_spanned! {span=> __slice.attr(#key, #value); }
        });
        quote_spanned! {span=> let #pattern = __result; #(#attrs)* }
    });
    quote_spanned! {span=> |__slice, __result| { #err #ret } }
}

/// Marks the slice as an error if the result is one; complaints are about the option.
fn failure(format: ErrFormat, traced: &Traced) -> TokenStream {
    let krate = krate(traced);
    let (by, span) = match format {
        ErrFormat::Display(span) => ("ErrByDisplay", span),
        ErrFormat::Debug(span) => ("ErrByDebug", span),
    };
    let span = Span::mixed_site().located_at(span);
    let by = Ident::new(by, span);
    quote_spanned! {span=> #krate::#by::look(__result, __slice); }
}

/// `::mooncake_trace`
fn krate(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    match &traced.krate {
        Some(path) => quote_spanned! {span=> #path },
        None => quote_spanned! {span=> ::mooncake_trace },
    }
}

/// `::mooncake_trace::__private`
pub(super) fn door(traced: &Traced) -> TokenStream {
    let krate = krate(traced);
    quote_spanned! {Span::mixed_site()=> #krate::__private }
}
