"""One call's steps, each within its own time and all within one budget; a step that fails is a line in the report."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from support import report
from support.u2cl import U2CL
from support.worker import EngineError, one_line

from .contests import MODELS, Case, Contest, TorchPeer
from .environment import nvidia_smi, opencl_environment
from .layers import layers
from .markdown import markdown
from .tests import TESTS, run_tests

ROOT = Path(__file__).resolve().parents[2]
RESAMPLING = "fuse resampling"
TOLERANCES = {"float32": 1e-4, "half": 2e-2}
# The authors' small network amplifies rounding: PyTorch's own float32 lies 1e-4 from double precision on the picture that
# is compared, and activations stored as halves 8e-2, both in d2.
TOLERANCES_OF_AUTHORS = {"float32": 1e-3, "half": 2e-1}


class Budget:
    """The time that is left for everything."""

    def __init__(self, seconds):
        self.deadline = time.monotonic() + seconds

    def left(self):
        """Seconds."""
        return self.deadline - time.monotonic()

    def limit(self, seconds):
        """Of one step; raises EngineError when there is no time for it."""
        if self.left() < 2:
            raise EngineError("no time left")
        return min(seconds, self.left())


class Session:
    """What one call does and finds."""

    def __init__(self, options, scratch):
        self.options = options
        self.budget = Budget(options.budget)
        self.batches = sorted({1, max(options.batches)})  # Of what is looked at closely.
        self.scratch = Path(scratch)
        environment, notes = opencl_environment(options.loader, options.driver, self.scratch)
        environment["U2CL_CACHE"] = str(self.scratch / "cache")  # Nothing of earlier sessions, no tuning among it.
        self.environment = environment
        self.u2cl = U2CL(options.u2cl.resolve(), options.device, environment)
        self.torch = TorchPeer("cuda" if options.device.startswith("gpu") else "cpu", self.scratch / "torch.log")
        self.found = {
            "schema": 1,
            "kind": "gpu",
            "machine": report.machine() | {"nvidia": nvidia_smi(), "opencl": notes} | packed(options.u2cl),
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

    def all(self):
        """Every step, the most telling first."""
        self.step("version", lambda: self.u2cl.run("--version", limit=self.budget.limit(20)).strip())
        self.step("devices", lambda: self.u2cl.json("devices", limit=self.budget.limit(60)))
        self.step("torch", lambda: self.torch.ask("describe", self.budget.limit(120)))
        self.correctness()
        for name in TESTS if self.options.tests else ():
            self.step(name, lambda: self.tests(name))
        side, megabytes = (8192, 1024) if self.torch.cuda else (1024, 64)
        self.step("ceilings", lambda: self.torch.ask("ceilings", self.budget.limit(60), side=side, megabytes=megabytes))
        for network in self.options.networks:
            self.step(
                f"differences of PyTorch, {network}",
                lambda: self.torch.ask(
                    "differences", self.budget.limit(60), network=network, size=self.options.sizes[0]
                ),
            )
        for name, *which in self.looked_at("bench"):
            self.step(f"layers, {name}", lambda: self.layers(name, *which))
        for name, network, _, choice, batch in self.looked_at("bench"):
            self.step(f"passes, {name}", lambda: self.without(RESAMPLING, name, network, choice, batch))
        self.cases()
        self.torch.close()
        self.tunings()

    def tests(self, name):
        """Tests on the device; each that fails is a failure of its own."""
        outcome = run_tests(
            name, self.options.tests, self.environment, self.scratch, ROOT, self.options.shared,
            self.budget.limit(self.options.test_time),
        )  # fmt: skip
        for line in outcome["failed"]:
            self.fail(name, line)
        return outcome

    def correctness(self):
        """u2cl on the device against its own reference: the built-in model and, where it is there, the authors'."""
        pictures = {"built-in": (ROOT / "Examples/demo.jpg", [], TOLERANCES)}
        if self.options.shared:
            weights = self.options.shared / "models/u2netp-fp16.onnx"
            pictures["u2netp-fp16.onnx"] = (
                self.options.shared / "images/horse.jpg", ["--model", weights], TOLERANCES_OF_AUTHORS,
            )  # fmt: skip
        for model, (picture, arguments, tolerances) in pictures.items():
            for label, choice in self.precisions("compare").items():
                tolerance = tolerances.get(label, tolerances["float32"])
                self.step(
                    f"correct, {model}, {label}",
                    lambda: self.u2cl.on_device(
                        "compare", picture, "--against", "reference", "--tolerance", tolerance, *arguments, *choice,
                        limit=self.budget.limit(90),
                    ),
                )  # fmt: skip

    def precisions(self, command):
        """label → arguments of every precision that a command of this u2cl offers."""
        text = self.options_of(command).get("--precision")
        if text is None:
            return {"float32": []}
        offered = text.partition("values:")[2].partition(";")[0].partition(")")[0] or text
        words = dict.fromkeys(word.strip("<>()|:.,;") for word in offered.replace("|", " ").replace(",", " ").split())
        named = {"fp32": "float32", "float32": "float32", "fp16": "half", "float16": "half", "half": "half"}
        found = {named.get(word, word): ["--precision", word] for word in words if word in named or word == "tf32"}
        return found or {"float32": []}

    def options_of(self, command):
        """What the command's help names; nothing where u2cl does not start."""
        try:
            return self.u2cl.options(command)
        except EngineError:
            return {}

    def looked_at(self, command):
        """What is looked at closely: a name, the network, the precision and its arguments for a command, and the batch."""
        return [
            (f"{network}, {label}, batch {batch}", network, label, choice, batch)
            for network in self.options.networks
            for label, choice in self.precisions(command).items()
            for batch in self.batches
        ]

    def layers(self, name, network, label, choice, batch):
        """u2cl's time per layer in a precision beside what the device's ceilings allow, and a Chrome trace."""
        trace = self.options.out / f"{self.name()}-{network}-{label}-{batch}.trace.json"
        report = self.u2cl.on_device(
            "bench", "--model", MODELS[network], "--size", self.options.sizes[0], "--batch", batch, "--runs", 5,
            "--min-time", 0, "--no-peak", "--per-layer", "--trace", trace, *choice, limit=self.budget.limit(60),
        )  # fmt: skip
        measured = self.found.get("ceilings", {}).get("ceilings", {})
        self.found["layers"][name] = layers(report, trace, label, measured)
        if batch > 1:
            trace.unlink()  # One run's trace shows it all.

    def without(self, left_out, name, network, choice, batch):
        """Every run's compute with all passes of the engine's plan, then without one."""
        found = {"without": left_out}
        for key, arguments in (("with it", []), ("without it", ["--without", left_out])):
            report = self.u2cl.bench(
                MODELS[network], self.options.sizes[0], batch, self.options.runs, self.options.warmup,
                extra=[*choice, *arguments], limit=self.budget.limit(30),
            )  # fmt: skip
            found[key] = self.u2cl.phase(report, "compute")
        self.found["passes"][name] = found

    def tunings(self):
        """What other divisions of the convolutions would gain, in the time that is left."""
        wanted = self.looked_at("tune")[::-1]
        for index, (name, network, _, choice, batch) in enumerate(wanted):
            seconds = (self.budget.left() - 10) / (len(wanted) - index) - 8  # For whole runs, before and after.
            if seconds >= 3:
                self.step(f"tuning, {name}", lambda: self.tuning(name, network, choice, batch, seconds))

    def tuning(self, name, network, choice, batch, seconds):
        """u2cl's report of one tuning."""
        self.found["tunings"][name] = self.u2cl.on_device(
            "tune", "--model", MODELS[network], "--size", self.options.sizes[0], "--batch", batch, "--quiet",
            "--budget", round(seconds, 1), *choice, limit=self.budget.limit(seconds + 60),
        )  # fmt: skip

    def cases(self):
        """Networks, sizes and batches, u2cl and PyTorch in turn."""
        precisions = self.precisions("bench")
        cases = [Case(n, s, b) for s in self.options.sizes for b in self.options.batches for n in self.options.networks]
        contest = Contest(self.u2cl, self.torch, precisions, self.found.get("torch", {}).get("variants", []))
        for index, case in enumerate(cases):
            left = self.budget.left() - self.options.tuning_time
            share = 1.6 * left / (len(cases) - index)
            self.step(str(case), lambda: self.case(contest, case, max(share, 15)))

    def case(self, contest, case, share):
        """One case; an engine that fails in it is noted beside the failed steps."""
        measured = contest.measured(case, self.options, self.budget, share)
        self.found["cases"].append(measured)
        for entry in measured["engines"].values():
            if "failed" in entry:
                self.fail(f"{case}, {entry['title']}", entry["failed"])

    def name(self):
        """Of the results' files."""
        gpu = (self.found["machine"]["nvidia"] or {}).get("name") or report.processor()
        return f"{self.found['machine']['date']}-{report.slug(self.options.machine or gpu)}-gpu"

    def save(self):
        """Writes what there is so far."""
        return report.save(self.options.out, self.name(), self.found, markdown(self.found))


