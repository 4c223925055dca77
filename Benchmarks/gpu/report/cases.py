"""u2cl and PyTorch in turn."""

from ...shared.markdown import milliseconds, table


HEAD = ["engine", "median", "min", "p90", "without transfers", "images/s", "u2cl / it"]


def section(case):
    """A case's table."""
    return ["", f"## {title(case)}", "", table(HEAD, [row(entry, case) for entry in case["engines"].values()])]


def title(case):
    """Of a case."""
    return f"{case['network']}, {case['size']}×{case['size']}, batch {case['batch']}"


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
