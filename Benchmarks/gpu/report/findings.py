"""What failed, how far results differ, and the device's tests and ceilings."""

from ...shared.markdown import table
from ..tests import TESTS


def failures(found):
    """What did not work."""
    if not found["failures"]:
        return []
    return ["", "## Failed", "", *[f"- {failure['step']}: {failure['error']}" for failure in found["failures"]]]


def correctness(found):
    """u2cl against its reference, and PyTorch's variants against float64."""
    rows = []
    for name, result in found.items():
        if name.startswith("correct, "):
            maps = result["rows"]
            worst, mean = max(m["max"] for m in maps), max(m["mean"] for m in maps)
            against = f"{result['device']['name']} against {result['against']['name']}"
            rows.append([f"u2cl, {name.removeprefix('correct, ')}: {against}", f"{worst:.1e}", f"{mean:.1e}"])
        elif name.startswith("differences of PyTorch, "):
            network = name.rpartition(" ")[2]
            for variant, entry in result["differences"].items():
                rows.append([f"{variant}, {network}: against float64", f"{entry['max']:.1e}", f"{entry['mean']:.1e}"])
    return ["", "## Differences of the maps", "", table(["what", "max", "mean"], rows)] if rows else []


def ceilings(found):
    """The device's limits."""
    measured = found.get("ceilings", {}).get("ceilings", {})
    rows = [[key, f"{value:.1f}"] for key, value in measured.items()]
    return ["", "## Ceilings, measured by PyTorch", "", table(["what", "value"], rows)] if rows else []


def tests(found):
    """What came of the project's tests on the device, and of the kernels that were tried there."""
    outcomes = {name: found[name] for name in TESTS if name in found}
    if not outcomes:
        return []
    summaries = [f"- {name}: {outcome['summary']}" for name, outcome in outcomes.items()]
    trials = [f"- {line}" for outcome in outcomes.values() for line in outcome["trials"]]
    return ["", "## Tests on the device", "", *summaries, *trials]
