"""Writes every network of the family with seeded weights in every format, for scripts/test-family.

    PYTHONPATH=Benchmarks python -m support.family FOLDER [NAME …]

FOLDER/NAME/ then holds NAME in safetensors, in both of PyTorch's containers and in ONNX: operator sets 11, 13 and 17 by
the exporter that traces, 18 by the one that captures (dynamo), for one size and for any, with batch norms folded and
not. What must come out of them is in the golden vectors of $U2CL_SHARED. Needs torch, onnx and onnxscript.
"""

import argparse
import contextlib
import io
import json
import struct
import warnings
from pathlib import Path

import torch

from . import network as networks

# How each is made, and the size of its golden vectors: height and width.
FAMILY = {
    "u2netp": (lambda size_of: networks.U2Net(networks.SMALL, size_of=size_of), (75, 101)),
    "u2net": (lambda size_of: networks.U2Net(networks.FULL, size_of=size_of), (75, 101)),
    "u2net_4ch": (lambda size_of: networks.U2Net(networks.FULL, outputs=4, size_of=size_of), (64, 96)),
    "isnet": (lambda size_of: networks.ISNet(size_of=size_of), (75, 101)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[[], *FAMILY], default=list(FAMILY))
    options = parser.parse_args()
    for name in options.names:
        write(name, *FAMILY[name], options.folder / name)


def write(name, make, size, folder):
    """Every format of one network."""
    folder.mkdir(parents=True, exist_ok=True)
    fixed, traced = (networks.seed(make(size_of)) for size_of in (networks.fixed_size, networks.traced_size))
    state = {key: value for key, value in fixed.state_dict().items() if value.is_floating_point()}
    save_safetensors(state, folder / f"{name}.safetensors")
    torch.save(fixed.state_dict(), folder / f"{name}.pth")
    torch.save(fixed.state_dict(), folder / f"{name}_legacy.pth", _use_new_zipfile_serialization=False)
    sample = networks.seeded_input(1, *size)
    for opset in (11, 13, 17):
        export(fixed, sample, folder / f"{name}_opset{opset}_fixed.onnx", opset)
        export(traced, sample, folder / f"{name}_opset{opset}_dynamic.onnx", opset, dynamic=True)
    export(traced, sample, folder / f"{name}_opset17_unfolded.onnx", 17, dynamic=True, folded=False)
    capture(fixed, sample, folder / f"{name}_opset18_dynamo_fixed.onnx")
    capture(traced, sample, folder / f"{name}_opset18_dynamo_dynamic.onnx", dynamic=True)


def save_safetensors(tensors, path):
    """float32 tensors, sorted by name."""
    header, offset = {}, 0
    for name, tensor in sorted(tensors.items()):
        end = offset + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in sorted(tensors.items()):
            file.write(tensor.detach().contiguous().numpy().tobytes())


def output_names(network):
    first = 0 if isinstance(network, networks.U2Net) else 1
    return [f"d{index}" for index in range(first, 7)]


def export(network, sample, path, opset, dynamic=False, folded=True):
    """By the exporter that traces."""
    names = output_names(network)
    axes = {name: {0: "batch", 2: "height", 3: "width"} for name in ["input", *names]} if dynamic else None
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # The tracer's constants, and that this exporter is the old one: on purpose.
        torch.onnx.export(
            network, (sample,), str(path), input_names=["input"], output_names=names, opset_version=opset,
            dynamic_axes=axes, do_constant_folding=folded, training=mode, dynamo=False,
        )  # fmt: skip
    print(path.name, flush=True)


def capture(network, sample, path, dynamic=False):
    """By the exporter that captures the program, with the weights inside the file."""
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


if __name__ == "__main__":
    main()
