"""Cuts out a folder of pictures in one process: `python -m benchmarks.python.folder WAY WEIGHTS DEVICE IN OUT`.

Each does what `u2cl run` does: read, decode, find, refine, encode as PNG, write.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def threads(session, paths, out):
    """Four threads that share a session."""

    def work(path):
        (out / f"{path.stem}.png").write_bytes(session.cutout(path))

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(work, paths):
            pass


def stream(session, paths, out):
    """The iterator of a session."""
    for path, cutout in zip(paths, session.stream(paths, "cutout")):
        (out / f"{path.stem}.png").write_bytes(cutout)


def cutouts(session, paths, out):
    """All results in a list, of an iterator."""
    for path, cutout in zip(paths, session.cutouts(iter(paths))):
        (out / f"{path.stem}.png").write_bytes(cutout)


WAYS = {"threads": threads, "stream": stream, "cutouts": cutouts}


def main():
    from u2cl import Session

    way, weights, device, folder, out = sys.argv[1:]
    Path(out).mkdir()
    WAYS[way](Session(weights, device), sorted(Path(folder).iterdir()), Path(out))


if __name__ == "__main__":
    main()
