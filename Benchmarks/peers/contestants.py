"""What takes part: u2cl, as a process for each turn, and the peers, each a process that waits for its turns."""

import os
import tempfile
from pathlib import Path

import numpy as np

from ..shared import png
from ..shared.repository import ROOT
from ..shared.u2cl import U2CL
from ..shared.worker import EngineError, Worker
from .engines import ENGINES

LIMIT = 600  # Seconds for one request; no more than a guard against an engine that hangs.


def contestants(folder, options):
    """key → contestant, in the order of the table."""
    environment = os.environ | {
        "POCL_MAX_PTHREAD_COUNT": str(options.threads),
        "POCL_CPU_MAX_CU_COUNT": str(options.threads),
    }
    intel = ROOT / ".venv/opencl-vendors/intel"
    found = {"u2cl": U2CLPeer(U2CL(options.u2cl, options.device, environment), folder, options.size, "u2cl")}
    if (intel / "intel.icd").exists():
        binary = U2CL(options.u2cl, options.device, environment | {"OCL_ICD_VENDORS": str(intel)})
        found["u2cl-intel"] = U2CLPeer(binary, folder, options.size, "u2cl on Intel's OpenCL")
    for key, engine in ENGINES.items():
        found[key] = Peer(key, engine, folder, options.threads)
    return {key: found[key] for key in options.engines if key in found}


def judged(entry, tolerance):
    """The entry, with a remark where its differences exceed the tolerance."""
    if not all(difference <= tolerance for difference in entry["differences"]):  # NaN is no agreement.
        entry["disagrees"] = f"**more than {tolerance:.0e}**"
    return entry


class Peer:
    """Another engine."""

    def __init__(self, key, engine, folder, threads):
        self.engine = engine
        self.title, self.precision = engine.title, engine.precision
        log = folder.parent / f"{folder.name}-{key}.log"
        self.worker = Worker("benchmarks.peers.worker", [key, folder, threads], log)

    def load(self):
        """Its entry in the results."""
        entry = {"title": self.title, "precision": self.precision, **self.worker.ask("load", LIMIT)}
        return judged(entry, self.engine.tolerance)

    def run(self, runs, warmup):
        """Seconds of each run."""
        return self.worker.ask("run", LIMIT, runs=runs, warmup=warmup)["samples"]

    def close(self):
        """Ends its process."""
        self.worker.close()


class U2CLPeer:
    """u2cl on one OpenCL platform. Its runs include the upload of the input and the download of the maps."""

    precision = "float32"

    def __init__(self, binary, folder, size, title):
        self.binary, self.folder, self.size, self.title = binary, folder, size, title

    def load(self):
        """Its entry in the results, with how far its maps of a picture lie from what they must be."""
        name, version, platform = self._device()
        entry = {"title": self.title, "precision": self.precision, "note": platform, "version": version, "device": name}
        return judged(entry | {"differences": self._differences()}, tolerance=1e-4)

    def run(self, runs, warmup):
        """Seconds of each run."""
        return self.binary.bench(self._model, self.size, runs=runs, warmup=warmup, limit=LIMIT)["samples"]

    def close(self):
        """Nothing runs between turns."""

    @property
    def _model(self):
        return self.folder / "model.pth"

    def _device(self):
        bench = self.binary.bench(self._model, 32, runs=1, warmup=0, limit=LIMIT)
        return bench["device"]["name"], bench["version"], bench["device"].get("platform", "")

    def _differences(self):
        """Of every map: u2cl writes them stretched over 0 … 255 and cut to whole numbers, so what counts is how far
        the right value lies outside of the step that was written. A step is some 2e-3 wide."""
        expected = np.load(self.folder / "probe.npy")
        with tempfile.TemporaryDirectory() as scratch:
            self.binary.run(
                "run", self.folder / "probe.png", "--model", self._model, "--size", self.size, "--side-maps", scratch,
                "--device", self.binary.device, "--strict", "-o", Path(scratch, "mask.png"), "--quiet", limit=LIMIT,
            )  # fmt: skip
            return [self._outside(m, Path(scratch, f"probe.d{index}.png")) for index, m in enumerate(expected)]

    @staticmethod
    def _outside(expected, file):
        try:
            width, height, pixels = png.read_grey(file)
        except (OSError, ValueError) as error:
            raise EngineError(f"u2cl wrote no map that can be read: {error}") from None
        levels = np.frombuffer(pixels, np.uint8).reshape(height, width).astype(np.float64)
        low, high = float(expected.min()), float(expected.max())
        stretched = (expected - low) / (high - low) * 255
        outside = np.maximum(np.maximum(levels - stretched, stretched - (levels + 1)), 0)
        return float(outside.max()) / 255 * (high - low)
