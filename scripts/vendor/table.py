"""Writes what the compilers made of the programs as a Markdown table, and reads it again.

A row holds all programs that differ in nothing but the size of their patch: its figures are those of the worst.
"""

import re

from .listing import is_stand_in

FORMS = {
    "conv2d_gemm": "{TILE_M}×{TILE_N} per {ITEM_M}×{ITEM_N}",
    "conv2d_subgroup": "{X_TILE} pixels × {OUTPUTS} by {LANES}",
}
FLAGS = {"conv2d_gemm": ("RESAMPLE", "resampling"), "conv2d_subgroup": ("NEIGHBORS", "neighbours")}
PRODUCTS = {1: "m16n8k16", 2: "m16n8k8", 3: "3×TF32"}
# Constants that follow from the architecture, or are told in other words.
UNNAMED = {"STORAGE", "PTX", "IN_TURN", "SUBGROUP"}


def label(program, kernel, targets):
    """What tells a program from others with the same kernel, such as `64×32 per 4×4, resampling, halves`."""
    constants = program.constants
    if kernel in FORMS and FLAGS[kernel][0] in constants:
        flag, meaning = FLAGS[kernel]
        words = [FORMS[kernel].format(**constants)]
        words.append(f"{constants['KERNEL']}×{constants['KERNEL']}" if constants["KERNEL"] != 3 else "")
        words.append(PRODUCTS.get(constants.get("MULTIPLY"), ""))
        words.append("cp.async" if constants.get("COPY") else "")
        words.append(meaning if constants[flag] else "")
    else:
        words = [f"{name} {value}" for name, value in constants.items() if name not in UNNAMED]
    words.append("halves" if constants.get("STORAGE") == 16 else "")
    words.append("*unknown device*" if is_stand_in(program, targets) else "")
    return ", ".join(filter(None, words)) or "–"


def cell(kernel, compiled):
    """A kernel on a target, such as `96–104, 50 %` or `128, 25 %, spills 64`; `compiled` pairs the row's programs with
    their compilations."""
    if not compiled:
        return ""
    if all(compilation.error == "newer" for _, compilation in compiled):
        return "–"
    if any(compilation.error or kernel not in compilation.kernels for _, compilation in compiled):
        return "fails"
    found = [compilation.kernels[kernel] for _, compilation in compiled]
    words = [extent([figures.registers for figures in found])]
    known = [figures.occupancy for figures in found if figures.occupancy is not None]
    words += [f"{100 * min(known):.0f} %"] if known else []
    spills, scratch = max(figures.spills for figures in found), max(figures.scratch for figures in found)
    if spills:
        words.append(f"spills {spills}")
    elif scratch:
        words.append(f"private {scratch}")
    return ", ".join(words)


def extent(numbers):
    """Such as `96` or `96–104`."""
    least, most = min(numbers), max(numbers)
    return f"{least}" if least == most else f"{least}–{most}"


def section(title, targets, programs, results):
    """One vendor's table, by kernel."""
    found = {}
    for program in programs:
        for kernel in program.kernels:
            if any((program, target) in results for target in targets):
                found.setdefault(kernel, {}).setdefault(label(program, kernel, targets), []).append(program)
    lines = [f"## {title}", "", "| kernel | constants | local | " + " | ".join(targets) + " |"]
    lines.append("|---" * (3 + len(targets)) + "|")
    for kernel, variants in sorted(found.items()):
        name = f"`{kernel}`"
        for words, alike in sorted(variants.items(), key=natural):
            columns = [[(p, results[p, t]) for p in alike if (p, t) in results] for t in targets]
            sizes = [c.kernels[kernel].local for column in columns for _, c in column if kernel in c.kernels]
            cells = [cell(kernel, column) for column in columns]
            # Stand-ins are worth a line where something is wrong with them.
            if all(is_stand_in(program, targets) for program in alike) and not re.search("[fsp]", "".join(cells)):
                continue
            cells = [name, words, extent(sizes) if any(sizes) else "", *cells]
            lines.append("| " + " | ".join(cells) + " |")
            name = ""
    return lines + [""]


def natural(item):
    """Sorts labels by the numbers in them."""
    return [int(word) if word.isdigit() else 0 for word in re.split(r"(\d+)", item[0])], item[0]


def read_cells(text):
    """The cells of the tables that `section` wrote: {(kernel, label, target): cell}."""
    found, kernel, targets = {}, "", []
    for line in text.splitlines():
        if not line.startswith("| "):
            targets = targets if line.startswith("|") else []
            continue
        columns = [word.strip() for word in line.removeprefix("|").removesuffix("|").split("|")]
        if columns[0] == "kernel":
            targets = columns[3:]
            continue
        kernel = columns[0].strip("`") or kernel
        for target, text_of_cell in zip(targets, columns[3:]):
            found[kernel, columns[1], target] = text_of_cell
    return found


def allowed(cell_text):
    """The bytes of spills and of private memory that a cell tells; any number of the latter where registers spill."""
    number = lambda word: int((re.search(rf"{word} (\d+)", cell_text) or [0, 0])[1])
    spills = number("spills")
    return spills, float("inf") if spills else number("private")
