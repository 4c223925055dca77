"""The results as Markdown, and the goals."""

from ..shared.markdown import milliseconds, table


def ratio(parts, key="median"):
    """u2cl's share of rembg's."""
    return parts["u2cl"][key] / parts["rembg"][key]


def goals(results):
    """(what, value, limit, whether the value has to be at least the limit) of each goal that was measured."""
    found = []
    if "session" in results:
        found.append(("session: time, of rembg's", ratio(results["session"]), 0.4, False))
        found.append(("session: peak memory, of rembg's", ratio(results["session"], "peak"), 0.3, False))
    if "start" in results:
        found.append(("start: seconds", results["start"]["u2cl"]["median"], 0.4, False))
        found.append(("start: time, of rembg's", ratio(results["start"]), 0.2, False))
    for kind, ways in results.get("folder", {}).items():
        for way, rate in ways.items():
            if way != "run":
                share = rate["median"] / ways["run"]["median"]
                found.append((f"folder of {kind}: {way}, of u2cl run's rate", share, 0.95, True))
    if "memory" in results:
        grown = results["memory"]["resident"][-1] - results["memory"]["resident"][1]
        found.append((f"memory: MiB over {results['memory']['calls']} calls", grown, 8, False))
    return found


def missed(results):
    """The goals that were missed."""
    return [what for what, value, limit, least in goals(results) if (value < limit if least else value > limit)]


def report(document):
    results, host = document["results"], document["machine"]
    lines = [f"# u2cl for Python\n\n{host['date']}, {host['name']}, {host['cores']} cores, Python {host['python']}, "
             f"load {host['load']} at the start.\n"]  # fmt: skip
    rows = [
        [what, f"{value:.3f}", f"{'≥' if least else '≤'} {limit}", "missed" if what in missed(results) else "met"]
        for what, value, limit, least in goals(results)
    ]
    lines.append(table(["", "found", "goal", ""], rows) + "\n")
    rows = [
        [f"{part}: {name}", *(milliseconds(samples[key]) for key in ("median", "min", "p90")),
         milliseconds(samples["cpu"]) if "cpu" in samples else "",
         f"{samples['peak']:.0f}" if "peak" in samples else ""]
        for part in ("session", "start") for name, samples in results.get(part, {}).items()
    ]  # fmt: skip
    if rows:
        head = ["", "median, ms", "least, ms", "90th percentile, ms", "processor, ms", "peak, MiB"]
        lines.append(table(head, rows) + "\n")
    rows = [
        [f"{kind}: {way}", f"{rate['median']:.2f}", f"{rate['max']:.2f}", milliseconds(rate["cpu"])]
        for kind, ways in results.get("folder", {}).items() for way, rate in ways.items()
    ]  # fmt: skip
    if rows:
        lines.append(table(["", "pictures a second", "most", "processor, ms a picture"], rows) + "\n")
    if "memory" in results:
        found = results["memory"]
        resident = " ".join(f"{size:.1f}" for size in found["resident"])
        lines.append(f"{found['calls']} calls: resident MiB {resident}; Python's memory {found['traced']:+.1f} KiB, "
                     f"handles {found['handles']:+}.\n")  # fmt: skip
    return "\n".join(lines)
