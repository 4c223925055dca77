"""Clients that ask a server again and again: `python -m benchmarks.serve.load PICTURE...`, a process of its own."""

import http.client
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..shared.http import Client, form
from ..shared.worker import serve

LIMIT = 300  # Seconds that a server may be silent.


@dataclass
class Tally:
    """What a client has seen: (moment of the end, seconds) of each answer and refusal, and what went wrong."""

    answers: list = field(default_factory=list)
    refusals: list = field(default_factory=list)
    errors: list = field(default_factory=list)


class Crowd:
    """Clients of one server. They begin together; the time counts from when each has had an answer."""

    def __init__(self, address, path, bodies, count):
        self.address, self.path, self.bodies = address, path, bodies
        self.tallies = [Tally() for _ in range(count)]
        self.begun, self.ended = threading.Event(), threading.Event()
        self.waiting, self.lock = count, threading.Lock()

    def run(self, seconds):
        """Seconds that count, and the tallies."""
        threads = [threading.Thread(target=self._client, args=(number,)) for number in range(len(self.tallies))]
        for thread in threads:
            thread.start()
        self.begun.wait(LIMIT)
        start = time.perf_counter()
        self.ended.wait(seconds)
        end = time.perf_counter()
        self.ended.set()
        for thread in threads:
            thread.join()
        return start, end, self.tallies

    def _client(self, number):
        client, tally, turn = Client(self.address, LIMIT), self.tallies[number], number
        while not self.ended.is_set():
            kind, body = self.bodies[turn % len(self.bodies)]
            turn += len(self.tallies)
            pause = self._ask(client, tally, kind, body)
            if turn // len(self.tallies) == 1:
                self._arrive()
            self.ended.wait(pause)
        client.close()

    def _ask(self, client, tally, kind, body):
        """Notes an answer; gives the seconds to wait before the next question."""
        start = time.perf_counter()
        try:
            answer = client.post(self.path, kind, body)
        except (OSError, http.client.HTTPException) as error:
            tally.errors.append((time.perf_counter(), type(error).__name__))
            return 1
        end = time.perf_counter()
        if answer.status == 503:
            tally.refusals.append((end, end - start))
            return float(answer.headers.get("Retry-After", 1))
        if answer.status != 200 or not answer.body.startswith(b"\x89PNG"):
            tally.errors.append((end, f"{answer.status}: {answer.body[:100].decode(errors='replace')}"))
            return 1
        tally.answers.append((end, end - start))
        return 0

    def _arrive(self):
        """Says that a client has had its first answer, or refusal."""
        with self.lock:
            self.waiting -= 1
            if not self.waiting:
                self.begun.set()


class Load:
    """Answers the harness."""

    def __init__(self, pictures):
        self.pictures = [Path(picture).read_bytes() for picture in pictures]

    def run(self, address, path, part, fields, clients, seconds):
        """What so many clients have seen: seconds of the answers and of the refusals, the rate, the errors."""
        bodies = [form(fields, {part: picture}) for picture in self.pictures]
        start, end, tallies = Crowd(tuple(address), path, bodies, clients).run(seconds)

        def counted(name):
            seen = (sample for tally in tallies for sample in getattr(tally, name))
            return sorted(seconds for moment, seconds in seen if start < moment <= end)

        answers = counted("answers")
        errors = [what for tally in tallies for _, what in tally.errors]
        return {
            "rate": len(answers) / (end - start), "answers": answers, "refusals": counted("refusals"),
            "errors": len(errors), "firstError": errors[0] if errors else None,
        }  # fmt: skip


if __name__ == "__main__":
    serve({"run": Load(sys.argv[1:]).run})
