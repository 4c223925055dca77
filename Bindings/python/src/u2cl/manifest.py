"""Manifests: what a job has made of each picture, a line of JSON each, so that the job can be resumed and audited.

A manifest is a file that ``u2cl run --manifest`` writes, or a folder of such files, which are called parts. Workers of
``u2cl.jobs`` write a part when all results of its pictures are written. ``python -m u2cl.manifest`` has a command for
people.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Optional

from ._errors import Error, FileError, VerificationError
from .stores import LocalFolder, Store, open_store

DONE, FAILED = "done", "failed"
SUFFIX = ".jsonl"
#: The members of a line whose names in JSON differ from those in Python.
_JSON_NAMES = {"result_sha256": "resultSha256"}


@dataclass(frozen=True)
class Line:
    """What has become of a picture."""

    #: The name of the picture: relative to the job's folder, or as it was given to ``u2cl run``.
    path: str
    #: ``"done"`` or ``"failed"``.
    status: str
    #: SHA-256 of the picture's file, in hexadecimal; None if the file could not be read.
    sha256: Optional[str] = None
    #: When the line was made, in seconds since 1970 (UTC).
    time: int = 0
    #: How long the picture has taken, in seconds: of ``u2cl run`` the time of its stages, of a worker the time from
    #: reading to the result's last byte, waiting for other pictures included.
    seconds: Optional[float] = None
    model: Optional[str] = None
    #: The version of u2cl.
    version: Optional[str] = None
    #: The name of the result's file.
    result: Optional[str] = None
    #: SHA-256 of the result's file, in hexadecimal.
    result_sha256: Optional[str] = None
    #: Why the picture could not be processed, in a line.
    error: Optional[str] = None

    def to_json(self) -> str:
        """The line, without its end."""
        members = {_JSON_NAMES.get(name, name): value for name, value in asdict(self).items() if value is not None}
        return json.dumps(members, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Line:
        """Reads a line; raises ValueError."""
        members = json.loads(text)
        if not isinstance(members, dict):
            raise ValueError("a line is an object of JSON")
        named = {name: members.get(_JSON_NAMES.get(name, name)) for name in COLUMNS}
        if not isinstance(named["path"], str) or named["status"] not in (DONE, FAILED):
            raise ValueError("a line has a path and a status")
        return cls(**{name: value for name, value in named.items() if value is not None})


#: The names of a line's members in Python, which are the columns of tables made of lines.
COLUMNS = tuple(Line.__dataclass_fields__)


@dataclass
class Manifest:
    """The lines of a manifest. Of several lines of a picture one counts: done before failed, then the latest."""

    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    #: How many lines say of a picture that it is done, if there is more than one.
    repeated: Counter[str] = field(default_factory=Counter[str])
    #: Pictures whose lines name different results for the same file.
    contradicted: set[str] = field(default_factory=set[str])
    #: Files whose last line is incomplete, because their writer was killed.
    torn: list[str] = field(default_factory=list[str])

    def add(self, line: Line) -> None:
        """Adds a line."""
        earlier = self.lines.get(line.path)
        if earlier is not None:
            if earlier.status == line.status == DONE:
                self.repeated[line.path] += 1 if self.repeated[line.path] else 2
                if earlier.sha256 == line.sha256 and earlier.result_sha256 != line.result_sha256:
                    self.contradicted.add(line.path)
            if earlier.status == DONE and line.status == FAILED:
                return
            if earlier.status == line.status and line.time < earlier.time:
                return
        self.lines[line.path] = line

    @property
    def done(self) -> set[str]:
        """The pictures that are done."""
        return {path for path, line in self.lines.items() if line.status == DONE}

    @property
    def failed(self) -> dict[str, str]:
        """The pictures that failed, and why."""
        return {path: line.error or "" for path, line in self.lines.items() if line.status == FAILED}


def text_of(name: str) -> str:
    """A name of a file as manifests write it: bytes that are not UTF-8 become ``\\xE9``, as in ``u2cl run``."""
    raw = os.fsencode(name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        escaped = raw.decode("utf-8", "surrogateescape")
        return "".join(f"\\x{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in escaped)


def sha256(data: bytes) -> str:
    """The digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def now() -> int:
    """Seconds since 1970 (UTC)."""
    return int(time.time())


def read(where: str) -> Manifest:
    """Reads a manifest: a file, or all parts of a folder or store. Nothing there is an empty manifest.

    :raises FileError: a file is not a manifest's.
    """
    manifest = Manifest()
    for name, data in _files(where):
        body, newline, rest = data.rpartition(b"\n")
        if rest and not rest.startswith(b"{"):
            raise FileError(f"'{name}' is no manifest: its last line begins otherwise")
        if rest:
            manifest.torn.append(name)
        for index, text in enumerate((body + newline).splitlines()):
            try:
                manifest.add(Line.from_json(text.decode()))
            except ValueError as reason:
                raise FileError(f"'{name}' is no manifest: line {index + 1}: {reason}") from None
    return manifest


def _files(where: str) -> Iterator[tuple[str, bytes]]:
    """The files of a manifest, several read at a time, which counts in stores."""
    if os.path.isfile(where):
        folder, name = os.path.split(where)
        yield name, LocalFolder(folder).read(name)
        return
    store = open_store(where)
    names = [name for name in store.names() if name.endswith(SUFFIX)]
    with ThreadPoolExecutor(16) as pool:
        for start in range(0, len(names), 256):
            group = names[start : start + 256]
            yield from zip(group, pool.map(store.read, group))


