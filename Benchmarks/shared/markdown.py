"""Pieces of Markdown."""


def milliseconds(seconds):
    """Seconds as a number of milliseconds for a table."""
    return f"{seconds * 1e3:.{1 if seconds >= 0.1 else 2 if seconds >= 0.01 else 3}f}"


def table(head, rows):
    """A table; every column but the first is aligned to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
