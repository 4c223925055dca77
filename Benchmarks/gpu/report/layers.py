"""u2cl's launches, its layers beside the device's ceilings, and a pass of its plan."""

import statistics

from ...shared.markdown import milliseconds, table


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
        "The bound of a layer is the longer of its products and its bytes (inputs, weights and outputs, once each) at "
        "the ceilings above; what the cache holds may be faster than that."
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
    notes = "Medians of compute, one after the other."
    return ["", "## What passes gain", "", notes, "", table(head, rows)] if rows else []
