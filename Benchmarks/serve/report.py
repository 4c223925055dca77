"""The report that people read."""

from ..shared.markdown import table

HEAD = ["server, clients", "requests/s", "p50, ms", "p99, ms", "longest, ms", "peak, MiB", "refused"]
HEAD += ["refusal p50, ms", "refusal p99, ms", "longest refusal, ms", "errors"]


def report(document):
    """Markdown."""
    machine, settings, results = document["machine"], document["settings"], document["results"]
    rows = [
        row(f"{name}, {count}", entry)
        for name in ("u2cl", "rembg")
        for count, entry in results.get(name, {"clients": {}})["clients"].items()
    ]
    goals = [
        [goal["text"], number(goal["value"]), goal["bar"], "yes" if goal["isReached"] else "**no**"]
        for goal in document["goals"]
    ]
    lines = [
        f"# Servers on {machine['name']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, {machine['cores']} cores, {machine['system']}, load average "
        f"{machine['load']} at the start. {settings['weights']}, cut-out PNG, rounds in turn: {settings['rounds']}, "
        f"{settings['seconds']:.0f} s for each number of clients; medians of the rounds, memory and longest times of "
        "all.",
        "",
        table(HEAD, rows),
        "",
        f"`u2cl run` on a folder: {results['run']['rate']:.2f} pictures/s. One picture at a time in process: p50 "
        f"{milliseconds(results['process']['p50'])} ms, p99 {milliseconds(results['process']['p99'])} ms. Memory 3 s "
        f"after the last client: {', '.join(afterwards(results))}.",
        "",
        table(["goal", "value", "bar", "reached"], goals),
    ]
    errors = [
        f"First error of {name} with {count} clients: {entry['firstError']}"
        for name in ("u2cl", "rembg")
        for count, entry in results.get(name, {"clients": {}})["clients"].items()
        if entry["firstError"]
    ]
    return "\n".join([*lines, *(["", *errors] if errors else [])]) + "\n"


def row(name, entry):
    """A line of the table of servers."""
    refused = entry["refusals"]
    times = [milliseconds(entry[key]) for key in ("p50", "p99", "longest")]
    refusals = [milliseconds(refused[key]) for key in ("p50", "p99", "longest")]
    memory = f"{entry['memory']:.0f}"
    return [name, f"{entry['rate']:.2f}", *times, memory, refused["count"], *refusals, entry["errors"]]


def afterwards(results):
    """Such as `u2cl 240 MiB`."""
    return [f"{name} {results[name]['memoryAfter']:.0f} MiB" for name in ("u2cl", "rembg") if name in results]


def milliseconds(seconds):
    """Seconds as milliseconds; a dash where there are none."""
    return "–" if seconds is None else f"{seconds * 1e3:.{0 if seconds >= 0.1 else 1}f}"


def number(value):
    """A number with three digits that count; a dash where there is none."""
    return "–" if value is None else f"{value:.3g}"
