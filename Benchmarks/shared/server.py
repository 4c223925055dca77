"""A server in a process of its own."""

import contextlib
import os
import socket
import subprocess
import time

from .http import Client
from .worker import EngineError, one_line


@contextlib.contextmanager
def running(command, environment, log, limit=900):
    """Starts a server, whose port stands for PORT in its arguments, and ends it at last.

    Yields its process and its address once it answers anything at all; raises EngineError if it does not within `limit`
    seconds. `log` gets what it writes.
    """
    port = free_port()
    words = [str(word).replace("PORT", str(port)) for word in command]
    with open(log, "ab") as stream:
        process = subprocess.Popen(
            words, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        )
    try:
        await_answer(process, ("127.0.0.1", port), log, limit)
        yield process, ("127.0.0.1", port)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_answer(process, address, log, limit):
    """Waits until a server answers."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EngineError(one_line(f"{process.args[0]} ended: {log.read_text(errors='replace')[-500:]}"))
        client = Client(address, 5)
        try:
            client.get("/healthz")
            return
        except OSError:
            time.sleep(0.05)
        finally:
            client.close()
    raise EngineError(f"{process.args[0]} does not answer")


def free_port():
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
