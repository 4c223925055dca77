"""Numbers, tables and files of a benchmark, and the machine that it ran on."""

import datetime
import json
import os
import platform
import re
import statistics
import subprocess
from pathlib import Path


def summary(samples):
    """What is said of a list of seconds."""
    ordered = sorted(samples)
    return {
        "median": statistics.median(ordered),
        "min": ordered[0],
        "p90": ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))],
        "max": ordered[-1],
        "count": len(ordered),
    }


def milliseconds(seconds):
    """As a number for a table."""
    return f"{seconds * 1e3:.{1 if seconds >= 0.1 else 2 if seconds >= 0.01 else 3}f}"


def table(head, rows):
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machine():
    """Processor, cores, system, the commit that is measured, and how busy the machine is without it."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit(),
        "load": round(os.getloadavg()[0], 2),
    }


def processor():
    """The processor's name."""
    try:
        names = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = None
    return names[1] if names else platform.processor() or platform.machine()


def commit():
    """The commit of the working tree, with a + where it has been changed since; None outside of git."""
    folder = Path(__file__).parent
    try:
        arguments = ["git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--dirty=+"]
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def slug(text):
    """A name for files: letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def save(folder, name, report, markdown):
    """Writes `name`.json and `name`.md; gives their paths. Each appears whole or not at all."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    texts = {".json": json.dumps(report, indent=1) + "\n", ".md": markdown}
    paths = []
    for suffix, text in texts.items():
        path = Path(folder, name + suffix)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text)
        partial.replace(path)
        paths.append(path)
    return paths
