"""Ports on this host.

usage: ports.py free N             prints N that are free
       ports.py read FILE          waits until FILE holds a line, and prints it
       ports.py wait PID PORT...   waits until somebody listens on all of them; fails when process PID ends
"""

import os
import socket
import sys
import time

LONG = 30


def until(what, ready):
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.02)
    sys.exit(f"waited in vain for {what}")


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def lives(pid):
    # The shell has not waited for it yet, so an ended process is still there, as a zombie.
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not os.path.exists("/proc/self")


def line(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="ascii") as f:
        text = f.read()
    return text.strip() if text.endswith("\n") else ""


verb, *args = sys.argv[1:]
if verb == "free":
    sockets = [socket.socket() for _ in range(int(args[0]))]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    print(*(s.getsockname()[1] for s in sockets))
elif verb == "read":
    until(args[0], lambda: line(args[0]))
    print(line(args[0]))
else:
    pid, *ports = args
    until(f"ports {ports}", lambda: not lives(pid) or all(map(listens, map(int, ports))))
    if not lives(pid):
        sys.exit(1)
