"""Workers for engines that share work among machines, such as Ray, Spark and Dask.

A ``Job`` says what is made of which pictures, and where results and manifest go. An engine hands each of its processes
the job and some pictures; ``worker(job).run(pictures)`` makes and writes their results, then their part of the
manifest, and returns a ``Line`` for each. ``todo(job)`` is what is left to do. Nothing here schedules.
"""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Optional, Union

from . import manifest as manifests
from ._devices import setup, version
from ._errors import FileError, OutOfMemoryError, UsageError, VerificationError
from ._pictures import Picture
from ._session import Session
from .manifest import DONE, FAILED, Line
from .stores import absolute, join, open_store

#: The endings of files that are taken for pictures. Those behind BMP need libvips.
SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".gif",
    ".jxl", ".jp2",
)
#: The columns of a table of lines, as Spark writes a schema.
SPARK_SCHEMA = (
    "path string, status string, sha256 string, time long, seconds double, model string, version string, "
    "result string, result_sha256 string, error string"
)

logger = logging.getLogger("u2cl")


@dataclass(frozen=True)
class Job:
    """What is made of pictures, and where the results go. Engines send it to their workers."""

    #: The folder or URI of the pictures; their names are relative to it.
    pictures: str
    #: The folder or URI of the results.
    results: str
    #: The folder or URI of the manifest's parts.
    manifest: str
    #: ``"mask"``, ``"matte"``, ``"cutout"`` or another of ``u2cl.Session.compose``.
    kind: str = "cutout"
    #: The format of the results, whose ending they have: ``"png"``, ``"webp"`` or ``"jpeg"``.
    format: str = "png"
    #: The quality of JPEG and WebP, 1 to 100.
    quality: int = 90
    #: How results are named, in the subfolders of their pictures: text with {stem}, {ext}, {name} and {kind}.
    name: str = "{stem}.{kind}"
    #: Threads of a worker, those of OpenCL's drivers included; 0 for ``share()``.
    threads: int = 0
    #: Lines in a part of the manifest, at most.
    part: int = 256
    #: Parameters of ``u2cl.Session``: model, device, precision, batch …
    session: dict[str, Any] = field(default_factory=dict[str, Any])
    #: Options of the composition: edges, feather, trim …
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    def result(self, name: str) -> str:
        """The name of a picture's result."""
        path = PurePosixPath(name)
        text = self.name.replace("{stem}", path.stem).replace("{ext}", path.suffix[1:])
        text = text.replace("{name}", path.name).replace("{kind}", self.kind)
        return str(path.parent / f"{text}.{'jpg' if self.format == 'jpeg' else self.format}")


