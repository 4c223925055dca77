"""The report of `Benchmarks/gpu` that people read."""

import statistics

from support.report import milliseconds, table

from .tests import TESTS

HEAD = ["engine", "median", "min", "p90", "without transfers", "images/s", "u2cl / it"]


def markdown(found):
    """All of it."""
    machine = found["machine"]
    gpu = machine["nvidia"] or {}
    devices = [f"{d['name']} [{d['kind']}, {d['platform']}, driver {d['driver']}]" for d in found.get("devices", [])]
    lines = [
        f"# u2cl and PyTorch on {gpu.get('name') or machine['processor']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, u2cl {found.get('version')}, device '{found['device']}', "
        f"{machine['system']}, load average {machine['load']} at the start; {'; '.join(machine['opencl'])}.",
        "",
        *[f"- OpenCL: {device}" for device in devices],
        *[f"- nvidia-smi: {key} {value}" for key, value in gpu.items()],
        *[f"- {key}: {value}" for key, value in found.get("torch", {}).get("versions", {}).items()],
        *failures(found),
        *correctness(found),
        *tests(found),
        *summaries(found),
        *ceilings(found),
        *launch_times(found),
        *rooflines(found),
        *passes(found),
        *tunings(found),
    ]
    for case in found["cases"]:
        lines += ["", f"## {title(case)}", "", table(HEAD, [row(e, case) for e in case["engines"].values()])]
    return "\n".join(lines) + "\n"


def title(case):
    """Of a case's table."""
    return f"{case['network']}, {case['size']}×{case['size']}, batch {case['batch']}"


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
    lines = ["", "## Tests on the device", "", *[f"- {name}: {outcome['summary']}" for name, outcome in outcomes.items()]]
    return lines + [f"- {line}" for outcome in outcomes.values() for line in outcome["trials"]]


def launch_times(found):
    """What launches cost u2cl, from the traces of one run of each network."""
    heads = ["launches", "on the device, µs", "pauses, µs", "enqueuing, µs"]
    rows = [
        [key, *[f"{entry['launches'][head]:.0f}" if head in entry["launches"] else "–" for head in heads]]
        for key, entry in found["layers"].items()
        if entry["launches"]
    ]
    return ["", "## u2cl's launches in one run", "", table(["network", *heads], rows)] if rows else []


def rooflines(found):
    """u2cl's layers beside the ceilings, summed up, and those that lose most."""
    bounded = {key: entry for key, entry in found["layers"].items() if entry["bound"]}
    if not bounded:
        return []
    rows = [
        [key, entry["products"] or "–", *map(milliseconds, (entry["bound"], entry["seconds"], entry["compute"])),
         *[f"{entry['bound'] / entry[time]:.0%}" for time in ("seconds", "compute")]]
        for key, entry in bounded.items()
    ]  # fmt: skip
    head = ["network", "products", "bound, ms", "launches, ms", "compute, ms", "bound / launches", "bound / compute"]
    notes = (
        "The bound of a layer is the longer of its products and its bytes (inputs, weights and outputs, once each) at the "
        "ceilings above; what the cache holds may be faster than that."
    )
    lines = ["", "## Roofline, layer by layer", "", notes, "", table(head, rows)]
    for key, entry in bounded.items():
        lines += ["", f"### What loses most: {key}", "", table(LAYER_HEAD, layer_rows(entry))]
    return lines


LAYER_HEAD = ["layer", "kernels", "ms", "bound, ms", "of it", "GMAC", "MB"]


def layer_rows(entry, most=12):
    """The layers that are farthest above their bounds, in seconds."""
    lost = sorted(entry["layers"].items(), key=lambda item: item[1]["bound"] - item[1]["seconds"])
    return [
        [name, " + ".join(layer["kernels"]), milliseconds(layer["seconds"]), milliseconds(layer["bound"]),
         f"{layer['bound'] / layer['seconds']:.0%}" if layer["seconds"] else "–", f"{layer['macs'] * 1e-9:.2f}",
         f"{layer['bytes'] * 1e-6:.1f}"]
        for name, layer in lost[:most]
    ]  # fmt: skip


def passes(found):
    """What passes of u2cl's plan gain."""
    rows = []
    for key, entry in found.get("passes", {}).items():
        times = [statistics.median(entry[kind]) for kind in ("with it", "without it")]
        rows.append([key, entry["without"], *map(milliseconds, times), f"{times[0] / times[1]:.2f}"])
    head = ["network", "pass", "with it, ms", "without it, ms", "with / without"]
    return ["", "## What passes gain", "", "Medians of compute, one after the other.", "", table(head, rows)] if rows else []


