//! Users of older editions: the expansion is written in this crate's edition, their code is not.

use std::collections::BTreeSet;
use std::fs;

use scratch::{Said, messages};

mod scratch;

#[test]
fn odd_functions_compile_in_every_edition() {
    for edition in ["2018", "2021", "2024"] {
        for case in ["shapes_sync", "no_prelude", "renamed_crate"] {
            let source = fs::read_to_string(format!("pass/{case}.rs")).expect("a case");
            let said = messages(
                &format!("{case}_{edition}"),
                edition,
                "check",
                &source,
                true,
            );
            let errors = errors(&said);
            assert!(
                errors.is_empty(),
                "{case} in edition {edition}: {errors:#?}"
            );
        }
    }
}

/// The same functions compile when tracing is compiled out: everything is still there, and does nothing.
#[test]
fn odd_functions_compile_when_tracing_is_compiled_out() {
    for case in ["shapes_sync", "renamed_crate"] {
        let source = fs::read_to_string(format!("pass/{case}.rs")).expect("a case");
        let said = messages(&format!("{case}_off"), "2024", "check", &source, false);
        let errors = errors(&said);
        assert!(errors.is_empty(), "{case} without `enable`: {errors:#?}");
    }
}

fn errors(said: &BTreeSet<Said>) -> Vec<&Said> {
    said.iter()
        .filter(|(code, ..)| code == "error" || code.starts_with('E'))
        .collect()
}
