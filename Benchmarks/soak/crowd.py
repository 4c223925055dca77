"""Clients that send requests and check the answers."""

import hashlib
import http.client
import random
import threading
import time
from collections import Counter

from ..shared.http import Client
from .requests import request

FULL = 20  # Times that a request is sent again because the server is full.


class Crowd:
    """Clients of one server; each request is made from the seed and its number, whoever sends it."""

    def __init__(self, address, jobs, seed, clients, keep=None):
        self.address, self.jobs, self.seed, self.clients, self.keep = address, jobs, seed, clients, keep
        self.begun, self.lock = 0, threading.Lock()
        self.kinds, self.codes, self.wrong = Counter(), Counter(), []
        self.done = 0

    def run(self, count):
        """Sends requests until `count` have been sent in all."""
        threads = [threading.Thread(target=self._client, args=(count,)) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, count):
        client = Client(self.address, 120)
        while (number := self._next(count)) is not None:
            asked = request(random.Random(self.seed << 32 | number), self.jobs)
            try:
                found, fault = self._send(client, asked, number)
            except (OSError, http.client.HTTPException) as error:
                found, fault = "no answer", f"{type(error).__name__}: {error}"
            with self.lock:
                self.done += 1
                self.kinds[asked.kind] += 1
                self.codes[found] += 1
                if fault:
                    self.wrong.append(f"request {number}, {asked.kind}, {asked.path}: {fault}")
        client.close()

    def _next(self, count):
        with self.lock:
            if self.begun >= count:
                return None
            self.begun += 1
            return self.begun

    def _send(self, client, asked, number):
        """The code of the answer, and what is wrong with it; None if nothing is."""
        headers = {"Content-Type": asked.type}
        if asked.sent is not None:
            client.send_part(asked.method, asked.path, headers, asked.body, asked.sent)
            return "cut off", None
        for _ in range(FULL):
            answer = client.ask(asked.method, asked.path, headers if asked.body else {}, asked.body)
            if answer.status != 503:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        wrong = fault(asked, answer)
        if wrong and self.keep:
            (self.keep / f"{number}.request").write_bytes(asked.body)
            (self.keep / f"{number}.answer").write_bytes(answer.body)
        return str(answer.status), wrong


def fault(asked, answer):
    """What is wrong with an answer."""
    if answer.status not in asked.codes:
        return f"{answer.status} and not {asked.codes[0]}: {answer.body[:200].decode(errors='replace')}"
    if asked.digest and hashlib.sha256(answer.body).digest() != asked.digest:
        return f"another result than that of u2cl run, {len(answer.body)} bytes"
    return None
