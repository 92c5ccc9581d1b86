//! What functions become, as one would have written it. `UPDATE_EXPANSIONS=1` writes the snapshots again.
//!
//! The macros are compiled into this test as modules, so that they run outside of the compiler.

use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};

#[path = "../../trace-macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../../trace-macros/src/stages/mod.rs"]
mod stages;
#[path = "../../trace-macros/src/traced/mod.rs"]
mod traced;

/// Expands the attribute or the macro call in `source`.
fn expand(source: &str, enabled: bool) -> String {
    let tokens: Vec<TokenTree> = source
        .parse::<TokenStream>()
        .expect("tokens")
        .into_iter()
        .collect();
    if source.starts_with("define_stages!") {
        let Some(TokenTree::Group(tables)) = tokens.last() else {
            panic!("no tables");
        };
        return pretty(stages::expand(tables.stream(), enabled), false);
    }
    let Some(TokenTree::Group(attribute)) = tokens.get(1) else {
        panic!("no attribute");
    };
    let Some(TokenTree::Group(args)) = attribute.stream().into_iter().nth(1) else {
        panic!("no arguments");
    };
    let item = tokens[2..].iter().cloned().collect();
    pretty(
        traced::expand(args.stream(), item, enabled),
        source.contains("self"),
    )
}

/// Formatted, a method in an `impl` so that it can be parsed.
fn pretty(tokens: TokenStream, method: bool) -> String {
    let tokens = if method {
        quote::quote! { impl Sender { #tokens } }
    } else {
        tokens
    };
    let text = prettyplease::unparse(&syn::parse2(tokens).expect("a file"));
    if !method {
        return text;
    }
    text.lines()
        .filter(|line| line.starts_with(' '))
        .map(|line| format!("{}\n", &line[4..]))
        .collect()
}

fn cases() -> Vec<String> {
    let mut cases: Vec<_> = fs::read_dir("expansions")
        .expect("the snapshots are beside the tests")
        .filter_map(|entry| entry.ok()?.path().to_str().map(str::to_owned))
        .filter(|path| path.ends_with(".rs") && !path.ends_with(".expanded.rs"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn expansions_are_as_one_would_write_them() {
    let mut changed = Vec::new();
    for case in cases() {
        let source = fs::read_to_string(&case).expect("a case");
        let snapshot = case.replace(".rs", ".expanded.rs");
        let expansion = expand(&source, true);
        if env::var_os("UPDATE_EXPANSIONS").is_some() {
            fs::write(&snapshot, &expansion).expect("a writable snapshot");
        } else if fs::read_to_string(&snapshot).ok().as_deref() != Some(&expansion) {
            changed.push(format!("{snapshot} is now\n{expansion}"));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    println!("expansions: {}", cases().len());
}

/// Without the feature `enable` a function is left as it was written.
#[test]
fn compiled_out_functions_stay_as_written() {
    for case in cases() {
        let source = fs::read_to_string(&case).expect("a case");
        if source.starts_with("define_stages!") {
            assert!(!expand(&source, false).contains("inventory"));
            continue;
        }
        let (_, written) = source
            .split_once('\n')
            .expect("the attribute has a line of its own");
        let written = pretty(written.parse().expect("tokens"), source.contains("self"));
        assert_eq!(expand(&source, false), written, "{case}");
    }
}

/// A function that is annotated wrongly is left as it was written too, behind its errors.
#[test]
fn wrong_options_leave_the_function_as_written() {
    let item = "fn f() -> u32 { half. }";
    for args in [
        "",
        "stgae = S::A",
        "stage = S::A, ctx = , err",
        "stage = S::, 3",
    ] {
        let expansion = traced::expand(
            args.parse().expect("tokens"),
            item.parse().expect("tokens"),
            true,
        );
        let expansion = expansion.to_string();
        let item = item.parse::<TokenStream>().expect("tokens").to_string();
        assert!(expansion.ends_with(&item), "{expansion}");
        assert!(expansion.contains("compile_error"), "{expansion}");
    }
}

/// Half-typed code still expands: the body is not parsed.
#[test]
fn half_typed_bodies_expand() {
    for item in [
        "fn f(&self) { self. }",
        "async fn f(&self) -> u8 { let x = match }",
        "fn f(&self) -> BoxFuture<'_, u8> { Box::pin(async move { self. }) }",
    ] {
        let args = "stage = S::A, attrs(a = 1)".parse().expect("tokens");
        let expansion = traced::expand(args, item.parse().expect("tokens"), true);
        assert!(
            !expansion.to_string().contains("compile_error"),
            "{expansion}"
        );
    }
}
