//! The rules of `define_stages!`, and nothing else. What breaks one still gets into the model, with a stand-in,
//! so that uses of it do not fail too.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::{LitInt, LitStr};

use super::args::{Args, Key, StageArgs, TableArgs};
use super::model::{Stage, Table, Tables, cfgs};
use crate::diagnostics::{Diagnostics, one_of};

/// What every table has besides its stages.
const RESERVED: [&str; 3] = ["MODULE", "ALL", "from_name"];

/// Checks everything and makes the model.
pub(super) fn model(args: Args, diagnostics: &mut Diagnostics) -> Tables {
    Tables {
        krate: args.krate,
        tables: args
            .tables
            .into_iter()
            .map(|args| table(args, diagnostics))
            .collect(),
    }
}

fn table(args: TableArgs, diagnostics: &mut Diagnostics) -> Table {
    let module = module(&args, diagnostics);
    if args.stages.is_empty() && diagnostics.is_empty() {
        diagnostics.at(
            args.ident.span(),
            format_args!(
                "`{}` has no stages; declare one: `MY_STAGE(level = 1)`",
                args.ident
            ),
        );
    }
    let mut stages: Vec<Stage> = Vec::new();
    for args in args.stages {
        let name_span = key(&args.keys, "name").map_or(args.ident.span(), |key| {
            key.value.as_ref().map_or(key.span, first_span)
        });
        let reserved = RESERVED.iter().any(|reserved| args.ident == reserved);
        let stage = stage(args, diagnostics);
        if reserved {
            continue; // said there
        }
        if let Some(twin) = stages
            .iter()
            .find(|other| clash(other, &stage, |stage| stage.ident.to_string()))
        {
            diagnostics.at(
                stage.ident.span(),
                format_args!("the stage `{}` is declared twice; rename one", twin.ident),
            );
            continue;
        }
        if let Some(twin) = stages
            .iter()
            .find(|other| clash(other, &stage, |stage| stage.name.clone()))
        {
            diagnostics.at(
                name_span,
                format_args!(
                    "the stage `{}` is named \"{}\" already; give one of them another `name`",
                    twin.ident, twin.name
                ),
            );
        }
        stages.push(stage);
    }
    Table {
        attrs: args.attrs,
        vis: args.vis,
        ident: args.ident,
        module,
        stages,
    }
}

/// Whether two stages have the same `of` and are not told apart by `#[cfg]`s.
fn clash(a: &Stage, b: &Stage, of: impl Fn(&Stage) -> String) -> bool {
    let configured = |stage: &Stage| cfgs(&stage.attrs).next().is_some();
    of(a) == of(b) && !(configured(a) && configured(b))
}

fn stage(args: StageArgs, diagnostics: &mut Diagnostics) -> Stage {
    if RESERVED.contains(&args.ident.to_string().as_str()) {
        diagnostics.at(
            args.ident.span(),
            format_args!(
                "every table has {} of its own; rename this stage",
                one_of(&RESERVED).replace(" or ", " and ")
            ),
        );
    }
    let name = match key(&args.keys, "name") {
        None => args.ident.unraw().to_string().to_lowercase(),
        Some(key) => string(key, "a name: `name = \"my_stage\"`", diagnostics),
    };
    if let Some(key) = key(&args.keys, "metrics")
        && let Some(value) = &key.value
    {
        diagnostics.at(
            first_span_or(value, key.span),
            "`metrics` takes no value; write just `metrics`, or leave it out",
        );
    }
    Stage {
        level: level(&args.ident, &args.keys, diagnostics),
        name,
        metrics: key(&args.keys, "metrics").is_some(),
        attrs: args.attrs,
        ident: args.ident,
    }
}

fn module(args: &TableArgs, diagnostics: &mut Diagnostics) -> String {
    let Some(key) = key(&args.keys, "module") else {
        diagnostics.at(
            args.ident.span(),
            format_args!(
                "to which module do these stages belong? write `{}(module = \"my_module\")`",
                args.ident
            ),
        );
        return args.ident.to_string();
    };
    let module = string(
        key,
        "the name of a module: `module = \"my_module\"`",
        diagnostics,
    );
    if module.contains(',') || module.trim() != module {
        diagnostics.at(
            key.value.as_ref().map_or(key.span, first_span),
            "a module is selected from a comma-separated list; \
             its name has no comma and no blank at its ends",
        );
    }
    module
}

fn level(ident: &Ident, keys: &[Key], diagnostics: &mut Diagnostics) -> u8 {
    let expected = "a whole number from 0 to 255: `level = 1`";
    let Some(key) = key(keys, "level") else {
        diagnostics.at(
            ident.span(),
            format_args!(
                "from which level on is it recorded? write `{ident}(level = 1)`, 0 to 255"
            ),
        );
        return 0;
    };
    let value = key.value.clone().unwrap_or_default();
    let parsed = syn::parse2::<LitInt>(value.clone())
        .ok()
        .map(|literal| literal.base10_parse::<u8>());
    match parsed {
        Some(Ok(level)) => level,
        Some(Err(_)) => {
            diagnostics.at(
                first_span_or(&value, key.span),
                format_args!("the level is out of range; expected {expected}"),
            );
            0
        }
        None => {
            diagnostics.at(
                first_span_or(&value, key.span),
                format_args!("expected {expected}"),
            );
            0
        }
    }
}

/// The value of `key` as a string that is not empty.
fn string(key: &Key, expected: &str, diagnostics: &mut Diagnostics) -> String {
    let value = key.value.clone().unwrap_or_default();
    match syn::parse2::<LitStr>(value.clone()) {
        Ok(literal) if !literal.value().trim().is_empty() => literal.value(),
        Ok(literal) => {
            diagnostics.at(
                literal.span(),
                format_args!("`{}` is empty; expected {expected}", key.name),
            );
            key.name.into()
        }
        Err(_) => {
            diagnostics.at(
                first_span_or(&value, key.span),
                format_args!("expected {expected}"),
            );
            key.name.into()
        }
    }
}

fn key<'a>(keys: &'a [Key], name: &str) -> Option<&'a Key> {
    keys.iter().find(|key| key.name == name)
}

fn first_span(tokens: &TokenStream) -> Span {
    first_span_or(tokens, Span::mixed_site())
}

fn first_span_or(tokens: &TokenStream, otherwise: Span) -> Span {
    match tokens.clone().into_iter().next() {
        Some(token) => token.span(),
        None => otherwise,
    }
}
