"""Processes that an interop script starts and that end with it."""

import json
import pathlib
import subprocess
import sys


class Process:
    """A process that is ended, or killed if something went wrong, with the `with` block around it."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen([str(part) for part in command], text=True, **options)

    def end(self):
        self.process.terminate()
        code = self.process.wait(timeout=30)
        if code != 0:
            raise RuntimeError(f"{self.process.args[0]} ended with {code}")

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error is None and self.process.poll() is None:
            self.end()
        else:
            self.process.kill()
            self.process.wait()


class Server(Process):
    """A process that says a line of JSON when it is ready."""

    def __init__(self, *command):
        super().__init__(*command, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} ended with {self.process.wait()} before it was ready")
        self.ready = json.loads(line)


class Sink(Server):
    """The OTLP receiver, writing to `path`."""

    def __init__(self, path, *ports):
        super().__init__(sys.executable, pathlib.Path(__file__).with_name("sink.py"), path, *ports)
        self.grpc, self.http = self.ready["grpc"], self.ready["http"]
