"""A Rust process of the interop tests, seen from Python."""

import json
import socket
import subprocess


class Peer:
    """Speaks the JSON lines of `worker/src/protocol.rs`."""

    def __init__(self, binary, *flags):
        self.process = subprocess.Popen([binary, *flags], stdout=subprocess.PIPE, text=True)
        port = json.loads(self.process.stdout.readline())["port"]
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def ask(self, order, **fields):
        self.socket.sendall(json.dumps({order: fields}).encode() + b"\n")
        line = self.lines.readline()
        if not line:
            raise RuntimeError(f"the Rust process died of {order!r}")
        return json.loads(line)

    def stop(self):
        """Ends its tracing and returns its books."""
        books = self.ask("stop")
        self.lines.close()
        self.socket.close()
        if self.process.wait(timeout=20) != 0:
            raise RuntimeError(f"the Rust process ended with {self.process.returncode}")
        return books

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.wait()
