"""A measured engine in a process of its own: it answers requests, one JSON line each, and sleeps in between.

`Worker` asks and `serve` answers. So no two engines share a process, a thread pool or a crash, and only the engine that
was asked uses the processor.
"""

import json
import os
import selectors
import subprocess
import sys
import time
import traceback

from .repository import ROOT


class EngineError(Exception):
    """Why an engine could not do what was asked: one line."""


class Worker:
    """A running engine."""

    def __init__(self, module, arguments, log, environment=None):
        """Starts a module of this package; its standard error is appended to the file `log`."""
        environment = dict(environment or os.environ)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
        command = [sys.executable, "-m", module, *map(str, arguments)]
        with open(log, "ab") as stream:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream, env=environment
            )
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.pending = b""

    def ask(self, verb, limit, **arguments):
        """The engine's answer to `verb`, within `limit` seconds; raises EngineError and ends the engine if it fails."""
        line = json.dumps({"verb": verb, **arguments}) + "\n"
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
        except OSError:
            raise EngineError(self._ended()) from None
        answer = json.loads(self._line(verb, limit))
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def close(self):
        """Ends the engine."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass

    def _line(self, verb, limit):
        deadline = time.monotonic() + limit
        while b"\n" not in self.pending:
            if not self.selector.select(max(0, deadline - time.monotonic())):
                self.close()
                raise EngineError(f"'{verb}' took longer than {limit:.0f} s")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                raise EngineError(self._ended())
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        return line

    def _ended(self):
        return f"the process ended with status {self.process.wait()}"


def serve(verbs):
    """Answers requests until standard input ends. `verbs`: name → function of the request's arguments, giving a dict.

    What libraries print on standard output goes to standard error.
    """
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = verbs[request.pop("verb")](**request)
        except Exception as error:  # Whatever a library throws is an answer.
            traceback.print_exc()
            answer = {"error": one_line(f"{type(error).__name__}: {error}")}
        print(json.dumps(answer or {}), file=replies, flush=True)


def one_line(text, limit=300):
    """Text without line breaks, cut to a length that fits in a table."""
    return " ".join(text.split())[:limit]
