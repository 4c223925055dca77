"""Closer looks at u2cl: its layers, a pass of its plan, its tunings."""

from dataclasses import dataclass

from .contests import MODELS
from .layers import layers_of
from .precisions import precisions

RESAMPLING = "fuse resampling"


@dataclass(frozen=True)
class Look:
    """A network in a precision, with u2cl's arguments for the precision, and a batch size."""

    network: str
    label: str
    arguments: list
    batch: int

    @property
    def name(self):
        return f"{self.network}, {self.label}, batch {self.batch}"


def closer_looks(session, command):
    """What a command of u2cl is called for."""
    return [
        Look(network, label, arguments, batch)
        for network in session.options.networks
        for label, arguments in precisions(session.u2cl, command).items()
        for batch in session.batches
    ]


def layers(session, look):
    """u2cl's time per layer beside what the device's ceilings allow, and a Chrome trace."""
    trace = session.options.out / f"{session.name()}-{look.network}-{look.label}-{look.batch}.trace.json"
    report = session.u2cl.on_device(
        "bench", "--model", MODELS[look.network], "--size", session.options.sizes[0], "--batch", look.batch,
        "--runs", 5, "--min-time", 0, "--no-peak", "--per-layer", "--trace", trace, *look.arguments,
        limit=session.budget.limit(60),
    )  # fmt: skip
    measured = session.found.get("ceilings", {}).get("ceilings", {})
    session.found["layers"][look.name] = layers_of(report, trace, look.label, measured)
    if look.batch > 1:
        trace.unlink()  # One run's trace shows enough.


def resampling_pass(session, look):
    """The compute time of every run with all passes of the engine's plan, then without one."""
    found, options = {"without": RESAMPLING}, session.options
    for key, arguments in (("with it", []), ("without it", ["--without", RESAMPLING])):
        report = session.u2cl.bench(
            MODELS[look.network], options.sizes[0], look.batch, options.runs, options.warmup,
            extra=[*look.arguments, *arguments], limit=session.budget.limit(30),
        )  # fmt: skip
        found[key] = session.u2cl.phase(report, "compute")
    session.found["passes"][look.name] = found


def tunings(session):
    """What other divisions of the convolutions would gain, in the time that is left."""
    looks = closer_looks(session, "tune")[::-1]
    for index, look in enumerate(looks):
        seconds = (session.budget.left() - 10) / (len(looks) - index) - 8  # For whole runs, before and after.
        if seconds >= 3:
            session.step(f"tuning, {look.name}", lambda: tuning(session, look, seconds))


def tuning(session, look, seconds):
    """u2cl's report of one tuning."""
    session.found["tunings"][look.name] = session.u2cl.on_device(
        "tune", "--model", MODELS[look.network], "--size", session.options.sizes[0], "--batch", look.batch, "--quiet",
        "--budget", round(seconds, 1), *look.arguments, limit=session.budget.limit(seconds + 60),
    )  # fmt: skip
