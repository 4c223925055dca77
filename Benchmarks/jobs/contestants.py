"""What takes part. A measurement is of (pictures a second, processor's seconds a picture)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from ..shared.repository import ROOT
from ..shared.worker import EngineError, Worker, one_line
from .kinds import KINDS
from .tools import CAN

LIMIT = 1800  # Seconds for one request; no more than a guard against an engine that hangs.


class U2CL:
    """A u2cl binary, a process for each turn. What its start takes is left out: the time of a run on one picture."""

    def __init__(self, binary, options, environment=None):
        self.binary, self.options, self.environment = str(binary), options, environment

    def can(self, kind):
        """Whether it makes such results."""
        return kind in KINDS

    def measure(self, kind, pictures, scratch):
        """Pictures a second, and the processor's seconds for each."""
        (one, one_cpu), (many, many_cpu) = (self._run(kind, some, scratch) for some in (pictures[:1], pictures))
        more = len(pictures) - 1
        return more / (many - one), (many_cpu - one_cpu) / more

    def timings(self, kind, pictures, scratch):
        """Where the processor's time went, as `run --json` says; None for binaries that do not."""
        done = subprocess.run(
            self._command(kind, pictures, scratch, "--json"), env=self._all, capture_output=True, timeout=LIMIT
        )
        if done.returncode:
            raise EngineError(one_line(f"{self.binary}: {done.stderr.decode(errors='replace')}"))
        return json.loads(done.stdout).get("timings")

    @property
    def _all(self):
        return os.environ | {"U2CL_FIRST_RUN": "wait"} | (self.environment or {})

    def _command(self, kind, pictures, scratch, *extra):
        command = [self.binary, "run", *map(str, pictures), "-o", f"{scratch}/", "--quiet", *extra]
        return [*command, "-m", str(self.options.weights), "--device", self.options.device, *KINDS[kind].arguments]

    def _run(self, kind, pictures, scratch):
        """The seconds of the process, and the processor's seconds."""
        with tempfile.TemporaryFile() as errors:
            command = self._command(kind, pictures, scratch)
            if len(pictures) == 1:
                suffix = command[-1] if "--format" in command else "png"
                command[command.index("-o") + 1] = f"{scratch}/one.{suffix}"
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=self._all)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                raise EngineError(one_line(f"{self.binary}: {errors.read().decode(errors='replace')}"))
        return seconds, usage.ru_utime + usage.ru_stime

    def close(self):
        """Nothing runs between turns."""


class Tool:
    """Another program, in a process that stays."""

    def __init__(self, name, weights, log):
        self.worker = Worker("benchmarks.jobs.tools", [name, weights], log)
        try:
            self.worker.ask("load", LIMIT)
        except EngineError:
            self.worker.close()
            raise
        self.warm = set()

    def can(self, kind):
        """Whether it makes such results."""
        return kind in CAN

    def measure(self, kind, pictures, scratch):
        """Pictures a second, and the processor's seconds for each, after one picture that does not count."""
        if kind not in self.warm:
            self._run(kind, pictures[:1], scratch)
            self.warm.add(kind)
        answer = self._run(kind, pictures, scratch)
        return len(pictures) / answer["seconds"], answer["cpu"] / len(pictures)

    def _run(self, kind, pictures, scratch):
        return self.worker.ask("run", LIMIT, kind=kind, pictures=list(map(str, pictures)), out=str(scratch))

    def close(self):
        """Ends its process."""
        self.worker.close()


def contestants(options, folder):
    """name → contestant, and name → why another one is left out."""
    found, absent = {"u2cl": U2CL(options.u2cl, options)}, {}
    if options.against:
        found["u2cl before"] = U2CL(options.against, options)
    for name in options.tools:
        try:
            found[name] = Tool(name, options.weights.resolve(), folder / f"{name}.log")
        except EngineError as error:
            absent[name] = str(error)
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found, absent


def pretended(options, folder):
    """u2cl on a device whose network takes no time."""
    compiler = shutil.which("clang") or shutil.which("cc")
    layer = folder / "instant.so"
    source = ROOT / "Tests/OpenCLLayers/instant.c"
    if not compiler or subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", layer, source]).returncode:
        raise EngineError(f"{source} does not compile: a C compiler and the headers of OpenCL are needed")
    # What such a device computes is kept apart from what real ones do.
    environment = {"OPENCL_LAYERS": str(layer), "U2CL_CACHE": str(ROOT / ".build/instant-cache")}
    if options.pretended == "gpu":
        environment |= {"INSTANT_GPU": "1", "U2CL_DRIVER_TIMEOUT": "900"}
    return U2CL(options.u2cl, options, environment)
