//! Expansions trip no lint and hide none. Clippy runs where it is installed, else the compiler alone.

use std::fs;

use scratch::{linter, messages};

mod scratch;

#[test]
fn no_lint_fires_on_expansions() {
    let wall = fs::read_to_string("lints/wall.rs").expect("the wall is beside the tests");
    let said = messages("wall", "2024", linter(), &wall, true);
    assert!(said.is_empty(), "{said:#?}");
    println!(
        "lint wall: {} functions, nothing said",
        wall.matches("#[mooncake_trace(").count()
    );
}

#[test]
fn no_lint_is_hidden_by_expansions() {
    let bad = fs::read_to_string("lints/bad.rs").expect("the bad code is beside the tests");
    let attribute = |options: &str| {
        let stage = "stage = mooncake_trace::RequestStage::TOKENIZE";
        let options = if options.is_empty() {
            stage.into()
        } else {
            format!("{stage}, {options}")
        };
        format!("#[mooncake_trace::mooncake_trace({options})]")
    };
    let mut traced = bad.clone();
    for options in ["", "err", "ctx = current"] {
        traced = traced.replace(&format!("traced!({options})"), &attribute(options));
    }
    let mut bare = bad.clone();
    for options in ["", "err", "ctx = current"] {
        bare = bare.replace(&format!("traced!({options})\n"), "\n");
    }
    let (without, with) = (
        messages("bare", "2024", linter(), &bare, true),
        messages("traced", "2024", linter(), &traced, true),
    );
    assert!(without.len() > 30, "the code is bad: {without:#?}");
    let hidden: Vec<_> = without.difference(&with).collect();
    let added: Vec<_> = with.difference(&without).collect();
    assert!(
        hidden.is_empty() && added.is_empty(),
        "hidden {hidden:#?}\nadded {added:#?}"
    );
    println!(
        "bad code: {} messages, the same with the attribute",
        with.len()
    );
}