def share(parts: int = 1) -> int:
    """The threads that a process should use where ``parts`` processes share this machine, container or allocation.

    These are the cores that this process may run on, or fewer if its control groups allow less time.
    """
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    for limit in _quotas():
        cores = min(cores, limit)
    return max(1, math.ceil(cores) // parts)


def _quotas() -> Iterator[float]:
    """The cores whose time the control groups of this process allow, of both versions."""
    try:
        entries = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return
    for _, controllers, path in entries:
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = Path("/sys/fs/cgroup") / ("cpu" if controllers else "")
        files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
        group = root / path.lstrip("/")
        for folder in (group, *group.parents[: len(group.parts) - len(root.parts)]):
            try:
                quota, period = " ".join((folder / name).read_text() for name in files).split()
                if quota not in ("max", "-1"):
                    yield int(quota) / int(period)
            except (OSError, ValueError):
                continue


def todo(job: Job, suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    """The names of the pictures that the manifest does not have as done; those that failed are tried again.

    :raises UsageError: two pictures would have the same result.
    """
    done = manifests.read(job.manifest).done
    names: list[str] = []
    owners: dict[str, str] = {}
    for name in open_store(job.pictures).names():
        if not name.lower().endswith(suffixes):
            continue
        other = owners.setdefault(job.result(name), name)
        if other != name:
            raise UsageError(f"'{name}' and '{other}' would have the same result; set the job's name to '{{name}}'")
        if manifests.text_of(name) not in done:
            names.append(name)
    return names


def groups(names: list[str], size: int) -> list[list[str]]:
    """The names in groups, each a task of an engine."""
    return [names[start : start + size] for start in range(0, len(names), size)]


def record_batch(lines: Iterable[Line]) -> Any:
    """Lines as a ``pyarrow.RecordBatch`` with the columns ``u2cl.manifest.COLUMNS``."""
    import pyarrow

    types = {"time": pyarrow.int64(), "seconds": pyarrow.float64()}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in manifests.COLUMNS])
    return pyarrow.RecordBatch.from_pylist([vars(line) for line in lines], schema=schema)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``job_of`` needs to the arguments of a program."""
    parser.add_argument("pictures", help="folder or URI of the pictures")
    parser.add_argument("results", help="folder or URI of the results")
    parser.add_argument("--manifest", help="folder or URI of the manifest; .manifest in that of the results by default")
    parser.add_argument("--kind", default="cutout", help="mask, matte, cutout, composite …")
    parser.add_argument("--format", default="png", choices=("png", "webp", "jpeg"))
    parser.add_argument("--model", help="a name or a file; the built-in model by default")
    parser.add_argument("--device", default="auto", help="auto, cpu, gpu, gpu:1 …")
    parser.add_argument("--size", type=int, default=0, help="side of the network's input; the model's own by default")
    parser.add_argument("--batch", type=int, default=1, help="pictures that the network computes at once")
    parser.add_argument("--threads", type=int, default=0, help="threads of a worker; its share by default")


def job_of(options: argparse.Namespace) -> Job:
    """The job that a program's arguments describe."""
    session = {"model": options.model, "device": options.device, "size": options.size, "batch": options.batch}
    return Job(
        absolute(options.pictures), absolute(options.results),
        absolute(options.manifest or join(options.results, ".manifest")), kind=options.kind, format=options.format,
        threads=options.threads, session=session)


def summarize(job: Job, names: Iterable[str]) -> int:
    """Prints what has become of pictures; returns the exit code: 5 if some failed, as of ``u2cl run``.

    :raises VerificationError: the manifest lacks some.
    """
    lines = manifests.read(job.manifest).lines
    names = [manifests.text_of(name) for name in names]
    missing = [name for name in names if name not in lines]
    failed = [lines[name] for name in names if name in lines and lines[name].status == FAILED]
    for line in failed:
        print(f"u2cl: {line.error}", file=sys.stderr)
    print(f"{len(names) - len(failed) - len(missing)} pictures done, {len(failed)} failed")
    if missing:
        raise VerificationError(f"{len(missing)} pictures are not in the manifest, such as '{missing[0]}'")
    return FileError.status if failed else 0


_workers: dict[str, Worker] = {}
_lock = threading.Lock()


def worker(job: Job) -> Worker:
    """The worker of this process for a job, made at the first call, so that tasks share a session."""
    with _lock:
        key = repr(job)
        if key not in _workers:
            _workers[key] = Worker(job)
        return _workers[key]


@dataclass
class _Opened:
    """A picture that has been read and decoded, or why not."""

    name: str
    start: float
    digest: Optional[str] = None
    picture: Optional[Picture] = None
    error: Optional[str] = None


