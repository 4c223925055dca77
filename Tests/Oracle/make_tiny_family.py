"""Makes CheckpointsTests/Fixtures/family: tiny networks of the family's other members, as exporters write them, with
the maps that PyTorch or onnxruntime computes.

    python -m Tests.Oracle.make_tiny_family

Needs torch, onnx, onnxscript and onnxruntime. Weights and inputs are seeded.
"""

import numpy as np
import onnxruntime
import torch

from . import CHECKPOINTS, networks, safetensors
from .exporters import capture, output_names, trace
from .seeded import seed, seeded_input
from .slimming import slim
from .tiny import tiny

FOLDER = CHECKPOINTS / "family"


def main():
    FOLDER.mkdir(exist_ok=True)
    isnet()
    four_channels()
    old_upsampling()


def isnet():
    """IS-Net by the exporter that traces, for any size."""
    make = lambda size_of: seed(networks.ISNet(tiny(networks.ISNET), size_of=size_of))
    network, sample = make(networks.traced_size), seeded_input(1, 43, 37)
    safetensors.save(maps_of(make(networks.fixed_size), sample), FOLDER / "isnet_43x37.safetensors")
    path = FOLDER / "isnet_opset17_dynamic.onnx"
    trace(network, sample, path, 17, dynamic=True)
    slim(path, {"input", *output_names(network)})


def four_channels():
    """U²-Net with maps of four channels, by the exporter that captures."""
    network = seed(networks.U2Net(tiny(networks.FULL), outputs=4))
    sample = seeded_input(1, 21, 29)
    maps = maps_of(network, sample)
    safetensors.save({key: maps[key] for key in ("d0", "d1")}, FOLDER / "u2net_4ch_21x29.safetensors")
    path = FOLDER / "u2net_4ch_opset18_dynamo.onnx"
    capture(network, sample, path)
    slim(path, {"input", *output_names(network)})


def old_upsampling():
    """U²-Net in operator set 9, whose Upsample has no half-pixel centres; onnxruntime computes the maps."""
    network = seed(networks.U2Net(tiny(networks.FULL)))
    sample = seeded_input(1, 64, 32)
    path = FOLDER / "u2net_opset9.onnx"
    trace(network, sample, path, 9)
    slim(path, {"input", *output_names(network)})
    names = ("d0", "d1")
    maps = onnxruntime.InferenceSession(str(path)).run(names, {"input": sample.numpy()})
    maps = {name: torch.from_numpy(np.array(value)) for name, value in zip(names, maps)}
    safetensors.save(maps, FOLDER / "u2net_opset9_64x32.safetensors")


def maps_of(network, sample):
    """name → map."""
    with torch.inference_mode():
        return dict(zip(output_names(network), network(sample)))


if __name__ == "__main__":
    main()
