#!/usr/bin/env python3
"""What annotating functions costs to compile: ours beside the peers', in one run.

usage: run.py [--functions N] [--rounds N] [--work DIR]

Generates one crate of small functions (a quarter of them async) four times: bare, with #[mooncake_trace], with
#[fastrace::trace], with #[tracing::instrument(skip_all)]; builds each in release mode and prints the CPU time of the
compiler for that crate (the fastest of the rounds, dependencies excluded) and the lines of its optimised LLVM IR; then
what each adds to bare, and our addition as a share of fastrace's. The goal is 0.75 or less in both.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name -> (dependency, imports, attribute)
VARIANTS = {
    "bare": ("", "", ""),
    "mooncake_trace": (
        "",
        "use mooncake_trace::mooncake_trace;",
        "#[mooncake_trace(stage = mooncake_trace::MooncakeRequestStage::MOONCAKE_SEND)]",
    ),
    "fastrace": ('fastrace = { version = "0.7.19", features = ["enable"] }', "use fastrace::trace;", "#[trace]"),
    "tracing": ('tracing = "0.1.44"', "use tracing::instrument;", "#[instrument(skip_all)]"),
}

# Six sync and two async functions: small ones, as engines have them by the hundred.
FUNCTIONS = [
    """pub fn sum_{i}(trace_ctx: &TraceContext, pages: &[u32]) -> u64 {{
    let _ = trace_ctx;
    pages.iter().fold({i}, |sum, page| sum.wrapping_mul(31).wrapping_add(u64::from(*page)))
}}""",
    """pub fn find_{i}(trace_ctx: &TraceContext, pages: &[u32], page: u32) -> Option<usize> {{
    let _ = trace_ctx;
    pages.iter().position(|other| *other == page ^ {i})
}}""",
    """pub fn parse_{i}(trace_ctx: &TraceContext, text: &str) -> Result<u64, std::num::ParseIntError> {{
    let _ = trace_ctx;
    let n: u64 = text.trim().parse()?;
    Ok(n + {i})
}}""",
    """pub fn push_{i}(trace_ctx: &TraceContext, queue: &mut Vec<String>, name: &str) {{
    let _ = trace_ctx;
    queue.push(format!("{{name}}-{i}"));
}}""",
    """pub fn classify_{i}(trace_ctx: &TraceContext, status: u32) -> &'static str {{
    let _ = trace_ctx;
    match status % 4 {{ 0 => "queued", 1 => "sent", 2 => "acked {i}", _ => "failed" }}
}}""",
    """pub fn merge_{i}(trace_ctx: &TraceContext, into: &mut Vec<u32>, from: Vec<u32>) -> usize {{
    let _ = trace_ctx;
    if from.len() > {i} {{ return 0; }}
    into.extend(from);
    into.len()
}}""",
    """pub async fn read_{i}(trace_ctx: &TraceContext, source: &Source, offset: u64) -> u64 {{
    let _ = trace_ctx;
    let head = source.read(offset).await;
    let tail = source.read(head + {i}).await;
    head ^ tail
}}""",
    """pub async fn retry_{i}(trace_ctx: &TraceContext, source: &Source, mut tries: u32) -> Result<u64, String> {{
    let _ = trace_ctx;
    while tries > 0 {{
        let got = source.read(u64::from(tries)).await;
        if got != {i} {{ return Ok(got); }}
        tries -= 1;
    }}
    Err(String::from("gave up"))
}}""",
]

SUPPORT = """
use mooncake_trace::TraceContext;

pub struct Source(pub std::sync::atomic::AtomicU64);

impl Source {
    pub async fn read(&self, offset: u64) -> u64 {
        std::future::poll_fn(|cx| {
            let now = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if now % 2 == 0 { cx.waker().wake_by_ref(); return std::task::Poll::Pending; }
            std::task::Poll::Ready(now + offset)
        }).await
    }
}

/// Has the async functions compiled here.
pub fn drive<F: Future>(future: F) -> bool {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    future.as_mut().poll(&mut cx).is_ready()
}
"""


def source(variant, functions):
    _, imports, attribute = VARIANTS[variant]
    parts = [imports, SUPPORT]
    drivers = []
    for i in range(functions):
        # Every fourth is async: positions 3 and 7 of eight.
        kinds = [0, 1, 2, 6, 3, 4, 5, 7]
        kind = kinds[i % 8]
        parts.append(attribute + "\n" + FUNCTIONS[kind].format(i=i))
        if kind == 6:
            drivers.append(f"pub fn drive_{i}(ctx: &TraceContext, source: &Source) -> bool {{ drive(read_{i}(ctx, source, 1)) }}")
        if kind == 7:
            drivers.append(f"pub fn drive_{i}(ctx: &TraceContext, source: &Source) -> bool {{ drive(retry_{i}(ctx, source, 1)) }}")
    return "\n".join(parts + drivers) + "\n"


def write(work, variant, functions):
    directory = work / variant
    (directory / "src").mkdir(parents=True, exist_ok=True)
    dependency, _, _ = VARIANTS[variant]
    (directory / "Cargo.toml").write_text(
        f'[package]\nname = "annotated-{variant.replace("_", "-")}"\nversion = "0.0.0"\nedition = "2024"\n'
        f'[dependencies]\nmooncake-trace = {{ path = "{ROOT / "trace-runtime"}" }}\n{dependency}\n[workspace]\n'
    )
    (directory / "src/lib.rs").write_text(source(variant, functions))
    return directory


def build(directory, extra=()):
    """CPU seconds of building the crate in `directory` once its dependencies are built."""
    (directory / "src/lib.rs").touch()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        ["cargo", "rustc", "--quiet", "--release", "--lib", "--", *extra],
        cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if result.returncode != 0:
        sys.exit(result.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ir_lines(directory, work):
    ll = work / f"{directory.name}.ll"
    build(directory, ["-C", "codegen-units=1", "--emit", f"llvm-ir={ll}"])
    with ll.open() as file:
        return sum(1 for _ in file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--functions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/compile-bench")
    options = parser.parse_args()
    work = options.work.resolve()
    os.environ.setdefault("CARGO_TARGET_DIR", str(work / "target"))

    directories = {variant: write(work, variant, options.functions) for variant in VARIANTS}
    lines, seconds = {}, {}
    for variant, directory in directories.items():
        build(directory)  # its dependencies
        lines[variant] = ir_lines(directory, work)
    # Side by side, so that a noisy moment hits all of them.
    for _ in range(options.rounds):
        for variant, directory in directories.items():
            took = build(directory)
            seconds[variant] = min(took, seconds.get(variant, took))

    bare_seconds, bare_lines = seconds["bare"], lines["bare"]
    print(f"{options.functions} functions, a quarter async, release; CPU is the fastest of {options.rounds}")
    print(f"{'':16} {'CPU s':>8} {'added':>8} {'IR lines':>10} {'added':>10}")
    for variant in VARIANTS:
        print(
            f"{variant:16} {seconds[variant]:8.2f} {seconds[variant] - bare_seconds:8.2f} "
            f"{lines[variant]:10} {lines[variant] - bare_lines:10}"
        )
    cpu = (seconds["mooncake_trace"] - bare_seconds) / (seconds["fastrace"] - bare_seconds)
    ir = (lines["mooncake_trace"] - bare_lines) / (lines["fastrace"] - bare_lines)
    print(f"our addition / fastrace's: CPU {cpu:.2f}, IR {ir:.2f} (goal: 0.75 or less)")
    sys.exit(cpu > 0.75 or ir > 0.75)


if __name__ == "__main__":
    main()
