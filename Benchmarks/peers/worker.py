"""One engine in its own process: `python -m benchmarks.peers.worker ENGINE FOLDER THREADS`; see shared/worker.py."""

import sys
from pathlib import Path

import numpy as np

from ..shared.samples import timed
from ..shared.worker import serve
from .engines import ENGINES


class Served:
    """The requests that an engine's process answers."""

    def __init__(self, engine, folder, threads):
        self.make, self.folder, self.threads = ENGINES[engine].make, folder, threads
        self.engine = None

    def load(self):
        """Loads the network, runs it once, and says how far its maps lie from what they must be."""
        self.engine = self.make(self.folder, np.load(self.folder / "input.npy"), self.threads)
        expected = np.load(self.folder / "maps.npy")
        maps = np.stack([np.asarray(m, dtype=np.float32).reshape(expected.shape[1:]) for m in self.engine.run()])
        worst = np.abs(maps - expected).max(axis=(1, 2))
        return {"version": self.engine.version, "note": self.engine.note, "differences": [float(x) for x in worst]}

    def run(self, runs, warmup):
        """Seconds of each run."""
        return {"samples": timed(self.engine.run, runs, warmup)}


def main():
    engine, folder, threads = sys.argv[1:]
    served = Served(engine, Path(folder), int(threads))
    serve({"load": served.load, "run": served.run})


if __name__ == "__main__":
    main()
