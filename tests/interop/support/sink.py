"""An OTLP receiver, gRPC and HTTP, that writes what it gets as OTLP/JSON lines, one per export.

usage: sink.py FILE [--grpc PORT] [--http PORT]

Prints `{"grpc": PORT, "http": PORT}` when it listens (on loopback; port 0 picks one) and ends at SIGTERM.
"""

import argparse
import base64
import gzip
import json
import signal
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

ID_KEYS = ("traceId", "spanId", "parentSpanId")
# Service, request and response by the last part of the HTTP path. Only traces are written down.
SIGNALS = {
    "traces": ("trace.v1.TraceService", traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    "metrics": ("metrics.v1.MetricsService", metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
    "logs": ("logs.v1.LogsService", logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
}


def with_hex_ids(value):
    """Protobuf's JSON has ids in base64, OTLP's in hex."""
    if isinstance(value, list):
        return [with_hex_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(item).hex() if key in ID_KEYS else with_hex_ids(item) for key, item in value.items()
    }


class Sink:
    """The file, written by all receiving threads."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()

    def write(self, request):
        body = json_format.MessageToDict(request, use_integers_for_enums=True)
        with self.lock:
            self.file.write(json.dumps(with_hex_ids(body)) + "\n")
            self.file.flush()


def start_grpc(sink, port):
    server = grpc.server(futures.ThreadPoolExecutor(4))

    def handler(name, request_type, response_type):
        def export(request, _context):
            if name == "traces":
                sink.write(request)
            return response_type()

        return grpc.unary_unary_rpc_method_handler(
            export,
            request_deserializer=request_type.FromString,
            response_serializer=response_type.SerializeToString,
        )

    for name, (service, request_type, response_type) in SIGNALS.items():
        methods = {"Export": handler(name, request_type, response_type)}
        full_name = f"opentelemetry.proto.collector.{service}"
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(full_name, methods)])
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def start_http(sink, port):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            signal_types = SIGNALS.get(self.path.removeprefix("/v1/"))
            if signal_types is None:
                return self.answer(404, b"")
            _, request_type, response_type = signal_types
            if self.path == "/v1/traces":
                sink.write(request_type.FromString(body))
            self.answer(200, response_type().SerializeToString())

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("file")
    parser.add_argument("--grpc", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    args = parser.parse_args()
    # Before any thread, so that all inherit it and the signal waits for us.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sink = Sink(args.file)
    grpc_server, grpc_port = start_grpc(sink, args.grpc)
    http_server, http_port = start_http(sink, args.http)
    print(json.dumps({"grpc": grpc_port, "http": http_port}), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    grpc_server.stop(1).wait()
    http_server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
