"""Sends requests through a gateway to a prefill and a decode worker and compares the trees with expected.txt.

usage: check.py SMG_BINARY WORKER_BINARY OUT_DIR
"""

import difflib
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.request

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))

import spans as otlp
from servers import Process, Server, Sink

GATEWAY = "http://127.0.0.1:30000"
PATIENCE_S = 60
# What the client says: two requests of traces of its own, and one that begins a trace at the gateway.
CALLER = "b7ad6b7169203331"
TRACES = ["0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319d"]
PROMPTS = ["one two three", " ".join(["word"] * 17)]
# Of the gateway's attributes, those that are the same in every run.
OF_GATEWAY = ("method", "path", "status_code")


def get(path):
    with urllib.request.urlopen(GATEWAY + path, timeout=5) as answer:
        return answer.read()


def generate(prompt, headers):
    body = json.dumps({"text": prompt, "sampling_params": {"max_new_tokens": 2}}).encode()
    headers = {"content-type": "application/json", **headers}
    request = urllib.request.Request(GATEWAY + "/generate", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{what}: not within {PATIENCE_S} s")


def workers_are_ready():
    workers = json.loads(get("/workers")).get("workers", [])
    return len(workers) == 2 and all(worker.get("is_healthy") for worker in workers)


def play(smg, binary, out):
    """Sends the requests; returns what is wrong with the answers."""
    problems = []
    with Sink(out / "otlp.jsonl") as sink, open(out / "gateway.log", "w", encoding="utf-8") as log:
        endpoint = f"127.0.0.1:{sink.grpc}"
        flags = ("--enable-trace", "--trace-modules", "request,mooncake", "--otlp-traces-endpoint", endpoint)
        with Server(binary, "prefill", *flags) as prefill, Server(binary, "decode", *flags) as decode:
            prefill_url, decode_url = (f"http://127.0.0.1:{worker.ready['http']}" for worker in (prefill, decode))
            gateway = Process(
                *(smg, "launch", "--host", "127.0.0.1", "--port", GATEWAY.rpartition(":")[2]),
                *("--prometheus-port", "29000", "--policy", "round_robin", "--pd-disaggregation"),
                *("--prefill", prefill_url, str(prefill.ready["bootstrap"]), "--decode", decode_url),
                *("--enable-trace", "--otlp-traces-endpoint", endpoint),
                stdout=log,
                stderr=log,
            )
            with gateway:
                wait_until("the gateway knows its workers", workers_are_ready)
                for trace, prompt in zip(TRACES, PROMPTS):
                    answer = generate(prompt, {"traceparent": f"00-{trace}-{CALLER}-01", "tracestate": "client=1"})
                    if answer["text"] != "0 1":
                        problems.append(f"the answer to {prompt!r}: {answer}")
                generate("not traced", {"traceparent": f"00-{TRACES[0][::-1]}-{CALLER}-00"})
                generate("begins a trace", {})
                # The gateway exports in batches.
                wait_until("the gateway's spans arrive", lambda: requests_of_gateway(out / "otlp.jsonl") == 3)
                gateway.process.terminate()
                gateway.process.wait(timeout=30)
    return problems


def is_gateway(span):
    return span.resource["service.name"] == "smg"


def requests_of_gateway(path):
    spans = filter(is_gateway, otlp.read(path))
    return sum(span.attributes.get("path") == "/generate" for span in spans)


def main():
    smg, binary, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    problems = play(smg, binary, out)

    everything = otlp.read(out / "otlp.jsonl")
    ours = {span.trace for span in everything if not is_gateway(span)}
    # The gateway's health checks are traces of their own.
    spans = [span for span in everything if span.trace in ours]
    problems += otlp.invariants(spans, outside={CALLER})
    problems += otlp.sglang_cannot_read(spans)
    if len(ours) != 3:
        problems.append(f"three traces were expected, found {len(ours)}: {sorted(ours)}")

    def process(span):
        return span.resource.get("worker.role", span.resource["service.name"])

    def attributes(span):
        if is_gateway(span):
            return {key: span.attributes.get(key) for key in OF_GATEWAY}
        return {key: value for key, value in span.attributes.items() if key not in ("rid", "bootstrap_room")}

    for span in spans:
        settle(span)
    for trace in ours:
        rooms = {s.attributes["bootstrap_room"] for s in spans if s.trace == trace and "bootstrap_room" in s.attributes}
        if len(rooms) != 1:
            problems.append(f"one room was expected in {trace}, found {rooms}")
    tree = otlp.text(in_order(otlp.forest(spans)), otlp.describer(spans, process, attributes))
    print(tree)
    (out / "tree.txt").write_text(tree, encoding="utf-8")
    expected = (here / "expected.txt").read_text(encoding="utf-8")
    problems += difflib.unified_diff(expected.splitlines(), tree.splitlines(), "expected", "found", lineterm="")
    if problems:
        print("\n".join(["OFF:", *problems]))
        return 1
    print(f"{len(spans)} spans in {len(ours)} traces: as expected")
    return 0


def settle(span):
    """Takes out of a span what differs from run to run: ids, the worker that the room chose, the gateway's log lines."""
    if is_gateway(span):
        span.events = []
    elif is_root(span):
        span.name = span.name.replace(span.attributes["rid"][:8], "RID")
    elif span.is_thread:
        span.name = re.sub(r"worker \d+", "worker N", span.name)
        span.attributes["thread_label"] = re.sub(r"worker \d+", "worker N", span.attributes["thread_label"])


def in_order(roots):
    """Below the gateway prefill before decode, whoever was first."""
    for root in roots:
        root.children.sort(key=lambda span: span.resource.get("worker.role") != "Prefill")
    return roots


def is_root(span):
    return "module" in span.attributes


if __name__ == "__main__":
    sys.exit(main())
