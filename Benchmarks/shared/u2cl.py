"""The u2cl command, as the benchmark scripts call it."""

import json
import re
import subprocess

from .worker import EngineError, one_line


class U2CL:
    """A u2cl binary on one device."""

    def __init__(self, binary, device, environment=None):
        self.binary = str(binary)
        self.device = device
        self.environment = environment

    def run(self, *arguments, limit=120):
        """Standard output of a call, within `limit` seconds; raises EngineError with what u2cl said."""
        try:
            done = subprocess.run(
                [self.binary, *map(str, arguments)], env=self.environment, timeout=limit, capture_output=True, text=True
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"took longer than {limit:.0f} s") from None
        except OSError as error:
            raise EngineError(f"{self.binary} does not start: {error.strerror}") from None
        if done.returncode:
            raise EngineError(one_line(f"exit status {done.returncode}: {done.stderr or done.stdout}"))
        return done.stdout

    def json(self, command, *arguments, limit=120):
        """The JSON that a command writes."""
        return json.loads(self.run(command, *arguments, "--json", limit=limit))

    def on_device(self, command, *arguments, limit=120):
        """The JSON of a command on this device and on no other."""
        return self.json(command, *arguments, "--device", self.device, "--strict", limit=limit)

    def bench(self, model, size, batch=1, runs=5, warmup=2, seconds=0, extra=(), limit=120):
        """The report of `u2cl bench` with every map, as other engines compute them, and without u2cl's own peak.

        A sample is a run: upload, network, download."""
        return self.on_device(
            "bench", "--model", model, "--size", size, "--batch", batch, "--runs", runs, "--warmup", warmup,
            "--min-time", seconds, "--all-maps", "--no-peak", *extra, limit=limit,
        )  # fmt: skip

    @staticmethod
    def phase(report, name):
        """The seconds that a part of every run took, such as `compute`; none where the device has no such part."""
        return next((phase["samples"] for phase in report["phases"] if phase["phase"] == name), [])

    def version(self):
        """Such as 0.1.0."""
        return self.run("--version").strip()

    def options(self, command):
        """The options that the command's help names, each with the text that stands by it."""
        found, current = {}, None
        for line in self.run(command, "--help").partition("OPTIONS:")[2].splitlines():
            match = re.match(r"  (?:-\w, )?(--[\w-]+)(.*)", line)
            if match:
                current = match[1]
                found[current] = match[2].strip()
            elif current:
                found[current] += " " + line.strip()
        return found
