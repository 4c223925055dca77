"""ONNX files of the networks, by both of PyTorch's exporters."""

import contextlib
import io
import warnings

import torch

from .networks import U2Net


def output_names(network):
    """The maps' names: a U²-Net's begin with the fused d0, an IS-Net's with d1."""
    first = 0 if isinstance(network, U2Net) else 1
    return [f"d{index}" for index in range(first, 7)]


def trace(network, sample, path, opset, dynamic=False, folded=True):
    """Writes an ONNX file by the exporter that traces."""
    names = output_names(network)
    axes = {name: {0: "batch", 2: "height", 3: "width"} for name in ["input", *names]} if dynamic else None
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # Sizes become constants, and this exporter is the old one: both on purpose.
        torch.onnx.export(
            network, (sample,), str(path), input_names=["input"], output_names=names, opset_version=opset,
            dynamic_axes=axes, do_constant_folding=folded, training=mode, dynamo=False,
        )  # fmt: skip
    print(path.name, flush=True)


def capture(network, sample, path, dynamic=False):
    """Writes an ONNX file by the exporter that captures the program, with the weights in the file."""
    shapes = None
    if dynamic:
        Dim = torch.export.Dim
        shapes = {"x": {2: Dim("height", min=33, max=4096), 3: Dim("width", min=33, max=4096)}}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (sample,), str(path), input_names=["input"], output_names=output_names(network),
            opset_version=18, dynamic_shapes=shapes, external_data=False, dynamo=True, verbose=False,
        )  # fmt: skip
    print(path.name, flush=True)
