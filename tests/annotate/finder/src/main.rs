//! Puts `#[mooncake_trace]` on every eligible function of the files that are named, in place, and prints how many.
//!
//! Eligible is what the macro accepts: a function with a body that is no `const fn` and not naked. Functions that a
//! macro call makes are not seen. The context alternates between `ctx = current` and an expression.

use std::{env, fs};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemFn, Signature, TraitItemFn, Visibility};

/// Byte offsets at which an attribute goes in.
#[derive(Default)]
struct Finder(Vec<usize>);

impl Finder {
    fn function(&mut self, attrs: &[Attribute], vis: Option<&Visibility>, sig: &Signature) {
        let naked = attrs
            .iter()
            .any(|attr| attr.path().is_ident("naked") || attr.path().is_ident("proc_macro_derive"));
        if sig.constness.is_none() && !naked {
            let start = vis
                .filter(|vis| !matches!(vis, Visibility::Inherited))
                .map_or_else(|| sig.span(), |vis| vis.span());
            self.0.push(start.byte_range().start);
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.attrs, Some(&item.vis), &item.sig);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        // A specialised `default fn` is nightly only.
        self.function(&item.attrs, Some(&item.vis), &item.sig);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if item.default.is_some() {
            self.function(&item.attrs, None, &item.sig);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn main() {
    let mut total = 0;
    for path in env::args().skip(1) {
        let source = fs::read_to_string(&path).expect("a readable file");
        let Ok(file) = syn::parse_file(&source) else {
            eprintln!("{path}: not parsed, left as it is");
            continue;
        };
        let mut finder = Finder::default();
        finder.visit_file(&file);
        finder.0.sort_unstable();
        // Offsets count from behind a byte order mark and a `#!` line, as the tokens do.
        let skipped = source.len() - source.trim_start_matches('\u{feff}').len();
        let mut annotated = String::with_capacity(source.len() * 2);
        let mut done = 0;
        for (index, offset) in finder.0.iter().enumerate() {
            let offset = offset + skipped;
            let ctx = if index % 2 == 0 {
                "current"
            } else {
                "::mooncake_trace::TraceContext::null()"
            };
            annotated.push_str(&source[done..offset]);
            annotated.push_str(&format!(
                "#[::mooncake_trace::mooncake_trace(stage = ::mooncake_trace::Stage::new(\"annotate\", \"f\", 1), ctx = {ctx})] "
            ));
            done = offset;
        }
        annotated.push_str(&source[done..]);
        fs::write(&path, annotated).expect("a writable file");
        total += finder.0.len();
    }
    println!("{total}");
}
