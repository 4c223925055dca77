"""u2cl and PyTorch in turn on one GPU: the same network, seeded weights, input, size and batch."""

import os
import time
from dataclasses import dataclass

from ..shared.samples import flat, rotated, summary
from ..shared.worker import EngineError, Worker
from .variants import VARIANTS

MODELS = {"u2netp": "small", "u2net": "full"}
LIMIT = 60  # Seconds of one turn.


@dataclass(frozen=True)
class Case:
    """What is run."""

    network: str
    size: int
    batch: int

    @property
    def pixels(self):
        """What the time should be proportional to."""
        return self.size**2 * self.batch

    def __str__(self):
        return f"{self.network}, {self.size}×{self.size}, batch {self.batch}"


class TorchPeer:
    """PyTorch's process; started when it is asked, and anew after a failure, which may have broken the GPU's state."""

    def __init__(self, device, log):
        self.device, self.log = device, log
        self.cuda = device == "cuda"
        self.worker = None

    def ask(self, verb, limit, **arguments):
        """As `Worker.ask`."""
        if self.worker is None:
            environment = dict(os.environ)
            if not self.cuda:
                environment["OMP_WAIT_POLICY"] = "passive"  # A dry run's machine may be busy: spinning would stall it.
            self.worker = Worker("benchmarks.gpu.torch_worker", [self.device], self.log, environment)
        try:
            return self.worker.ask(verb, limit, **arguments)
        except EngineError:
            self.close()
            raise

    def close(self):
        """Ends the process."""
        if self.worker is not None:
            self.worker.close()
            self.worker = None


class Contest:
    """All cases, one after the other; what was measured in one tells how many runs the next has time for."""

    def __init__(self, u2cl, torch, precisions, variants):
        self.u2cl, self.torch = u2cl, torch
        self.engines = {f"u2cl-{label}": (f"u2cl {label}", label, arguments) for label, arguments in precisions.items()}
        self.engines |= {key: (VARIANTS[key].title, VARIANTS[key].precision, None) for key in variants}
        self.pace = {}

    def measured(self, case, options, budget, share):
        """The entries of a case, which may take `share` seconds; after that, rounds are left out."""
        begin = time.monotonic()
        entries = {
            key: {"title": title, "precision": precision, "rounds": []}
            for key, (title, precision, _) in self.engines.items()
        }
        for number in range(options.rounds):
            if number and time.monotonic() - begin > share:
                break
            for key in rotated(list(entries), number):
                if "failed" not in entries[key]:
                    self._turn(key, case, entries[key], options, budget)
        for entry in entries.values():
            for name in ("rounds", "compute"):
                samples = flat(entry.get(name, []))
                if samples:
                    entry["run" if name == "rounds" else "computeRun"] = summary(samples)
        return {"network": case.network, "size": case.size, "batch": case.batch, "engines": entries}

    def _turn(self, key, case, entry, options, budget):
        try:
            runs, warmup = self._counts(key, case, options)
            limit = budget.limit(LIMIT)
            arguments = self.engines[key][2]
            if arguments is None:
                samples = self._torch_turn(key, case, entry, runs, warmup, limit)
            else:
                samples = self._u2cl_turn(arguments, case, entry, runs, warmup, limit)
        except EngineError as error:
            entry["failed"] = str(error)
            return
        entry["rounds"].append(samples)
        self.pace[key, case.network] = summary(samples)["median"] / case.pixels

    def _counts(self, key, case, options):
        """(runs, warmup) that a turn has time for, by the pace of earlier cases."""
        expected = self.pace.get((key, case.network), 0) * case.pixels
        if 2 * expected > LIMIT:
            raise EngineError(f"left out: one run would take about {expected:.0f} s")
        runs = int(min(options.runs, max(1, options.turn / expected))) if expected else min(options.runs, 3)
        return runs, min(options.warmup, runs)

    def _u2cl_turn(self, arguments, case, entry, runs, warmup, limit):
        report = self.u2cl.bench(
            MODELS[case.network], case.size, case.batch, runs=runs, warmup=warmup, extra=arguments, limit=limit
        )
        entry.setdefault("compute", []).append(self.u2cl.phase(report, "compute"))
        samples = report.pop("samples")
        for phase in report["phases"]:
            del phase["samples"]
        entry.setdefault("compileSeconds", []).append(report["compileSeconds"])
        entry.setdefault("firstRunSeconds", []).append(report["firstRunSeconds"])
        entry["report"] = report
        return samples

    def _torch_turn(self, key, case, entry, runs, warmup, limit):
        answer = self.torch.ask(
            "turn", limit, network=case.network, size=case.size, batch=case.batch, variant=key, runs=runs, warmup=warmup
        )
        entry.setdefault("compute", []).append(answer["compute"])
        entry["memory"] = answer.get("memory")
        return answer["samples"]
