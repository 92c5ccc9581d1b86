"""Plays the scenarios against one sink and compares the trees with expected.txt.

usage: check.py WORKER_BINARY OUT_DIR
"""

import difflib
import os
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))
os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"

import sglang_trace
import spans as otlp
from peer import Peer
from scenarios import Scenarios
from servers import Sink


def play(binary, out):
    """The scenarios; returns what went wrong on the way, and how many spans Rust says it has sent."""
    with Sink(out / "otlp.jsonl") as sink:
        endpoint = f"http://127.0.0.1:{sink.http}/v1/traces"
        trace, mooncake_trace, version = sglang_trace.load()
        print(f"SGLang {version}: {trace.__file__}\n", flush=True)
        trace.process_tracing_init(endpoint, "sglang", trace_modules="mooncake")
        flags = ("--enable-trace", "--trace-modules", "mooncake", "--otlp-traces-endpoint", endpoint)
        with Peer(binary, *flags) as worker, Peer(binary) as relay:
            scenarios = Scenarios(trace, mooncake_trace, worker, relay)
            scenarios.play()
            books, relay_books = worker.stop(), relay.stop()
        trace.trace.get_tracer_provider().shutdown()
    scenarios.expect(f"all that Rust recorded was sent: {books}", books["recorded"] == books["exported"])
    scenarios.expect(f"nothing was misused: {books}", books["misuse"] == 0)
    scenarios.expect(f"the relay recorded nothing: {relay_books}", relay_books["recorded"] == 0)
    return scenarios.problems, books["exported"]


def main():
    binary, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    problems, exported = play(binary, out)

    spans = otlp.read(out / "otlp.jsonl")
    problems += otlp.invariants(spans)
    problems += otlp.sglang_cannot_read(spans)
    from_rust = [span for span in spans if span.language == "rust"]
    if len(from_rust) != exported:
        problems.append(f"Rust sent {exported} spans, {len(from_rust)} arrived")
    for span in spans:
        if (span.resource["service.name"], span.scope) != ("sglang", "sglang server"):
            problems.append(f"{span.name}: of service and scope {span.resource['service.name']!r}, {span.scope!r}")

    tree = otlp.text(otlp.forest(spans), otlp.describer(spans))
    print(tree)
    (out / "tree.txt").write_text(tree, encoding="utf-8")
    expected = (here / "expected.txt").read_text(encoding="utf-8")
    problems += difflib.unified_diff(expected.splitlines(), tree.splitlines(), "expected", "found", lineterm="")
    if problems:
        print("\n".join(["OFF:", *problems]))
        return 1
    print(f"{len(spans)} spans ({len(from_rust)} of Rust, {len(spans) - len(from_rust)} of SGLang): as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
