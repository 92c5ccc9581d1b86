//! Crates that tests make up and have compiled.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Lint, line and text of a message.
pub(crate) type Said = (String, u64, String);

/// Writes a crate with one source file, and says where it is.
fn crate_of(name: &str, edition: &str, file: &str, source: &str, enabled: bool) -> PathBuf {
    let crate_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(crate_dir.join("src")).expect("a directory for the crate");
    fs::write(crate_dir.join("src").join(file), source).expect("a writable file");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trace-runtime");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\
         [dependencies]\nmooncake-trace = {{ path = {runtime:?}, default-features = {enabled} }}\n[workspace]\n"
    );
    fs::write(crate_dir.join("Cargo.toml"), manifest).expect("a writable file");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, crate_dir.join("Cargo.lock")).expect("the lock file of the workspace");
    crate_dir
}

/// The program that a source file is compiled to, with its symbols.
pub(crate) fn program(name: &str, source: &str, enabled: bool) -> Vec<u8> {
    let crate_dir = crate_of(name, "2024", "main.rs", source, enabled);
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--offline", "--release"])
        .current_dir(&crate_dir)
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    fs::read(target().join("release").join(file)).expect("a program")
}

/// What a linter says about a source file: lint and line of every message.
pub(crate) fn messages(
    name: &str,
    edition: &str,
    command: &str,
    source: &str,
    enabled: bool,
) -> BTreeSet<Said> {
    let crate_dir = crate_of(name, edition, "lib.rs", source, enabled);
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args([command, "--offline", "--message-format=json"])
        .current_dir(&crate_dir)
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let messages: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert!(
        messages
            .iter()
            .any(|message| message["reason"] == "build-finished"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    messages
        .iter()
        .filter(|message| {
            message["reason"] == "compiler-message" && message["target"]["name"] == *name
        })
        .map(|message| &message["message"])
        .filter(|message| !message["spans"].as_array().is_none_or(Vec::is_empty))
        .map(|message| {
            let code = message["code"]["code"]
                .as_str()
                .unwrap_or("error")
                .to_owned();
            let line = message["spans"][0]["line_start"].as_u64().unwrap_or(0);
            (
                code,
                line,
                message["message"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

/// Clippy where it is installed, else the compiler alone.
pub(crate) fn linter() -> &'static str {
    let clippy = Command::new("cargo").args(["clippy", "--version"]).output();
    if clippy.is_ok_and(|output| output.status.success()) {
        "clippy"
    } else {
        "check"
    }
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints-target")
}
