"""Makes the ONNX files of a tiny U²-Net in CheckpointsTests/Fixtures, and the maps that PyTorch computes.

    python -m Tests.Oracle.make_tiny_networks

Needs torch, onnx and numpy. Weights and input are seeded, so every program can make them from their names.
"""

import numpy as np
import onnx
import torch

from . import CHECKPOINTS, networks, safetensors
from .exporters import output_names, trace
from .seeded import seed, seeded_input
from .slimming import shorten
from .tiny import tiny

SIZE = (37, 45)


def main():
    network = seed(networks.U2Net(tiny(networks.FULL), size_of=networks.traced_size))
    sample = seeded_input(1, *SIZE)
    with torch.inference_mode():
        maps = dict(zip(output_names(network), network(sample)))
    safetensors.save({"input": sample, **maps}, CHECKPOINTS / "tiny_u2net_37x45.safetensors", compact=True)
    export(network, "tiny_opset11_fixed_folded.onnx", 11, dynamic=False)
    export(network, "tiny_opset13_dynamic_folded.onnx", 13, dynamic=True)
    export(network, "tiny_opset17_fixed_batchnorm.onnx", 17, dynamic=False, folded=False)
    anonymize(export(network, "tiny_opset11_dynamic_anonymous.onnx", 11, dynamic=True))


def export(network, name, opset, dynamic, folded=True):
    """The path of a small file; where batch norms are not folded, the maps have numbers for names."""
    path = CHECKPOINTS / name
    trace(network, torch.zeros(1, 3, *SIZE), path, opset, dynamic, folded)
    model = onnx.load(path)
    del model.graph.value_info[:]
    shorten(model, {"input", *output_names(network)} if folded else {"input"})
    onnx.save(model, path)
    return path


def anonymize(path):
    """Rewrites a file as old exporters do: counted node names, initializers that are inputs too and hold typed data."""
    model = onnx.load(path)
    shorten(model, set(), first=4000)
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    for tensor in model.graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.ndim == 1:
            tensor.ClearField("raw_data")
            tensor.float_data.extend(array.tolist())
        elif array.dtype == np.int64:
            tensor.ClearField("raw_data")
            tensor.int64_data.extend(array.tolist())
        model.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    onnx.save(model, path)


if __name__ == "__main__":
    main()
