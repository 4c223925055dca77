"""The precisions that a u2cl offers."""

from ..shared.worker import EngineError

NAMES = {"fp32": "float32", "float32": "float32", "fp16": "half", "float16": "half", "half": "half"}


def precisions(u2cl, command):
    """label → arguments of every precision that a command offers, by its help."""
    try:
        text = u2cl.options(command).get("--precision")
    except EngineError:  # It does not start; other steps say so.
        text = None
    if text is None:
        return {"float32": []}
    offered = text.partition("values:")[2].partition(";")[0].partition(")")[0] or text
    words = dict.fromkeys(word.strip("<>()|:.,;") for word in offered.replace("|", " ").replace(",", " ").split())
    found = {NAMES.get(word, word): ["--precision", word] for word in words if word in NAMES or word == "tf32"}
    return found or {"float32": []}
