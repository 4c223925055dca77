"""What one call measures with, and what it finds."""

import sys
import time
from pathlib import Path

from ..shared.machine import machine, processor
from ..shared.results import save, slug
from ..shared.u2cl import U2CL
from ..shared.worker import EngineError, one_line
from .budget import Budget
from .contests import TorchPeer
from .environment import nvidia_smi, opencl_environment
from .report.document import document


class Session:
    """Steps within one budget of time; a step that fails is a line in the report."""

    def __init__(self, options, scratch):
        self.options = options
        self.budget = Budget(options.budget)
        self.batches = sorted({1, max(options.batches)})  # Of the closer looks.
        self.scratch = Path(scratch)
        environment, notes = opencl_environment(options.loader, options.driver, self.scratch)
        environment["U2CL_CACHE"] = str(self.scratch / "cache")  # Nothing of earlier sessions, no tuning among it.
        self.environment = environment
        self.u2cl = U2CL(options.u2cl.resolve(), options.device, environment)
        self.torch = TorchPeer("cuda" if options.device.startswith("gpu") else "cpu", self.scratch / "torch.log")
        self.found = {
            "schema": 1,
            "kind": "gpu",
            "machine": machine() | {"nvidia": nvidia_smi(), "opencl": notes} | packed(options.u2cl),
            "device": options.device,
            "cases": [],
            "layers": {},
            "passes": {},
            "tunings": {},
            "failures": [],
            "seconds": {},
        }

    def step(self, name, action):
        """Does a step and keeps its result under its name; what goes wrong is noted, and the next step follows."""
        print(f"{name} …", file=sys.stderr, flush=True)
        start = time.monotonic()
        try:
            result = action()
            if result is not None:
                self.found[name] = result
        except Exception as error:  # One step must not cost the others.
            text = str(error) if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
            self.fail(name, text)
        self.found["seconds"][name] = round(time.monotonic() - start, 1)
        self.save()

    def fail(self, name, text):
        """Notes a failure."""
        print(f"{name}: {text}", file=sys.stderr, flush=True)
        self.found["failures"].append({"step": name, "error": one_line(text, 500)})

    def name(self):
        """Of the results' files."""
        gpu = (self.found["machine"]["nvidia"] or {}).get("name") or processor()
        return f"{self.found['machine']['date']}-{slug(self.options.machine or gpu)}-gpu"

    def save(self):
        """Writes what there is so far."""
        return save(self.options.out, self.name(), self.found, document(self.found))


def packed(binary):
    """The commit that gpu-pack wrote beside the binary."""
    file = binary.with_name("commit")
    return {"commit": file.read_text().strip()} if file.exists() else {}
