"""``python -m u2cl``: removes backgrounds, and lists models and devices."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Optional

from . import Error, Session, devices, models, problems, version
from ._session import EDGES, KINDS, PRECISIONS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m u2cl", description=__doc__)
    parser.add_argument("--version", action="store_true", help="print the version of the library")
    commands = parser.add_subparsers(dest="command")
    remove = commands.add_parser("remove", help="remove the background of a picture")
    remove.add_argument("picture", help="a file, or - for standard input")
    remove.add_argument("result", help="a file, or - for standard output (PNG)")
    remove.add_argument("--kind", choices=KINDS, default="cutout")
    remove.add_argument("--edges", choices=EDGES, default="default")
    remove.add_argument("--model", help="a name or a file; the built-in model by default")
    remove.add_argument("--device", default="auto")
    remove.add_argument("--precision", choices=PRECISIONS, default="auto")
    commands.add_parser("devices", help="list the OpenCL devices as JSON")
    commands.add_parser("models", help="list the models as JSON")
    pull = commands.add_parser("pull", help="install a model")
    pull.add_argument("name")
    return parser


def _remove(options: argparse.Namespace) -> None:
    from ._pictures import Picture

    picture = Picture.decode(sys.stdin.buffer.read()) if options.picture == "-" else Picture.open(options.picture)
    session = Session(options.model, options.device, options.precision)
    result = session.compose(picture, options.kind, edges=options.edges)
    if options.result == "-":
        sys.stdout.buffer.write(result.encode())
    else:
        result.save(options.result)


def main(arguments: Optional[list[str]] = None) -> int:
    """Runs the command; returns its exit code, as u2cl does."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.version:
            print(version())
        elif options.command == "remove":
            _remove(options)
        elif options.command == "devices":
            print(json.dumps({"devices": devices(), "problems": problems()}))
        elif options.command == "models":
            print(json.dumps(models.list()))
        elif options.command == "pull":
            print(models.pull(options.name)["path"])
        else:
            parser.print_help()
            return 2
    except Error as failure:
        print(f"u2cl: {failure}", file=sys.stderr)
        return failure.status
    except OSError as failure:
        print(f"u2cl: {failure}", file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
