"""An OTLP/HTTP receiver: writes a line `trace-id span-id` for every span of every request.

usage: sink.py FILE    prints the port it listens on

It reads just as much protobuf as that takes, so it needs nothing but Python.
"""

import gzip
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def fields(message):
    """The length-delimited fields of a protobuf message: number and content."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            varint()
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == 2:
            length = varint()
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {kind}")


def children(message, number):
    return (content for n, content in fields(message) if n == number)


def spans(request):
    for resource_spans in children(request, 1):
        for scope_spans in children(resource_spans, 2):
            for span in children(scope_spans, 2):
                trace_id = next(children(span, 1)).hex()
                span_id = next(children(span, 2)).hex()
                yield f"{trace_id} {span_id}\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("transfer-encoding", "") != "chunked":
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_POST(self):
        body = self.body()
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path == "/v1/traces":
            # One write: requests come on several threads.
            out.write("".join(spans(body)))
            out.flush()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()


out = open(sys.argv[1], "a", encoding="ascii")
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
