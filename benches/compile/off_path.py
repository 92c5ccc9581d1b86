#!/usr/bin/env python3
"""What a traced function with a null context does before and after its body, as the machine sees it (x86-64).

usage: off_path.py [--work DIR]

Compiles a function that is traced, in release mode, with `--emit asm`, follows the path that a null context takes,
prints it, and fails unless it has at most one load, one compare and one branch in front of the call of the body and at
most one test behind it.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = """
use mooncake_trace::{MooncakeRequestStage, TraceContext, mooncake_trace};

unsafe extern "C" {
    safe fn the_body(n: u64) -> u64;
}

#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
#[unsafe(no_mangle)]
pub fn traced(trace_ctx: &TraceContext, n: u64) -> u64 {
    the_body(n)
}
"""
CONDITIONAL = re.compile(r"j(?!mp)\w+$")


def assembly(work):
    (work / "src").mkdir(parents=True, exist_ok=True)
    (work / "Cargo.toml").write_text(
        '[package]\nname = "off-path"\nversion = "0.0.0"\nedition = "2024"\n'
        f'[dependencies]\nmooncake-trace = {{ path = "{ROOT / "trace-runtime"}" }}\n[workspace]\n'
    )
    (work / "src/lib.rs").write_text(SOURCE)
    output = work / "traced.s"
    subprocess.run(
        ["cargo", "rustc", "--quiet", "--release", "--lib", "--", "-C", "codegen-units=1", f"--emit=asm={output}"],
        cwd=work, check=True,
    )
    return output.read_text()


def function(text, name):
    """Its lines: labels with their colon, instructions as (operation, operands)."""
    body = text.split(f"\n{name}:\n", 1)[1].split("\t.size\t", 1)[0]
    lines = []
    for line in body.splitlines():
        line = line.split("#")[0].strip()
        if line.endswith(":"):
            lines.append(line)
        elif line and not line.startswith("."):
            operation, _, operands = line.partition("\t")
            lines.append((operation, operands))
    return lines


def null_path(lines):
    """The instructions that run if the context is null: the first branch is the one on the context."""
    labels = {line[:-1]: at for at, line in enumerate(lines) if isinstance(line, str)}
    path, at, branched = [], 0, False
    while at < len(lines):
        line = lines[at]
        at += 1
        if isinstance(line, str):
            continue
        path.append(line)
        operation, operands = line
        if CONDITIONAL.match(operation) and not branched:
            # `je` and `jz` leave for the null path, `jne` and `jnz` for the other one.
            branched = True
            if operation in ("je", "jz"):
                at = labels[operands]
        elif operation.startswith("ret") or (operation.startswith("jmp") and operands not in labels):
            break
        elif operation.startswith("jmp"):
            at = labels[operands]
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/off-path")
    work = parser.parse_args().work.resolve()
    os.environ.setdefault("CARGO_TARGET_DIR", str(work / "target"))
    path = null_path(function(assembly(work), "traced"))
    print("\n".join(f"    {operation:8} {operands}" for operation, operands in path))
    call = next(at for at, (_, operands) in enumerate(path) if "the_body" in operands)
    before, after = path[:call], path[call + 1 :]
    stack = ("push", "pop", "sub", "add")
    loads = [line for line in before if line[0].startswith("mov") and re.match(r"[^,]*\(", line[1])]
    compares = [line for line in before + after if line[0].startswith(("test", "cmp"))]
    branches = [line for line in before if CONDITIONAL.match(line[0])]
    tests_after = [line for line in after if line[0].startswith(("test", "cmp"))]
    other = [
        line for line in before
        if line not in loads + compares + branches and not line[0].startswith((*stack, "mov"))
    ]
    print(
        f"null context: {len(loads)} load, {len(compares) - len(tests_after)} compare, {len(branches)} branch before the "
        f"body, {len(tests_after)} test after it"
    )
    sys.exit(len(loads) > 1 or len(compares) - len(tests_after) > 1 or len(branches) > 1 or len(tests_after) > 1 or bool(other))


if __name__ == "__main__":
    main()
