"""The report that people read."""

from ..shared.markdown import table
from .kinds import KINDS, SIZES


def report(document):
    """Markdown."""
    machine, settings = document["machine"], document["settings"]
    lines = [
        f"# Whole jobs on {machine['name']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, {machine['cores']} cores, {machine['system']}, load average "
        f"{machine['load']} at the start. {settings['weights']}, {settings['rounds']} rounds in turn, medians.",
    ]
    lines += fed(document["fed"], settings) if "fed" in document else compared(document)
    return "\n".join(lines) + "\n"


def compared(document):
    """The tables of the programs."""
    network = document["network"]
    names = list({name: None for kinds in document["results"].values() for row in kinds.values() for name in row})
    lines = [
        "",
        f"The network takes {network * 1e3:.0f} ms of processor time for a picture. Beyond: what else u2cl takes for "
        "a picture, as a share of that. Rates are pictures a second; CPU is the processor's time for a picture in "
        "milliseconds, all cores together.",
    ]
    lines += [f"{name} is left out: {reason}." for name, reason in document["absent"].items()]
    for size, kinds in document["results"].items():
        head = ["result", *(f"{name}, {column}" for name in names for column in ("rate", "CPU")), "beyond"]
        head += [f"u2cl / {name}, {column}" for name in names[1:] for column in ("rate", "CPU")]
        lines += ["", f"## {title(size)}", "", table(head, [row(kind, kinds[kind], names, network) for kind in kinds])]
    return lines


def title(size):
    """Such as 12mp, 4000×3000."""
    return f"{size}, {SIZES[size].width}×{SIZES[size].height}"


def row(kind, entry, names, network):
    """A line of a table."""
    ours = entry["u2cl"]
    cells = [KINDS[kind].title]
    for name in names:
        cells += [f"{entry[name]['rate']:.2f}", f"{entry[name]['cpu'] * 1e3:.0f}"] if name in entry else ["–", "–"]
    cells.append(f"{(ours['cpu'] / network - 1) * 100:.0f} %")
    for name in names[1:]:
        ratios = [f"{ours[key] / entry[name][key]:.2f}" for key in ("rate", "cpu")] if name in entry else ["–", "–"]
        cells += ratios
    return cells


def fed(results, settings):
    """The tables of a device whose network takes no time."""
    lines = [
        "",
        f"A pretended {settings['pretended'].upper()} whose network takes no time. A core feeds: pictures a second "
        "for each core, by the processor's time of all stages but the network. Stages in milliseconds of a picture.",
    ]
    for size, kinds in results.items():
        stages = [name for name in next(iter(kinds.values()))["stages"] if name != "network"]
        rows = [
            [KINDS[kind].title, f"{1 / entry['cpu']:.1f}", *(f"{entry['stages'][name] * 1e3:.1f}" for name in stages)]
            for kind, entry in kinds.items()
        ]
        lines += ["", f"## {title(size)}", "", table(["result", "a core feeds", *stages], rows)]
    return lines
