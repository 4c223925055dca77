"""Writes what the compilers made of the programs as a Markdown table, and reads it again."""

import re

CONSTANTS = {
    "conv2d_gemm": ("{TILE_M}×{TILE_N} per {ITEM_M}×{ITEM_N}, {KERNEL}×{KERNEL}, patch {PATCH}", "RESAMPLE"),
    "conv2d_subgroup": ("{X_TILE} pixels × {OUTPUTS} by {LANES}, {KERNEL}×{KERNEL}", "NEIGHBORS"),
}
PRODUCTS = {1: "m16n8k16", 2: "m16n8k8", 3: "3×TF32"}


def label(program, kernel):
    """What tells a program from others with the same kernel, such as `64×32 per 4×4, 3×3, patch 148, halves`."""
    constants = program.constants
    form, flag = CONSTANTS.get(kernel, ("", ""))
    try:
        words = [form.format(**constants)]
    except KeyError:
        words, form, flag = [], "", ""
    if not form:
        words = [f"{name} {value}" for name, value in constants.items() if name not in ("STORAGE", "PTX")]
    if constants.get("MULTIPLY"):
        words.append(PRODUCTS[constants["MULTIPLY"]] + (", cp.async" if constants.get("COPY") else ""))
    if constants.get(flag):
        words.append({"RESAMPLE": "resampling", "NEIGHBORS": "neighbours"}[flag])
    words.append("halves" if constants.get("STORAGE") == 16 else "")
    return ", ".join(word for word in words if word) or "–"


def cell(compilation, kernel):
    """A kernel on a target, such as `96, 50 %` or `128, 25 %, spills 64`."""
    if compilation is None:
        return ""
    if compilation.error == "newer":
        return "–"
    found = compilation.kernels.get(kernel)
    if compilation.error or found is None:
        return "fails"
    words = [f"{found.registers}"] if found.registers else ["builds"]
    if found.occupancy is not None:
        words.append(f"{100 * found.occupancy:.0f} %")
    if found.spills:
        words.append(f"spills {found.spills}")
    elif found.scratch:
        words.append(f"private {found.scratch}")
    return ", ".join(words)


def rows(programs, results, targets):
    """The lines of one vendor's table by kernel: {kernel: {label: (local memory, cells)}}."""
    found = {}
    for program in programs:
        for kernel in program.kernels:
            compilations = [results.get((program, target)) for target in targets]
            if not any(compilations):
                continue
            local = max((c.kernels[kernel].local for c in compilations if c and kernel in c.kernels), default=0)
            cells = [cell(compilation, kernel) for compilation in compilations]
            found.setdefault(kernel, {})[label(program, kernel)] = (local, cells)
    return found


def section(title, targets, found):
    """One vendor's table."""
    lines = [f"## {title}", "", "| kernel | constants | local | " + " | ".join(targets) + " |"]
    lines.append("|---" * (3 + len(targets)) + "|")
    for kernel, variants in sorted(found.items()):
        for number, (words, (local, cells)) in enumerate(sorted(variants.items(), key=natural)):
            name = f"`{kernel}`" if number == 0 else ""
            lines.append(f"| {name} | {words} | {local or ''} | " + " | ".join(cells) + " |")
    return lines + [""]


def natural(item):
    """Sorts labels by the numbers in them."""
    return [int(word) if word.isdigit() else 0 for word in re.split(r"(\d+)", item[0])], item[0]


def read_cells(text):
    """The cells of a table that `section` wrote: {(kernel, label, target): cell}."""
    found, kernel, targets = {}, "", []
    for line in text.splitlines():
        if not line.startswith("| "):
            continue
        words = [word.strip() for word in line.strip("| \n").split(" | ")]
        if words[0] == "kernel":
            targets = words[3:]
            continue
        columns = [word.strip() for word in line.removeprefix("|").removesuffix("|").split("|")]
        kernel = columns[0].strip("`") or kernel
        for target, text_of_cell in zip(targets, columns[3:]):
            found[kernel, columns[1], target] = text_of_cell
    return found