def write_part(store: Store, lines: list[Line]) -> str:
    """Writes a part, whole or not at all, and returns its name.

    The names of its pictures give the part its name. So a worker that does the same pictures again, because the first
    one died before its engine heard of it, replaces the part and adds no second line.
    """
    name = sha256("\n".join(line.path for line in lines).encode())[:32] + SUFFIX
    store.write(f"{name[:2]}/{name}", "".join(line.to_json() + "\n" for line in lines).encode())
    return name


def merge(where: str, target: str) -> int:
    """Writes a manifest's lines into one file, sorted by their paths; returns how many there are."""
    lines = read(where).lines
    folder, name = os.path.split(target)
    data = "".join(lines[path].to_json() + "\n" for path in sorted(lines)).encode()
    LocalFolder(folder).write(name, data)
    return len(lines)


def verify(where: str, *, pictures: str = "", results: str = "", threads: int = 8) -> list[str]:
    """Compares a manifest with the files: a line of text for each thing that is not as it should be.

    Every picture has a line, the digests of pictures and results are those of the lines, and every result belongs to a
    line.

    :param pictures: the folder or URI of the pictures; by default paths are taken as they are, and pictures without a
        line are not looked for.
    :param results: the same for results.
    """
    manifest = read(where)
    problems = [f"'{path}': its lines name different results" for path in sorted(manifest.contradicted)]
    lines = sorted(manifest.lines.values(), key=lambda line: line.path)
    read_names = {line.path: line.sha256 for line in lines if line.sha256}
    made_names = {line.result: line.result_sha256 for line in lines if line.result}
    for kind, root, digests in (("picture", pictures, read_names), ("result", results, made_names)):
        store = open_store(root)
        names = {text_of(name): name for name in store.names()} if root else {}
        with ThreadPoolExecutor(threads) as pool:
            files = [names.get(path, path) for path in digests]
            for path, reason in zip(digests, pool.map(partial(_difference, store), digests.values(), files)):
                if reason:
                    problems.append(f"'{path}': the {kind} {reason}")
        known = set(manifest.lines) if kind == "picture" else set(made_names)
        stray = (name for name in names if name not in known and _counts(name, kind))
        problems.extend(f"'{name}': no line has this {kind}" for name in stray)
    return problems


def _difference(store: Store, digest: Optional[str], name: str) -> Optional[str]:
    try:
        return None if sha256(store.read(name)) == digest else "has another SHA-256 than its line"
    except FileError as failure:
        return f"is not there or cannot be read ({failure})"


def _counts(name: str, kind: str) -> bool:
    from .jobs import SUFFIXES

    return not name.endswith(SUFFIX) and (kind == "result" or name.lower().endswith(SUFFIXES))


def compare(first: str, second: str) -> list[str]:
    """Compares two manifests by the digests of pictures: a line of text for each difference.

    Names may differ. The same picture has to have the same result, or to fail in both.
    """
    sides = [_by_digest(read(where)) for where in (first, second)]
    problems: list[str] = []
    for digest in sorted(sides[0].keys() | sides[1].keys()):
        one, other = (side.get(digest) for side in sides)
        if one is None or other is None:
            line = one or other
            problems.append(f"'{line.path if line else digest}': only the {'first' if one else 'second'} has it")
        elif one.status != other.status:
            problems.append(f"'{one.path}': {one.status} in the first, {other.status} in the second")
        elif one.result_sha256 != other.result_sha256:
            problems.append(f"'{one.path}': the results differ")
    return problems


def _by_digest(manifest: Manifest) -> dict[str, Line]:
    return {line.sha256: line for line in manifest.lines.values() if line.sha256}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m u2cl.manifest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="count what is done, failed and done twice")
    check = commands.add_parser("verify", help="compare a manifest with pictures and results")
    check.add_argument("--pictures", default="", help="folder or URI that the paths are relative to")
    check.add_argument("--results", default="", help="folder or URI that the results are relative to")
    joined = commands.add_parser("merge", help="write one file of all parts")
    for command in (status, check, joined):
        command.add_argument("manifest", help="file, folder or URI")
    joined.add_argument("target", help="file to write")
    both = commands.add_parser("compare", help="compare the results of two manifests")
    both.add_argument("first")
    both.add_argument("second")
    return parser


def _summary(manifest: Manifest) -> str:
    failed, repeated = len(manifest.failed), len(manifest.repeated)
    torn = f", {len(manifest.torn)} files end in an incomplete line" if manifest.torn else ""
    return f"{len(manifest.done)} done, {failed} failed, {repeated} done more than once{torn}"


def _perform(options: argparse.Namespace) -> None:
    problems: list[str] = []
    if options.command == "status":
        manifest = read(options.manifest)
        print(_summary(manifest))
        for path, reason in sorted(manifest.failed.items()):
            print(f"'{path}': {reason}", file=sys.stderr)
    elif options.command == "merge":
        print(f"{merge(options.manifest, options.target)} lines")
    elif options.command == "verify":
        problems = verify(options.manifest, pictures=options.pictures, results=options.results)
        print(_summary(read(options.manifest)))
    else:
        problems = compare(options.first, options.second)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise VerificationError(f"{len(problems)} things are not as they should be")


def main(arguments: Optional[list[str]] = None) -> int:
    """Runs the command; returns its exit code: 0, 5 (files), or 6 (what should agree does not)."""
    options: Any = _parser().parse_args(arguments)
    try:
        _perform(options)
    except Error as failure:
        print(f"u2cl: {failure}", file=sys.stderr)
        return failure.status
    return 0


def lines_of(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Lines from the rows of a table with ``COLUMNS``."""
    return [Line(**{name: row[name] for name in COLUMNS}) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
