"""Writes the family's networks with seeded weights in every format, for scripts/test-family.

    python -m Tests.Oracle.make_family FOLDER [NAME …]

FOLDER/NAME/ then holds NAME in safetensors, in both of PyTorch's containers and in ONNX: operator sets 11, 13 and 17 by
the exporter that traces, 18 by the one that captures (dynamo), for one size and for any size, with batch norms folded
and not folded. The golden vectors in $U2CL_SHARED hold the maps to expect. Needs torch, onnx and onnxscript.
"""

import argparse
from pathlib import Path

import torch

from . import networks, safetensors
from .exporters import capture, trace
from .seeded import seed, seeded_input

# Each network's constructor, and the size of its golden vectors: height and width.
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
    fixed, traced = (seed(make(size_of)) for size_of in (networks.fixed_size, networks.traced_size))
    state = {key: value for key, value in fixed.state_dict().items() if value.is_floating_point()}
    safetensors.save(state, folder / f"{name}.safetensors")
    torch.save(fixed.state_dict(), folder / f"{name}.pth")
    torch.save(fixed.state_dict(), folder / f"{name}_legacy.pth", _use_new_zipfile_serialization=False)
    sample = seeded_input(1, *size)
    for opset in (11, 13, 17):
        trace(fixed, sample, folder / f"{name}_opset{opset}_fixed.onnx", opset)
        trace(traced, sample, folder / f"{name}_opset{opset}_dynamic.onnx", opset, dynamic=True)
    trace(traced, sample, folder / f"{name}_opset17_unfolded.onnx", 17, dynamic=True, folded=False)
    capture(fixed, sample, folder / f"{name}_opset18_dynamo_fixed.onnx")
    capture(traced, sample, folder / f"{name}_opset18_dynamo_dynamic.onnx", dynamic=True)


if __name__ == "__main__":
    main()