class Worker:
    """A session that makes the results of a job. Reading, decoding, computing, encoding and writing overlap."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._threads = job.threads or share()
        try:
            setup(threads=self._threads, keep_memory=True)
        except UsageError as used:  # This process has used u2cl before.
            logger.warning("%s", used)
        self.session = Session(**job.session)
        self._model = str(self.session.info["model"])
        self._version = version()
        self._pictures = open_store(job.pictures)
        self._results = open_store(job.results)
        self._parts = open_store(job.manifest)

    def run(self, pictures: Iterable[Union[str, tuple[str, bytes]]]) -> Iterator[Line]:
        """Processes pictures, and gives a line for each when it is in the manifest.

        A picture that cannot be read or decoded has a line that says why. Whatever concerns more than one picture,
        such as a device that fails or a full disk, is raised, so that the engine tries again elsewhere.

        :param pictures: names, or names with the bytes of the files.
        """
        # More than the cores, because some wait for disks or stores.
        pool = ThreadPoolExecutor(self._threads + 4, "u2cl-job")
        try:
            lines = self._lines(pictures, pool)
            while part := list(islice(lines, self.job.part)):
                done = [line.result() if isinstance(line, Future) else line for line in part]
                manifests.write_part(self._parts, done)
                yield from done
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _lines(
        self, pictures: Iterable[Union[str, tuple[str, bytes]]], pool: ThreadPoolExecutor
    ) -> Iterator[Union[Line, Future[Line]]]:
        """A line for each picture in their order, or what will be one when its result is written."""
        taken: deque[_Opened] = deque()
        writing: deque[Future[Line]] = deque()
        sources = self._sources(pictures, pool, taken)
        results = self.session.stream(
            sources, self.job.kind, threads=self._threads, return_errors=True, **self.job.options)
        for result in results:
            yield from self._failures(taken)
            opened = taken.popleft()
            if isinstance(result, BaseException):
                yield self._failed(opened, result)
                continue
            writing.append(pool.submit(self._written, opened, result))
            yield writing[-1]
            if len(writing) > 2 * self._threads + 4:
                writing.popleft().result()
        yield from self._failures(taken)

    def _sources(
        self, pictures: Iterable[Union[str, tuple[str, bytes]]], pool: ThreadPoolExecutor, taken: deque[_Opened]
    ) -> Iterator[Picture]:
        """The decoded pictures; ``taken`` also gets those that failed."""
        coming = iter(pictures)
        opening: deque[Future[_Opened]] = deque()
        while True:
            for item in islice(coming, max(0, self._threads + 4 + self.session.batch - len(opening))):
                opening.append(pool.submit(self._opened, item))
            if not opening:
                return
            opened = opening.popleft().result()
            taken.append(opened)
            if opened.picture is not None:
                picture, opened.picture = opened.picture, None
                yield picture

    def _opened(self, item: Union[str, tuple[str, bytes]]) -> _Opened:
        name, data = (item, None) if isinstance(item, str) else item
        opened = _Opened(name, time.monotonic())
        try:
            data = self._pictures.read(name) if data is None else data
            opened.digest = manifests.sha256(data)
            opened.picture = Picture.decode(data)
        except (FileError, OutOfMemoryError) as failure:
            # The library knows no name of a picture in memory.
            opened.error = str(failure).replace("'picture'", f"'{manifests.text_of(name)}'", 1)
        return opened

    def _failures(self, taken: deque[_Opened]) -> Iterator[Line]:
        while taken and taken[0].error is not None:
            yield self._failed(taken.popleft())

    def _failed(self, opened: _Opened, failure: Optional[BaseException] = None) -> Line:
        if failure is not None and not isinstance(failure, (FileError, OutOfMemoryError)):
            raise failure
        return Line(
            manifests.text_of(opened.name), FAILED, opened.digest, manifests.now(), model=self._model,
            version=self._version, error=opened.error or str(failure))

    def _written(self, opened: _Opened, result: Picture) -> Line:
        quality = 0 if self.job.format == "png" else self.job.quality
        data = result.encode(self.job.format, quality=quality)
        name = self.job.result(opened.name)
        self._results.write(name, data)
        seconds = time.monotonic() - opened.start
        return Line(
            manifests.text_of(opened.name), DONE, opened.digest, manifests.now(), round(seconds, 6), self._model,
            self._version, manifests.text_of(name), manifests.sha256(data))
