"""What the tests of all engines share: pictures, the results of ``u2cl run``, and how a worker is found and killed.

``scripts/test-integrations`` sets U2CL (the command), U2CL_LIBRARY and PYTHONPATH, and installs the engines.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest

from u2cl import manifest, stores

HERE = Path(__file__).parent
COMMAND = os.environ.get("U2CL", "u2cl")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="kill a worker among 1,000 pictures, too")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--full"):
        for item in items:
            if "full" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="only with --full"))


def write_pictures(folder, count, size=(120, 90)):
    """Distinct pictures with a disc each, in subfolders, as JPEG and PNG, and one that is broken."""
    import numpy

    from u2cl import Picture

    width, height = size
    y, x = numpy.mgrid[0:height, 0:width]
    for index in range(count - 1):
        seed = numpy.random.default_rng(index)
        pixels = numpy.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=-1)
        center, radius = seed.uniform(0.3, 0.7, 2), seed.uniform(0.15, 0.3)
        inside = (x / width - center[0]) ** 2 + (y / height - center[1]) ** 2 < radius**2
        pixels[inside] = seed.integers(0, 256, 3)
        pixels[0, :16] = [[(index >> bit & 1) * 255] * 3 for bit in range(16)]
        path = folder / f"{index % 7}" / f"picture {index:05}.{'png' if index % 4 == 0 else 'jpg'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Picture.from_array(pixels.astype(numpy.uint8)).save(path)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")


def run_command(pictures, results, lines, options=()):
    """``u2cl run`` on the folder: what every engine is compared with."""
    done = subprocess.run(
        [COMMAND, "run", pictures, "-r", "-o", results, "--output", "cutout", "--quiet", "--manifest", lines, *options],
        capture_output=True, text=True)
    assert done.returncode == 5, done.stderr  # One picture is broken.


class Trial:
    """Pictures, and what ``u2cl run`` has made of them."""

    def __init__(self, folder, count, options=()):
        self.count = count
        self.options = options
        self.folder = folder
        self.pictures = folder / "pictures"
        self.reference = folder / "reference.jsonl"
        write_pictures(self.pictures, count)
        run_command(self.pictures, folder / "reference", self.reference, options)

    def check(self, results, lines=None, pictures=None):
        """Every picture has its result exactly once, and it is that of ``u2cl run``."""
        results, pictures = str(results), str(pictures or self.pictures)
        lines = lines or stores.join(results, ".manifest")
        found = manifest.read(lines)
        assert len(found.lines) == self.count and len(found.done) == self.count - 1
        assert not found.repeated and not found.contradicted, (found.repeated, found.contradicted)
        assert list(found.failed) == ["broken.jpg"] or list(found.failed) == [f"{pictures}/broken.jpg"]
        assert manifest.compare(str(self.reference), lines) == []
        relative = not next(iter(found.lines)).startswith("/")
        roots = {"pictures": pictures, "results": results} if relative else {}
        assert manifest.verify(lines, **roots) == []
        assert len(list(stores.open_store(results).names())) == self.count - 1


@pytest.fixture(scope="session")
def trial(tmp_path_factory):
    return Trial(tmp_path_factory.mktemp("small"), 12)


@pytest.fixture(scope="session")
def thousand(tmp_path_factory):
    return Trial(tmp_path_factory.mktemp("thousand"), 1000, ("--size", "64"))


class Program:
    """An example that runs, and its workers: those of its processes that have loaded the library."""

    def __init__(self, script, *arguments, environment=None, python=sys.executable):
        self.mark = f"U2CL_TEST={uuid.uuid4()}"
        name, value = self.mark.split("=")
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [python, str(HERE / script), *map(str, arguments)], stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, name: value, "PYTHONWARNINGS": "ignore", **(environment or {})})

    def wait(self, timeout=600):
        """The exit code, and what was written."""
        code = self.process.wait(timeout)
        self.log.seek(0)
        text = self.log.read()
        return code, text

    def kill_worker(self, results, after, spare_driver=True):
        """Kills a worker by SIGKILL once there are as many results; returns its process, or None."""
        while self.process.poll() is None:
            if sum(1 for _ in stores.open_store(str(results)).names()) >= after:
                for process in workers(self.mark, self.process.pid if spare_driver else None):
                    os.kill(process, signal.SIGKILL)
                    return process
            time.sleep(0.05)
        return None


def workers(mark, driver=None):
    """Processes with a mark in their environment that have loaded the library, or are the command."""
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or int(entry.name) == driver:
                continue
            if mark.encode() not in (entry / "environ").read_bytes():
                continue
            if "libu2cl" in (entry / "maps").read_text() or os.path.samefile(entry / "exe", COMMAND):
                yield int(entry.name)
        except (OSError, ValueError):
            continue


def smoke(trial, folder, script, *arguments, **options):
    """Runs an example, then again, which has only the broken picture to do."""
    results = folder / "results"
    code, text = Program(script, trial.pictures, results, *trial.options, *arguments, **options).wait()
    assert code == 5 and f"{trial.count - 1} pictures done, 1 failed" in text, text
    trial.check(results)
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*.png")}
    code, text = Program(script, trial.pictures, results, *trial.options, *arguments, **options).wait()
    assert code == 5 and "0 pictures done, 1 failed" in text, text
    assert before == {path: path.stat().st_mtime_ns for path in results.rglob("*.png")}


def survive(trial, folder, script, *arguments, **options):
    """Runs an example, kills a worker in the middle, and finds everything there."""
    results = folder / "results"
    program = Program(script, trial.pictures, results, *trial.options, *arguments, **options)
    killed = program.kill_worker(results, trial.count * 2 // 5)
    code, text = program.wait(1200)
    assert killed, text
    assert code == 5 and f"{trial.count - 1} pictures done, 1 failed" in text, text
    trial.check(results)
