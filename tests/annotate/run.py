#!/usr/bin/env python3
"""Puts #[mooncake_trace] on every eligible function of crates from the registry and builds and tests them.

usage: run.py [--work DIR] [--no-tests] [CRATE[@VERSION] ...]

Every crate is fetched with cargo, built as it is (all features), annotated, and built again; then its unit tests in
src/ run as they were and annotated, and must give the same. Prints one line per crate, and a last line
`annotate: F functions, C crates, E errors`; exit 1 if there are errors. Features that do not build without the
attribute (nightly only, other platforms) are left away for that crate, which is said in its line.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

CRATES = ["bytes", "http", "hyper", "futures-util", "indexmap", "tower", "axum", "clap_builder", "tokio"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
# Feature sets to try, with the flags they need; the first that builds without the attribute counts.
ATTEMPTS = [
    (["--all-features"], ""),
    (["--all-features"], "--cfg tokio_unstable"),
    (["--features", "full"], ""),
    ([], ""),
]


def cargo(args, cwd, flags="", env=None):
    environment = dict(os.environ, RUSTFLAGS=flags, CARGO_TERM_COLOR="never", **(env or {}))
    return subprocess.run(
        ["cargo", *args], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def fetch(crates, work):
    """Source directories of the crates, by name."""
    project = work / "fetch"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "src/lib.rs").write_text("")
    lines = []
    for crate in crates:
        name, _, version = crate.partition("@")
        lines.append(f'{name} = "{"=" + version if version else "*"}"')
    (project / "Cargo.toml").write_text(
        '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n' + "\n".join(lines)
    )
    result = subprocess.run(
        ["cargo", "metadata", "--format-version=1"], cwd=project, stdout=subprocess.PIPE, text=True, check=True
    )
    metadata = json.loads(result.stdout)
    direct = {dependency["pkg"] for node in metadata["resolve"]["nodes"] if node["id"] == metadata["resolve"]["root"]
              for dependency in node["deps"]}
    return {package["name"]: pathlib.Path(package["manifest_path"]).parent
            for package in metadata["packages"] if package["id"] in direct}


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for entry in ["Cargo.lock", "rust-toolchain", "rust-toolchain.toml", ".cargo"]:
        path = target / entry
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    manifest = target / "Cargo.toml"
    text = manifest.read_text()
    if not re.search(r"^\[workspace\]", text, re.M):
        text += "\n[workspace]\n"
    manifest.write_text(text)


def depend(target):
    manifest = target / "Cargo.toml"
    manifest.write_text(
        manifest.read_text() + f'\n[dependencies.mooncake-trace]\npath = "{ROOT / "trace-runtime"}"\n'
    )


def errors_of(output):
    return len(re.findall(r"^error(?:\[E\d+\])?: (?!could not compile|aborting)", output, re.M))


def tests_of(result):
    found = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed", result.stdout)
    if not found:
        return None
    return tuple(sum(int(row[i]) for row in found) for i in range(2))


def run_tests(directory, features, flags):
    """(passed, failed), or None if there is nothing to run or the tests do not build as they are."""
    try:
        return tests_of(cargo(["test", "--lib", "--quiet", *features, "--", "--test-threads=4"], directory, flags))
    except subprocess.TimeoutExpired:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/annotate")
    parser.add_argument("--no-tests", action="store_true", help="build only")
    parser.add_argument("crates", nargs="*", default=CRATES)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("CARGO_TARGET_DIR", str(work / "target"))

    finder_source = pathlib.Path(__file__).parent / "finder"
    built = cargo(["build", "--quiet", "--release"], finder_source)
    if built.returncode != 0:
        sys.exit(built.stdout)
    finder = pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "release/annotate-finder"

    functions = errors = 0
    sources = fetch(options.crates, work)
    for name, source in sources.items():
        bare, traced = work / "bare" / source.name, work / "traced" / source.name
        copy(source, bare)
        copy(source, traced)
        depend(traced)
        files = [str(path) for path in sorted((traced / "src").rglob("*.rs"))]
        count = int(subprocess.run([finder, *files], stdout=subprocess.PIPE, text=True, check=True).stdout)
        functions += count
        for features, flags in ATTEMPTS:
            if cargo(["check", "--quiet", "--lib", *features], bare, flags).returncode == 0:
                break
        else:
            print(f"{source.name}: does not build without the attribute either, skipped")
            continue
        result = cargo(["check", "--quiet", "--lib", *features], traced, flags)
        wrong = errors_of(result.stdout) if result.returncode else 0
        wrong = max(wrong, int(result.returncode != 0))
        note = " ".join([*features, flags]).strip() or "default features"
        tests = ""
        if wrong:
            (work / f"{source.name}.log").write_text(result.stdout)
            tests = f"see {work / (source.name + '.log')}"
        elif not options.no_tests:
            before, after = (run_tests(directory, features, flags) for directory in (bare, traced))
            if before is None:
                tests = "no unit tests that build without the attribute"
            elif before == after:
                tests = f"{after[0]} unit tests pass" + (f", {after[1]} fail with and without" if after[1] else "")
            else:
                wrong += 1
                tests = f"unit tests differ: (passed, failed) {before} without, {after} with"
        errors += wrong
        print(f"{source.name}: {count} functions, {wrong} errors ({note}; {tests})", flush=True)
    print(f"annotate: {functions} functions, {len(sources)} crates, {errors} errors")
    sys.exit(errors != 0)


if __name__ == "__main__":
    main()
