"""One call's steps, each within its own time and all within one budget; a step that fails is a line in the report."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from support import report
from support.u2cl import U2CL
from support.worker import EngineError, one_line

from .contests import Case, Contest, TorchPeer
from .environment import nvidia_smi, opencl_environment
from .markdown import markdown
from .trace import launches

ROOT = Path(__file__).resolve().parents[2]
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
        self.options, self.scratch = options, scratch
        self.budget = Budget(options.budget)
        environment, notes = opencl_environment(options.loader, options.driver, scratch)
        self.u2cl = U2CL(options.u2cl.resolve(), options.device, environment)
        self.torch = TorchPeer("cuda" if options.device.startswith("gpu") else "cpu", Path(scratch, "torch.log"))
        self.found = {
            "schema": 1,
            "kind": "gpu",
            "machine": report.machine() | {"nvidia": nvidia_smi(), "opencl": notes} | packed(options.u2cl),
            "device": options.device,
            "cases": [],
            "launches": {},
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
        side, megabytes = (8192, 1024) if self.torch.cuda else (1024, 64)
        self.step("ceilings", lambda: self.torch.ask("ceilings", self.budget.limit(60), side=side, megabytes=megabytes))
        for network in self.options.networks:
            self.step(
                f"differences of PyTorch, {network}",
                lambda: self.torch.ask(
                    "differences", self.budget.limit(60), network=network, size=self.options.sizes[0]
                ),
            )
        for network in self.options.networks:
            for label, choice in self.precisions("bench").items():
                self.step(f"layers, {network}, {label}", lambda: self.layers(network, label, choice))
        self.cases()
        self.torch.close()

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

    def layers(self, network, label, choice):
        """u2cl's time per layer in a precision and a Chrome trace, where it offers them."""
        offered = self.options_of("bench")
        wanted = [flag for flag in ("--per-layer", "--trace") if flag in offered]
        if not wanted:
            return None
        model = {"u2netp": "small", "u2net": "full"}[network]
        arguments = ["bench", "--model", model, "--size", self.options.sizes[0], "--runs", 5, "--min-time", 0]
        arguments += ["--device", self.u2cl.device, "--strict", *choice]
        trace = self.options.out / f"{self.name()}-{network}-{label}.trace.json"
        for flag in wanted:
            arguments += [flag, trace] if flag == "--trace" else [flag]
        text = self.u2cl.run(*arguments, limit=self.budget.limit(60))
        if "--trace" in wanted:
            self.found["launches"][f"{network}, {label}"] = launches(trace)
        return text

    def cases(self):
        """Networks, sizes and batches, u2cl and PyTorch in turn."""
        precisions = self.precisions("bench")
        cases = [Case(n, s, b) for s in self.options.sizes for b in self.options.batches for n in self.options.networks]
        contest = Contest(self.u2cl, self.torch, precisions, self.found.get("torch", {}).get("variants", []))
        for index, case in enumerate(cases):
            share = 1.6 * self.budget.left() / (len(cases) - index)

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
