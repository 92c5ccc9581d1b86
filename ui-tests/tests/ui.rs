//! Every case of `fail/` gives exactly the errors that stand beside it; every case of `pass/` compiles and runs.

use std::fs;

fn cases(directory: &str) -> Vec<String> {
    let mut cases: Vec<_> = fs::read_dir(directory)
        .expect("the cases are beside the tests")
        .filter_map(|entry| entry.ok()?.path().to_str().map(str::to_owned))
        .filter(|path| path.ends_with(".rs"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn errors_and_odd_functions() {
    let (fail, pass) = (cases("fail"), cases("pass"));
    let trybuild = trybuild::TestCases::new();
    for case in &fail {
        trybuild.compile_fail(case);
    }
    for case in &pass {
        trybuild.pass(case);
    }
    println!("ui: {} fail, {} pass", fail.len(), pass.len());
}

/// Nobody can do anything about what is behind the door.
#[test]
fn no_error_mentions_the_private_door() {
    for case in cases("fail") {
        let errors = fs::read_to_string(case.replace(".rs", ".stderr")).unwrap_or_default();
        assert!(
            !errors.contains("__private"),
            "{case} mentions `__private`:\n{errors}"
        );
        assert!(!errors.is_empty(), "{case} has no .stderr");
    }
}
