"""Compares the spans in a file of OTLP/JSON lines with what a sink has seen.

usage: compare.py WHAT OTLP.jsonl IDS

Collectors batch: the ids may be on their way still, so this waits for them.
"""

import json
import sys
import time

LONG = 30

what, sent_path, seen_path = sys.argv[1:]

sent = []
with open(sent_path, encoding="utf-8") as f:
    for request in map(json.loads, f):
        for resource_spans in request["resourceSpans"]:
            for scope_spans in resource_spans["scopeSpans"]:
                sent += [(s["traceId"], s["spanId"]) for s in scope_spans["spans"]]


def seen():
    with open(seen_path, encoding="ascii") as f:
        return [tuple(line.split()) for line in f]


end = time.monotonic() + LONG
while len(arrived := seen()) < len(sent) and time.monotonic() < end:
    time.sleep(0.05)

missing = len(set(sent) - set(arrived))
foreign = len(set(arrived) - set(sent))
doubled = len(arrived) - len(set(arrived))
if not sent or missing or foreign or doubled:
    sys.exit(
        f"FAILED: {what}: {len(sent)} spans sent, {len(arrived)} arrived: "
        f"{missing} missing, {foreign} foreign, {doubled} twice"
    )
print(f"ok: {what}: {len(sent)} spans sent, the same {len(arrived)} arrived behind the collector")
