//! What a function returns, as far as its tokens tell: a value, a future or a stream.

use syn::spanned::Spanned;
use syn::{
    GenericArgument, PathArguments, ReturnType, Signature, Token, Type, TypeInfer, TypeParamBound,
};

/// When the work of a function is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// When it returns.
    Sync,
    /// When its body, which is polled, completes.
    Async,
    /// When the future that it returns completes.
    Future(Packed),
    /// When the stream that it returns ends.
    Stream(Packed),
}

/// How a returned future or stream is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packed {
    /// `impl Future`
    Plain,
    /// `Pin<Box<dyn Future>>`, `BoxFuture`
    PinBox,
    /// `Box<dyn Future + Unpin>`
    Box,
    /// `BoxFuture<T>`, somebody's alias of a `Pin<Box<dyn Future + 'static>>`. A future of that type cannot be
    /// packed again where `T` is not known to be `'static`, only one that is being made.
    Alias,
}

/// The shape of a function with this signature.
pub(super) fn shape(sig: &Signature) -> Shape {
    if sig.asyncness.is_some() {
        return Shape::Async;
    }
    match &sig.output {
        ReturnType::Default => Shape::Sync,
        ReturnType::Type(_, ty) => returned(ty),
    }
}

fn returned(ty: &Type) -> Shape {
    match ungrouped(ty) {
        Type::ImplTrait(ty) => polled(ty.bounds.iter(), Packed::Plain),
        Type::Path(ty) => {
            let Some(last) = ty.path.segments.last() else {
                return Shape::Sync;
            };
            match last.ident.to_string().as_str() {
                "BoxFuture" | "LocalBoxFuture" => Shape::Future(alias(&last.arguments)),
                "BoxStream" | "LocalBoxStream" => Shape::Stream(alias(&last.arguments)),
                "Pin" => match argument(&last.arguments).and_then(boxed) {
                    Some(inner) => dynamic(inner, Packed::PinBox),
                    None => Shape::Sync,
                },
                "Box" => argument(&last.arguments)
                    .map_or(Shape::Sync, |inner| dynamic(inner, Packed::Box)),
                _ => Shape::Sync,
            }
        }
        _ => Shape::Sync,
    }
}

/// How a `BoxFuture<…>` is packed.
fn alias(arguments: &PathArguments) -> Packed {
    let has_lifetime = matches!(arguments, PathArguments::AngleBracketed(arguments)
        if matches!(arguments.args.first(), Some(GenericArgument::Lifetime(_))));
    if has_lifetime {
        Packed::PinBox
    } else {
        Packed::Alias
    }
}

/// `T` of `Box<T>`.
fn boxed(ty: &Type) -> Option<&Type> {
    let Type::Path(ty) = ungrouped(ty) else {
        return None;
    };
    let last = ty.path.segments.last().filter(|last| last.ident == "Box")?;
    argument(&last.arguments)
}

fn dynamic(ty: &Type, packed: Packed) -> Shape {
    match ungrouped(ty) {
        Type::TraitObject(ty) => polled(ty.bounds.iter(), packed),
        _ => Shape::Sync,
    }
}

fn polled<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>, packed: Packed) -> Shape {
    bounds
        .find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else {
                return None;
            };
            let name = &bound.path.segments.last()?.ident;
            if name == "Future" {
                Some(Shape::Future(packed))
            } else if name == "Stream" {
                Some(Shape::Stream(packed))
            } else {
                None
            }
        })
        .unwrap_or(Shape::Sync)
}

/// The first type argument.
fn argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The type without the invisible groups of `macro_rules!` fragments and without parentheses.
pub(super) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// Replaces every `impl Trait` by `_`.
pub(super) fn infer_impl_traits(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => {
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token: Token![_](ty.span()),
            });
        }
        Type::Group(ty) => infer_impl_traits(&mut ty.elem),
        Type::Paren(ty) => infer_impl_traits(&mut ty.elem),
        Type::Reference(ty) => infer_impl_traits(&mut ty.elem),
        Type::Ptr(ty) => infer_impl_traits(&mut ty.elem),
        Type::Slice(ty) => infer_impl_traits(&mut ty.elem),
        Type::Array(ty) => infer_impl_traits(&mut ty.elem),
        Type::Tuple(ty) => ty.elems.iter_mut().for_each(infer_impl_traits),
        Type::Path(ty) => ty
            .path
            .segments
            .iter_mut()
            .for_each(|segment| infer_in_arguments(&mut segment.arguments)),
        _ => {}
    }
}

fn infer_in_arguments(arguments: &mut PathArguments) {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return;
    };
    for argument in &mut arguments.args {
        if let GenericArgument::Type(ty) = argument {
            infer_impl_traits(ty);
        }
    }
}

/// The name of a type that is certainly no `Result`, for the error.
pub(super) fn no_result(output: &ReturnType) -> Option<String> {
    let ty = match output {
        ReturnType::Default => return Some("nothing".into()),
        ReturnType::Type(_, ty) => ungrouped(ty),
    };
    match ty {
        Type::Never(_) => Some("never".into()),
        Type::Tuple(ty) if ty.elems.is_empty() => Some("nothing".into()),
        Type::Tuple(_) => Some("a tuple".into()),
        Type::Reference(_) | Type::Ptr(_) => Some("a reference".into()),
        Type::Slice(_) | Type::Array(_) => Some("an array".into()),
        Type::Path(ty) if ty.qself.is_none() => {
            let name = ty.path.get_ident()?.to_string();
            PRIMITIVES
                .contains(&name.as_str())
                .then(|| format!("`{name}`"))
        }
        _ => None,
    }
}

const PRIMITIVES: [&str; 18] = [
    "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
    "i32", "i64", "i128", "isize", "f32", "f64",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_from_the_signature() {
        use Packed::{Alias, Box, PinBox, Plain};
        for (signature, expected) in [
            ("fn f()", Shape::Sync),
            ("fn f() -> Pin<Box<T>>", Shape::Sync),
            ("fn f() -> Result<impl Future, E>", Shape::Sync),
            ("async fn f()", Shape::Async),
            ("fn f() -> impl Future<Output = u8>", Shape::Future(Plain)),
            (
                "fn f() -> impl Send + core::future::Future + 'a",
                Shape::Future(Plain),
            ),
            ("fn f() -> BoxFuture<'_, ()>", Shape::Future(PinBox)),
            ("fn f() -> BoxFuture<()>", Shape::Future(Alias)),
            (
                "fn f() -> std::pin::Pin<std::boxed::Box<dyn Future<Output = ()> + Send>>",
                Shape::Future(PinBox),
            ),
            (
                "fn f() -> Box<dyn Future<Output = ()> + Unpin>",
                Shape::Future(Box),
            ),
            ("fn f() -> (impl Stream<Item = u8>)", Shape::Stream(Plain)),
        ] {
            assert_eq!(
                shape(&syn::parse_str(signature).unwrap()),
                expected,
                "{signature}"
            );
        }
    }
}
