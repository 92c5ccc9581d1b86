"""Spans of OTLP/JSON lines as a tree in text: what the interop scripts print and compare.

A line is one span:  NAME [LANGUAGE] {attributes} -> linked slice !ERROR. What differs from run to run is checked here
and left out there: ids, times, the host's id, the thread's pid.
"""

import json


class Span:
    def __init__(self, resource, scope, raw):
        self.resource = resource
        self.scope = scope
        self.trace = raw["traceId"]
        self.id = raw["spanId"]
        self.parent = raw.get("parentSpanId", "")
        self.name = raw["name"]
        self.start, self.end = int(raw["startTimeUnixNano"]), int(raw["endTimeUnixNano"])
        self.attributes = {a["key"]: plain(a["value"]) for a in raw.get("attributes", [])}
        self.events = raw.get("events", [])
        self.links = raw.get("links", [])
        self.flags = raw.get("flags", 0)
        self.failed = raw.get("status", {}).get("code", 0) == 2
        self.children = []

    @property
    def language(self):
        return self.resource.get("telemetry.sdk.language", "?")

    @property
    def is_thread(self):
        return "thread_label" in self.attributes


def plain(value):
    ((kind, inner),) = value.items()
    if kind == "intValue":
        return int(inner)
    if kind == "arrayValue":
        return [plain(item) for item in inner.get("values", [])]
    return inner


def shown(attributes):
    return "{" + ", ".join(f"{key}={json.dumps(value)}" for key, value in attributes.items()) + "}"


def read(path):
    spans = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            for per_resource in json.loads(line).get("resourceSpans", []):
                resource = {a["key"]: plain(a["value"]) for a in per_resource["resource"]["attributes"]}
                for per_scope in per_resource["scopeSpans"]:
                    scope = per_scope.get("scope", {}).get("name")
                    spans += [Span(resource, scope, raw) for raw in per_scope["spans"]]
    return spans


def forest(spans):
    """The roots of what was read, by start; a span whose parent is not there is a root too."""
    by_id = {span.id: span for span in spans}
    roots = []
    for span in sorted(spans, key=lambda s: s.start):
        parent = by_id.get(span.parent)
        (parent.children if parent else roots).append(span)
    return roots


def text(roots, describe):
    lines = []

    def walk(span, first, rest):
        lines.append(first + describe(span))
        for number, child in enumerate(span.children, 1):
            last = number == len(span.children)
            walk(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))

    for root in roots:
        walk(root, "", "")
    return "\n".join(lines) + "\n"


def linked_names(spans):
    """Names for links to show: the second of that name in a trace is `name#2`."""
    names, counts = {}, {}
    for span in sorted(spans, key=lambda s: s.start):
        kind = (span.trace, span.name)
        counts[kind] = counts.get(kind, 0) + 1
        names[span.id] = span.name + (f"#{counts[kind]}" if counts[kind] > 1 else "")
    return names


def describer(spans, process=lambda span: span.language, attributes_of=lambda span: dict(span.attributes)):
    """How a span reads in the tree: of which `process`, with which of its attributes."""
    names = linked_names(spans)

    def describe(span):
        name, attributes = span.name, attributes_of(span)
        if span.is_thread:
            host, pid = attributes.pop("host_id"), attributes.pop("pid")
            name = name.replace(f"(host:{host[:8]} | pid:{pid})", "(host | pid)")
        line = f"{name.strip()} [{process(span)}]"
        if attributes:
            line += " " + shown(attributes)
        for event in span.events:
            inside = span.start <= int(event["timeUnixNano"]) < span.end
            line += f" @{event['name']}" + ("" if inside else "(outside)")
            if event.get("attributes"):
                line += shown({a["key"]: plain(a["value"]) for a in event["attributes"]})
        for link in span.links:
            kind = " remote" if link.get("flags", 0) & 0x200 else ""
            same = "" if link["traceId"] == span.trace else " in another trace"
            line += f" -> {names.get(link['spanId'], 'UNKNOWN SPAN')}{kind}{same}"
        if span.flags & 0x200:
            line += " ^remote parent"
        return line + (" !ERROR" if span.failed else "")

    return describe


def invariants(spans, outside=()):
    """What holds for every span of ours and SGLang's; yields what does not. `outside`: ids of callers' spans."""
    ids = [span.id for span in spans]
    if len(set(ids)) != len(ids):
        yield "a span id occurs twice"
    by_id = {span.id: span for span in spans}
    for span in spans:
        if int(span.trace, 16) == 0 or int(span.id, 16) == 0:
            yield f"{span.name}: a zero id"
        if span.end < span.start:
            yield f"{span.name}: ends before it starts"
        parent = by_id.get(span.parent)
        if parent is not None and parent.trace != span.trace:
            yield f"{span.name}: in another trace than its parent {parent.name}"
        if span.parent and parent is None and span.parent not in outside:
            yield f"{span.name}: its parent {span.parent} was never received"
        if span.is_thread:
            attributes = span.attributes
            expected = f"(host:{attributes['host_id'][:8]} | pid:{attributes['pid']})"
            if not span.name.startswith(attributes["thread_label"]) or not span.name.endswith(expected):
                yield f"{span.name}: not named after {attributes}"
        # Others leave the flag away.
        ours = span.resource.get("telemetry.sdk.name") == "mooncake-trace"
        if ours and span.flags & 1 == 0:
            yield f"{span.name}: not marked as sampled ({span.flags:#x})"
    hosts = {span.attributes["host_id"] for span in spans if span.is_thread}
    if len(hosts) > 1:
        yield f"this host has several ids: {sorted(hosts)}"


def sglang_cannot_read(spans):
    """What SGLang's converter to Perfetto (`scripts/convert_otel_2_perfetto.py`) takes for granted; yields what is not so."""
    spans = [span for span in spans if span.resource["service.name"] != "smg"]
    for span in spans:
        if span.resource["service.name"] != "sglang":
            yield f"{span.name}: of the service {span.resource['service.name']!r}, which the converter leaves out"
        if any("attributes" not in event for event in span.events):
            yield f"{span.name}: an event without the member `attributes`"
    for root in spans:
        if root.attributes.get("module") not in ("sglang::request", "sglang::mooncake"):
            continue
        threads = [span for span in spans if span.parent == root.id and "module" not in span.attributes]
        for thread in threads:
            if not {"host_id", "pid", "thread_label"} <= thread.attributes.keys():
                yield f"{thread.name}: below a root, but no thread span: {thread.attributes}"
        ids = {thread.id for thread in threads}
        if "rid" not in root.attributes or not any(span.parent in ids for span in spans):
            yield f"{root.name}: a root without rid or slices"
