"""u2cl on the device against its own reference."""

from ..shared.repository import ROOT
from .precisions import precisions

TOLERANCES = {"float32": 1e-4, "half": 2e-2}
# The authors' small network amplifies rounding: on the compared picture, in d2, PyTorch's own float32 is 1e-4 from
# double precision, and activations stored as halves are 8e-2 from it.
TOLERANCES_OF_AUTHORS = {"float32": 1e-3, "half": 2e-1}


def correctness(session):
    """The built-in model and, where it is there, the authors'."""
    shared = session.options.shared
    pictures = {"built-in": (ROOT / "Examples/demo.jpg", [], TOLERANCES)}
    if shared:
        model = ["--model", shared / "models/u2netp-fp16.onnx"]
        pictures["u2netp-fp16.onnx"] = (shared / "images/horse.jpg", model, TOLERANCES_OF_AUTHORS)
    for name, (picture, model, tolerances) in pictures.items():
        for label, precision in precisions(session.u2cl, "compare").items():
            tolerance = tolerances.get(label, tolerances["float32"])
            session.step(
                f"correct, {name}, {label}",
                lambda: session.u2cl.on_device(
                    "compare", picture, "--against", "reference", "--tolerance", tolerance, *model, *precision,
                    limit=session.budget.limit(90),
                ),
            )  # fmt: skip
