"""Every step of a session, the most telling first."""

from ..shared.repository import ROOT
from .closer import closer_looks, layers, resampling_pass, tunings
from .contests import Case, Contest
from .correctness import correctness
from .precisions import precisions
from .tests import TESTS, run_tests


def everything(session):
    budget, torch, u2cl = session.budget, session.torch, session.u2cl
    session.step("version", lambda: u2cl.run("--version", limit=budget.limit(20)).strip())
    session.step("devices", lambda: u2cl.json("devices", limit=budget.limit(60)))
    session.step("torch", lambda: torch.ask("describe", budget.limit(120)))
    correctness(session)
    for name in TESTS if session.options.tests else ():
        session.step(name, lambda: tests(session, name))
    of_torch(session)
    for look in closer_looks(session, "bench"):
        session.step(f"layers, {look.name}", lambda: layers(session, look))
    for look in closer_looks(session, "bench"):
        session.step(f"passes, {look.name}", lambda: resampling_pass(session, look))
    cases(session)
    torch.close()
    tunings(session)


def tests(session, name):
    """The tests on the device; each that fails is a failure of its own."""
    options = session.options
    outcome = run_tests(
        name, options.tests, session.environment, session.scratch, ROOT, options.shared,
        session.budget.limit(options.test_time),
    )  # fmt: skip
    for line in outcome["failed"]:
        session.fail(name, line)
    return outcome


def of_torch(session):
    """The device's ceilings, and how far PyTorch's variants are from float64."""
    budget, torch = session.budget, session.torch
    side, megabytes = (8192, 1024) if torch.cuda else (1024, 64)
    session.step("ceilings", lambda: torch.ask("ceilings", budget.limit(60), side=side, megabytes=megabytes))
    size = session.options.sizes[0]
    for network in session.options.networks:
        session.step(
            f"differences of PyTorch, {network}",
            lambda: torch.ask("differences", budget.limit(60), network=network, size=size),
        )


def cases(session):
    """Networks, sizes and batches, u2cl and PyTorch in turn."""
    options = session.options
    cases = [Case(n, s, b) for s in options.sizes for b in options.batches for n in options.networks]
    variants = session.found.get("torch", {}).get("variants", [])
    contest = Contest(session.u2cl, session.torch, precisions(session.u2cl, "bench"), variants)
    for index, case in enumerate(cases):
        left = session.budget.left() - options.tuning_time
        share = max(1.6 * left / (len(cases) - index), 15)
        session.step(str(case), lambda: contested(session, contest, case, share))


def contested(session, contest, case, share):
    """One case; an engine that fails in it is listed among the failures."""
    measured = contest.measured(case, session.options, session.budget, share)
    session.found["cases"].append(measured)
    for entry in measured["engines"].values():
        if "failed" in entry:
            session.fail(f"{case}, {entry['title']}", entry["failed"])
