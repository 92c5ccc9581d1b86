//! Users of older editions: the expansion is written in this crate's edition, their code is not.

use std::fs;

use scratch::messages;

mod scratch;

#[test]
fn odd_functions_compile_in_every_edition() {
    for edition in ["2018", "2021", "2024"] {
        for case in ["shapes_sync", "no_prelude", "renamed_crate"] {
            let source = fs::read_to_string(format!("pass/{case}.rs")).expect("a case");
            let said = messages(&format!("{case}_{edition}"), edition, "check", &source);
            let errors: Vec<_> = said
                .iter()
                .filter(|(code, ..)| code == "error" || code.starts_with('E'))
                .collect();
            assert!(
                errors.is_empty(),
                "{case} in edition {edition}: {errors:#?}"
            );
        }
    }
}
