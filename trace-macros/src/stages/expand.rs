//! The tokens of a table, and nothing else.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::model::{Stage, Table, Tables, cfgs};

/// Everything that the tables expand to.
pub(super) fn expand(tables: &Tables, registered: bool) -> TokenStream {
    let krate = krate(tables);
    tables
        .tables
        .iter()
        .map(|table| {
            let items = items(table, &krate);
            let registration = registered.then(|| registration(table, &krate));
            quote_spanned! {Span::mixed_site()=> #items #registration }
        })
        .collect()
}

/// `::mooncake_trace`
pub(super) fn krate(tables: &Tables) -> TokenStream {
    let span = Span::mixed_site();
    match &tables.krate {
        Some(path) => quote_spanned! {span=> #path },
        None => quote_spanned! {span=> ::mooncake_trace },
    }
}

/// The type of the table and its constants.
pub(super) fn items(table: &Table, krate: &TokenStream) -> TokenStream {
    let Table {
        attrs,
        vis,
        ident,
        module,
        stages,
    } = table;
    let span = Span::mixed_site();
    let cfgs = cfgs(attrs);
    let consts = stages.iter().map(|stage| constant(stage, table, krate));
    let all = stages.iter().map(in_all);
    quote_spanned! {span=>
        #(#attrs)*
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #[non_exhaustive]
        #[allow(dead_code)]
        #vis struct #ident;

        // A deprecated stage is still one of the table's.
        #(#cfgs)*
        #[allow(deprecated, dead_code)]
        impl #ident {
            #(#consts)*

            /// The module that all stages of this table belong to.
            #vis const MODULE: &'static ::core::primitive::str = #module;

            /// All stages of this table, in the order of their declaration.
            #vis const ALL: &'static [#krate::Stage] = &[#(#all),*];

            /// The stage of this table whose slices have that name.
            #[must_use]
            #vis fn from_name(name: &::core::primitive::str) -> ::core::option::Option<&'static #krate::Stage> {
                #krate::__private::find(Self::ALL, name)
            }
        }
    }
}

fn constant(stage: &Stage, table: &Table, krate: &TokenStream) -> TokenStream {
    let Stage {
        attrs,
        ident,
        name,
        level,
        metrics,
    } = stage;
    let vis = &table.vis;
    let span = Span::mixed_site();
    let with_metrics = metrics.then(|| quote_spanned! {span=> .with_metrics() });
    quote_spanned! {span=>
        #(#attrs)*
        #vis const #ident: #krate::Stage = #krate::Stage::new(Self::MODULE, #name, #level) #with_metrics;
    }
}

fn in_all(stage: &Stage) -> TokenStream {
    let (cfgs, ident) = (cfgs(&stage.attrs), &stage.ident);
    quote_spanned! {Span::mixed_site()=> #(#cfgs)* Self::#ident }
}

/// Makes the table known to the process at link time.
fn registration(table: &Table, krate: &TokenStream) -> TokenStream {
    let (cfgs, ident) = (cfgs(&table.attrs), &table.ident);
    let name = ident.to_string();
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #[allow(deprecated)]
        const _: () = {
            #krate::__private::inventory::submit! {
                #krate::StageTable { name: #name, module: #ident::MODULE, stages: #ident::ALL }
            }
        };
    }
}
