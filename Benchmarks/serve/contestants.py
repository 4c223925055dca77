"""What takes turns: two servers, `u2cl run` on a folder, and `u2cl run --watch` picture by picture."""

import hashlib
import itertools
import os
import shutil
import subprocess
import time
from pathlib import Path

from ..shared.process import forget_peak, memory
from ..shared.server import running
from ..shared.u2cl import U2CL
from ..shared.worker import EngineError, Worker

START = 900  # Seconds for a server's start and first answer, compilation included.
MODEL = "bench"  # The name of the weights in u2cl's store.


class Server:
    """A server that is started for each turn."""

    def __init__(self, command, environment, path, part, fields, clients, options, folder):
        self.command, self.environment, self.path = command, environment, path
        self.part, self.fields, self.clients = part, fields, clients
        self.seconds, self.folder = options.seconds, folder
        self.pictures = pictures_of(options.pictures)

    def turn(self):
        """What each number of clients has seen, and the memory."""
        log = self.folder / f"{Path(self.command[0]).name}.log"
        load = Worker("benchmarks.serve.load", self.pictures, self.folder / "load.log")
        try:
            with running(self.command, self.environment, log) as (process, address):
                self._load(load, address, 1, 0.1)
                results = {str(count): self._measured(load, address, count, process.pid) for count in self.clients}
                time.sleep(3)
                return {"clients": results, "memoryAfter": memory(process.pid)}
        finally:
            load.close()

    def _measured(self, load, address, count, number):
        forget_peak(number)
        return self._load(load, address, count, self.seconds) | {"memory": memory(number, "VmHWM")}

    def _load(self, load, address, count, seconds):
        arguments = {"address": address, "path": self.path, "part": self.part, "fields": self.fields}
        return load.ask("run", START + 2 * seconds, clients=count, seconds=seconds, **arguments)


def ours(options, folder):
    """u2cl's server, whose store holds the weights."""
    environment = {"U2CL_MODELS": str(folder / "models"), "U2CL_FIRST_RUN": "wait"}
    digest = hashlib.sha256(options.weights.read_bytes()).hexdigest()
    u2cl = U2CL(options.u2cl, options.device, os.environ | environment)
    u2cl.run("models", "pull", MODEL, "--from", options.weights, "--sha256", digest)
    command = [options.server, "--port", "PORT", "--device", options.device, *options.argument]
    return Server(command, environment, "/v1/remove", "image", {"model": MODEL}, options.clients, options, folder)


def rembg(options, folder):
    """rembg's server, whose folder of models holds the weights as its u2netp."""
    home = folder / "rembg"
    home.mkdir()
    shutil.copy(options.weights, home / "u2netp.onnx")
    environment = {"U2NET_HOME": str(home), "MODEL_CHECKSUM_DISABLED": "1", "BROWSER": "true"}
    command = [options.rembg, "s", "--host", "127.0.0.1", "--port", "PORT", "--log_level", "error", "--no-ui"]
    fields, clients = {"model": "u2netp"}, options.rembg_clients
    return Server(command, environment, "/api/remove", "file", fields, clients, options, folder)


class Folder:
    """`u2cl run` on a folder; what its start takes is left out: the time of a run on one picture."""

    def __init__(self, options, folder):
        self.options, self.out = options, folder / "run"
        self.many, self.one = folder / "many", folder / "one"
        sources = itertools.cycle(pictures_of(options.pictures))
        for place, count in ((self.many, options.folder), (self.one, 1)):
            place.mkdir()
            for number, source in zip(range(count), sources):
                (place / f"{number:04}{source.suffix}").symlink_to(source.resolve())

    def turn(self):
        """Pictures a second."""
        one, many = (self._seconds(place) for place in (self.one, self.many))
        return {"rate": (self.options.folder - 1) / (many - one)}

    def _seconds(self, place):
        command = [*run_command(self.options), place, "-o", f"{self.out}/"]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=run_environment())
        seconds = time.perf_counter() - start
        shutil.rmtree(self.out)
        return seconds


class InProcess:
    """`u2cl run --watch`, which gets one picture after the other."""

    COUNT = 60

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.pictures = pictures_of(options.pictures)

    def turn(self):
        """Seconds of each picture, from its arrival in the folder to the line about its result."""
        watched, out, ready = (self.folder / name for name in ("watched", "out", "ready"))
        for place in (watched, ready, out):
            place.mkdir()
        command = [*run_command(self.options), "--watch", watched, "-o", f"{out}/"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=run_environment())
        try:
            samples = [self._seconds(process, number, ready, watched) for number in range(self.COUNT + 3)]
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
            for place in (watched, ready, out):
                shutil.rmtree(place)
        return {"answers": sorted(samples[3:])}

    def _seconds(self, process, number, ready, watched):
        source = self.pictures[number % len(self.pictures)]
        name = f"{number:04}{source.suffix}"
        shutil.copy(source, ready / name)
        start = time.perf_counter()
        (ready / name).rename(watched / name)
        if not process.stdout.readline():
            raise EngineError("u2cl run --watch ended")
        return time.perf_counter() - start


def run_command(options):
    """How `u2cl run` makes what the servers make."""
    weights = options.weights.resolve()
    return [options.u2cl, "run", "--output", "cutout", "-q", "-m", weights, "--device", options.device]


def run_environment():
    """The first run of a program waits for its compiler."""
    return os.environ | {"U2CL_FIRST_RUN": "wait"}


def pictures_of(folder):
    """The JPEG files of a folder."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
    if not found:
        raise EngineError(f"{folder} holds no JPEG files")
    return found
