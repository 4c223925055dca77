"""The report that people read."""

from ..shared.markdown import milliseconds, table

HEAD = ["engine", "version", "precision", "median", "min", "p90", "u2cl / it", "difference"]


def report(document):
    machine, settings = document["machine"], document["settings"]
    lines = [
        f"# u2cl and other engines on {machine['name']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, {machine['system']}, load average "
        f"{machine['load']} at the start. "
        f"{settings['size']}×{settings['size']}, batch 1, {settings['threads']} threads, seeded weights. "
        f"All engines in turn in one run: {settings['rounds']} rounds of {settings['runs']} runs each, after "
        f"{settings['warmup']} that do not count. Milliseconds.",
        "",
        "u2cl / it: ratio of medians (and of the medians of single rounds); below 1, u2cl is faster. "
        "Difference: the largest of any pixel of the seven maps from float64.",
    ]
    for name, entries in document["networks"].items():
        lines += ["", f"## {name}", "", table(HEAD, [row(entry) for entry in entries.values()])]
        fastest = fastest_peer(entries)
        if fastest:
            ratio = fastest["ratio"]["median"]
            lines += ["", f"u2cl takes **{ratio:.2f}×** the time of the fastest float32 peer, {fastest['title']}."]
    return "\n".join(lines) + "\n"


def row(entry):
    """One engine's row."""
    title = f"{entry['title']} ({entry['note']})" if entry.get("note") else entry["title"]
    if "missing" in entry:
        return [title, "–", entry["precision"], f"not measured: {entry['missing']}", "", "", "", ""]
    times = ["–"] * 3
    if "run" in entry:
        times = [milliseconds(entry["run"][key]) for key in ("median", "min", "p90")]
    ratio = entry.get("ratio")
    ratios = f"{ratio['median']:.2f} ({ratio['least']:.2f}–{ratio['most']:.2f})" if ratio else "–"
    difference = f"{max(entry['differences']):.1e}"
    remarks = [entry[key] for key in ("disagrees", "failed") if key in entry]
    return [title, entry["version"], entry["precision"], *times, ratios, ", ".join([difference, *remarks])]


def fastest_peer(entries):
    """The float32 engine with the least median that is not u2cl and agrees."""
    others = [entry for key, entry in entries.items() if not key.startswith("u2cl") and "ratio" in entry]
    peers = [entry for entry in others if entry["precision"] == "float32" and "disagrees" not in entry]
    return min(peers, key=lambda entry: entry["run"]["median"], default=None)
