"""``python -m u2cl``: removes backgrounds, and lists models and devices."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

from . import Error, FileError, Picture, Session, UsageError, devices, models, problems, version
from ._files import write_whole
from ._pictures import format_of
from ._session import EDGES, KINDS, PRECISIONS

_TEXT = """Removes backgrounds with U²-Net on any GPU or CPU, through OpenCL.

Exit codes: 0 success, 2 wrong usage, 3 device, 4 model, 5 input or output, 6 results that should agree do not,
130 interrupted. Errors are one line each. The command u2cl does more: video, evaluation, tuning, serving.
"""
_REMOVE = """Removes the background of a picture, or of every picture of a folder, and writes the paths of the results
to standard output. In a folder, a picture that fails is told and left out; the exit code says so at the end.
"""
_SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".gif", ".jxl", ".jp2",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m u2cl", description=_TEXT, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--version", action="store_true", help="print the version of the library")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    remove = commands.add_parser("remove", help="remove the background of a picture or of a folder's pictures",
                                 description=_REMOVE)
    _add_remove(remove)
    for name, text in (("devices", "list the OpenCL devices, the best first"), ("models", "list the models")):
        listed = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        listed.add_argument("--json", action="store_true", help="write JSON")
    pull = commands.add_parser("pull", help="install a model", description="Downloads and verifies a model.")
    pull.add_argument("name", help="a name of 'models'")
    pull.add_argument("--source", help="an address, a file, or a folder with the file; by default as published")
    return parser


def _add_remove(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("picture", help="a file, a folder, or - for standard input")
    add("result", nargs="?", help="a file (.png, .jpg, .webp, .tif, .avif), a folder for a folder's results, or - for "
        "PNG on standard output; by default photo.jpg becomes photo.cutout.png beside it")
    add("--kind", choices=KINDS, default="cutout", help="what is made of the picture; default: cutout")
    add("--edges", choices=EDGES, default="default", help="how the mask follows the picture's edges")
    add("--backdrop", metavar="COLOUR|FILE", help="background of --kind composite: RRGGBB or a picture")
    add("--threshold", type=float, default=0, metavar="ALPHA", help="alpha from which a pixel is opaque, 0 to 1")
    add("--feather", type=float, default=0, metavar="PIXELS", help="width of the feathered edge, 0 to 1000")
    add("--trim", action="store_true", help="crop to what is kept")
    add("--model", help="a name of 'models' or a file; the built-in model by default")
    add("--device", default="auto", help="auto, gpu, cpu, gpu:1, reference, a number or part of a name; default: auto")
    add("--precision", choices=PRECISIONS, default="auto", help="how activations and weights are stored; default: auto")
    add("--batch", type=int, default=1, help="how many pictures of a folder are computed at once; default: 1")


def _remove(options: argparse.Namespace) -> int:
    """Returns the exit code: that of the last picture that failed."""
    composing: dict[str, Any] = {
        "edges": options.edges, "threshold": options.threshold, "feather": options.feather, "trim": options.trim}
    if options.backdrop:
        is_file = os.path.exists(options.backdrop)
        composing["backdrop"] = Picture.open(options.backdrop) if is_file else options.backdrop
    pairs = list(_pairs(options))
    session = Session(options.model, options.device, options.precision, batch=options.batch)
    failed = 0
    sources = [sys.stdin.buffer.read() if source == "-" else source for source, _ in pairs]
    for (source, target), result in zip(
        pairs, session.stream(sources, options.kind, return_errors=True, as_pictures=True, **composing)
    ):
        try:
            if isinstance(result, Exception):
                raise result
            _write(result, target)
        except (Error, OSError) as failure:
            if len(pairs) == 1:
                raise
            failed = _told(failure, source)
    return failed


def _pairs(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Pictures and their results."""
    source = options.picture
    if not os.path.isdir(source):
        path = Path(source)
        yield source, options.result or ("-" if source == "-" else f"{path.with_suffix('')}.{options.kind}.png")
        return
    folder = Path(options.result or source)
    if not folder.is_dir():
        folder.mkdir(parents=True)
    kinds = {f".{kind}" for kind in KINDS}
    found = [path for path in sorted(Path(source).iterdir())
             if path.suffix.lower() in _SUFFIXES and path.with_suffix("").suffix not in kinds]
    if not found:
        raise FileError(f"{source}: the folder has no pictures")
    targets: dict[str, Path] = {}
    for path in found:
        target = str(folder / f"{path.stem}.{options.kind}.png")
        if target in targets:
            raise UsageError(f"{targets[target]} and {path} would both become {target}")
        targets[target] = path
        yield str(path), target


def _write(result: Picture, target: str) -> None:
    if target == "-":
        sys.stdout.buffer.write(result.encode())
        return
    write_whole(target, result.encode(format_of(target)))
    print(target, flush=True)


def _list_devices(options: argparse.Namespace) -> None:
    found, wrong = devices(), problems()
    if options.json:
        print(json.dumps({"devices": found, "problems": wrong}))
        return
    for device in found:
        print(f"{device['index']}  {device['kind']:4} {device['name']}  ({device['platform']})")
    for line in wrong:
        print(f"u2cl: {line}", file=sys.stderr)
    if not found:
        print("No OpenCL device: the CPU reference computes, which is slow.")


def _list_models(options: argparse.Namespace) -> None:
    found = models.list()
    if options.json:
        print(json.dumps(found))
        return
    states = {"builtIn": "built in", "installed": "installed", "absent": "–"}
    for model in found:
        size = f"{model['byteCount'] / 2**20:.1f} MiB" if model.get("byteCount") else "–"
        print(f"{model['name']:18} {states.get(model['state'], model['state']):10} {size:>10}  {model['purpose']}")


def _pull(options: argparse.Namespace) -> None:
    def report(done: int, total: int) -> None:
        if total and sys.stderr.isatty():
            print(f"\r{options.name}  {done / 2**20:.1f} of {total / 2**20:.1f} MiB", end="", file=sys.stderr)

    try:
        pulled = models.pull(options.name, source=options.source, progress=report)
    finally:
        if sys.stderr.isatty():
            print(file=sys.stderr)
    print(pulled["path"])


def _told(failure: Exception, where: str = "") -> int:
    """Writes a failure as one line; returns its exit code."""
    if isinstance(failure, Error):
        line, code = str(failure), failure.status
    else:
        line, code = str(failure), 5
        if isinstance(failure, OSError) and failure.strerror:
            line = f"{failure.filename}: {failure.strerror}" if failure.filename else failure.strerror
    prefix = f"{where}: " if where and where not in line else ""
    print(f"u2cl: {prefix}{' '.join(line.split())}", file=sys.stderr)
    return code


def main(arguments: Optional[list[str]] = None) -> int:
    """Runs the command; returns its exit code, as u2cl does."""
    logging.basicConfig(format="u2cl: %(message)s")
    try:
        parser = _parser()
        options = parser.parse_args(arguments)
        if options.version:
            print(version())
            return 0
        if options.command is None:
            parser.print_help(sys.stderr)
            return 2
        run = {"remove": _remove, "devices": _list_devices, "models": _list_models, "pull": _pull}[options.command]
        code = run(options) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever reads has enough; nothing is flushed again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Error, OSError) as failure:
        return _told(failure)
    except KeyboardInterrupt:
        print("u2cl: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
