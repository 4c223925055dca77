"""The ways in which PyTorch is measured; known without PyTorch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """One way: its arithmetic, its layout, and whether it is replayed as a CUDA graph."""

    title: str
    precision: str
    tf32: bool = False
    half: bool = False
    graph: bool = False
    on_cpu: bool = False


VARIANTS = {
    "float32": Variant("PyTorch float32", "float32", on_cpu=True),
    "float32-graph": Variant("PyTorch float32, CUDA graph", "float32", graph=True),
    "tf32": Variant("PyTorch TF32", "tf32", tf32=True),
    "tf32-graph": Variant("PyTorch TF32, CUDA graph", "tf32", tf32=True, graph=True),
    "half": Variant("PyTorch half, channels_last", "half", half=True),
    "half-graph": Variant("PyTorch half, channels_last, CUDA graph", "half", half=True, graph=True),
}