def tunings(found):
    """Whole runs with the defaults and tuned, and the convolutions for which another division is much faster."""
    if not found["tunings"]:
        return []
    rows, convolutions = [], []
    for key, report in found["tunings"].items():
        standard, tuned = report["standard"]["median"], report["tuned"]["median"]
        tried = sum(row["tried"] for row in report["rows"])
        failed = sum(row["failed"] for row in report["rows"])
        end = "not all" if report["timeIsUp"] else "all"
        rows.append([key, milliseconds(standard), milliseconds(tuned), f"{tuned / standard:.2f}", tried, failed, end])
        for row in report["rows"]:
            if row.get("fastestRatio", 1) < 0.9 and row["fastest"] != row["standard"] and row.get("standardSeconds"):
                times = [row["steps"], row["standard"], milliseconds(row["standardSeconds"])]
                convolutions.append([f"{key}: {row['convolution']}", *times, row["fastest"], f"{row['fastestRatio']:.2f}"])
    head = ["network", "default, ms", "tuned, ms", "tuned / default", "tried", "failed", "of the candidates"]
    lines = ["", "## Tuning", "", "Whole runs, medians in turn.", "", table(head, rows), *changed_tiles(found)]
    if convolutions:
        head = ["convolution", "steps", "default", "ms", "fastest", "of it"]
        lines += ["", "Convolutions for which another method took less than 0.9 of the default's time:", ""]
        lines += [table(head, convolutions)]
    return lines


def tile(method):
    """The tile of a method as `u2cl tune --json` writes it, such as `128×64 per 8×8`; a sub-group's pixels × outputs."""
    words = method.split()
    if words[0] == "gemm":
        return f"{words[2]}×{words[3]} per {words[4]}×{words[5]}" + ("" if words[1] == "0" else f", product {words[1]}")
    return " ".join(words[:3]) if words[0] == "subgroup" else words[0]


def changed_tiles(found):
    """Which tiles the card's tuner would choose instead of the defaults', and what that saves: what the row of its
    architecture in Sources/Engine/GPUArchitecture.swift should say."""
    changes = {}
    for key, report in found["tunings"].items():
        for row in report["rows"]:
            if not row.get("standardSeconds") or not row.get("fastest"):
                continue
            ratio = row.get("fastestRatio", 1) if row["fastest"] != row["standard"] else 1
            tiles = (report["precision"], tile(row["standard"]), tile(row["fastest"] if ratio < 0.97 else row["standard"]))
            change = changes.setdefault(tiles, {"convolutions": 0, "spent": 0, "saved": 0})
            spent = row["standardSeconds"] * row["steps"]
            change["convolutions"] += 1
            change["spent"] += spent
            change["saved"] += spent * (1 - min(ratio, 1))
    if not changes:
        return []
    rows = [
        [precision, default, "the same" if default == fastest else fastest, change["convolutions"],
         milliseconds(change["spent"]), milliseconds(change["saved"])]
        for (precision, default, fastest), change in sorted(changes.items(), key=lambda item: -item[1]["saved"])
    ]  # fmt: skip
    architectures = sorted({d["architecture"] for d in found.get("devices", []) if d.get("architecture")})
    head = ["precision", "default tile", "the tuner's", "convolutions", "ms with the default", "ms saved"]
    notes = f"What the tuner would change in the table of architectures ({', '.join(architectures) or 'no GPU'}):"
    return ["", notes, "", table(head, rows)]


def summaries(found):
    """u2cl beside the best of PyTorch's variants of the same precision, for every case."""
    rows = []
    for case in found["cases"]:
        for entry in case["engines"].values():
            best = best_peer(entry, case) if is_u2cl(entry) and "run" in entry else None
            if best:
                times = [milliseconds(e["run"]["median"]) for e in (entry, best)]
                rows.append([title(case), entry["precision"], *times, best["title"], ratio(entry, best)])
    if not rows:
        return []
    head = ["case", "precision", "u2cl, ms", "best, ms", "which", "u2cl / it"]
    notes = "Medians of runs in turn, in milliseconds, transfers included; below 1, u2cl is faster."
    return ["", "## u2cl beside the best of PyTorch in the same precision", "", notes, "", table(head, rows)]


def is_u2cl(entry):
    """Whether an entry is one of u2cl's."""
    return entry["title"].startswith("u2cl")


def best_peer(own, case):
    """PyTorch's fastest variant in a precision of u2cl's, or None."""
    peers = [entry for entry in case["engines"].values() if not is_u2cl(entry) and "run" in entry]
    peers = [entry for entry in peers if entry["precision"] == own["precision"]]
    return min(peers, key=lambda entry: entry["run"]["median"], default=None)


def ratio(own, other):
    """Of medians."""
    return f"{own['run']['median'] / other['run']['median']:.2f}"


def row(entry, case):
    """One engine in one case; its ratio is to u2cl in its precision, else in float32."""
    failed = f"failed: {entry['failed']}" if "failed" in entry else ""
    if "run" not in entry:
        return [entry["title"], failed or "–", "", "", "", "", ""]
    own = {e["precision"]: e for e in case["engines"].values() if is_u2cl(e) and "run" in e}
    match = None if is_u2cl(entry) else own.get(entry["precision"], own.get("float32"))
    times = [milliseconds(entry["run"][key]) for key in ("median", "min", "p90")]
    compute = milliseconds(entry["computeRun"]["median"]) if "computeRun" in entry else "–"
    speed = f"{case['batch'] / entry['run']['median']:.1f}"
    last = ", ".join(filter(None, [ratio(match, entry) if match else "–", failed]))
    return [entry["title"], *times, compute, speed, last]
