"""Compares the tree of a run of examples/nixl-transfer with expected.txt.

usage: check.py OUT_DIR
"""

import difflib
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))

import spans as otlp


def main():
    out = pathlib.Path(sys.argv[1])
    spans = [span for role in ("prefill", "decode") for span in otlp.read(out / f"nixl-{role}.jsonl")]
    problems = [*otlp.invariants(spans), *otlp.sglang_cannot_read(spans)]
    roots = otlp.forest(spans)
    for sender in (child for root in roots for child in root.children):
        # A chunk may be received before the next one is written, or after.
        sender.children.sort(key=lambda span: span.resource["worker.role"] != "Prefill")
    tree = otlp.text(roots, otlp.describer(spans, lambda span: span.resource["worker.role"]))
    print(tree)
    (out / "tree.txt").write_text(tree, encoding="utf-8")
    expected = (here / "expected.txt").read_text(encoding="utf-8")
    problems += difflib.unified_diff(expected.splitlines(), tree.splitlines(), "expected", "found", lineterm="")
    if problems:
        print("\n".join(["OFF:", *problems]))
        return 1
    print(f"{len(spans)} spans of two processes: as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