def packed(binary):
    """The commit that `Benchmarks/gpu-pack` wrote beside the binary."""
    file = binary.with_name("commit")
    return {"commit": file.read_text().strip()} if file.exists() else {}


def parsed():
    parser = argparse.ArgumentParser(prog="Benchmarks/gpu", description=__doc__)
    parser.add_argument("u2cl", type=Path, help="the binary, such as gpu-pack/u2cl (see Benchmarks/gpu-pack)")
    parser.add_argument("--device", default="gpu", help="u2cl's device; cpu for a dry run without a GPU")
    parser.add_argument("--loader", type=Path, help="a folder with libOpenCL.so.1 and other libraries that u2cl needs")
    parser.add_argument("--driver", type=Path, help="libnvidia-opencl.so.1, where it is not found")
    parser.add_argument("--shared", type=Path, help="a folder with models/u2netp-fp16.onnx and images/horse.jpg")
    parser.add_argument("--out", type=Path, default=ROOT / "Benchmarks/Results", help="the folder of the results")
    parser.add_argument("--machine", help="the machine's name in the results; the GPU's unless told")
    parser.add_argument("--tests", type=Path, help="the packed tests; tests.tar.xz beside the binary, where that is")
    parser.add_argument("--test-time", type=float, default=75, help="seconds for each kind of tests at most")
    parser.add_argument("--tuning-time", type=float, default=90, help="seconds kept for tunings, the last step")
    parser.add_argument("--budget", type=float, default=510, help="seconds for everything")
    parser.add_argument("--networks", nargs="+", choices=["u2netp", "u2net"], default=["u2netp", "u2net"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[320, 1024])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16, 4])
    parser.add_argument("--rounds", type=int, default=3, help="turns of every engine in a case")
    parser.add_argument("--runs", type=int, default=15, help="runs that count in one turn, where there is time")
    parser.add_argument("--warmup", type=int, default=3, help="runs before them that do not")
    parser.add_argument("--turn", type=float, default=2, help="seconds that a turn should not exceed")
    parser.add_argument("--quick", action="store_true", help="small pictures and few runs, to see that all works")
    options = parser.parse_args()
    beside = options.u2cl.with_name("tests.tar.xz")
    options.tests = options.tests or (beside if beside.exists() else None)
    if options.quick:
        options.sizes, options.batches = [64, 96], [1, 2]
        options.rounds, options.runs, options.warmup = 2, 3, 1
    return options


def main():
    options = parsed()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        session = Session(options, scratch)
        session.all()
        paths = session.save()
    print(markdown(session.found))
    for path in paths:
        print(path, file=sys.stderr)
    if session.found["failures"]:
        raise SystemExit(f"{len(session.found['failures'])} failures; they are listed above")
