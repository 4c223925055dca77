"""Makes the files in `family`: tiny networks of the family's other members, as exporters write them, with what PyTorch
or onnxruntime computes. Run it with torch, onnx, onnxscript and onnxruntime:

    PYTHONPATH=Benchmarks python Tests/CheckpointsTests/Fixtures/make_family.py

The tables are those of the whole networks with 2 maps outside and 1 inside the blocks, the weights and the input seeded.
"""

import os

import numpy as np
import onnx
import onnxruntime
import torch

import make_fixtures
from support import family
from support import network as networks

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "family")


def tiny(table):
    """2 maps outside the blocks, 1 inside."""

    def inputs(name, count):
        return 3 if count == 3 else 4 if name.endswith("d") else 2

    return {name: (depth, inputs(name, count), 1, 2) for name, (depth, count, _, _) in table.items()}


NETWORKS = {
    "isnet": (lambda size_of: networks.ISNet(tiny(networks.ISNET), size_of=size_of), (43, 37)),
    "u2net_4ch": (lambda size_of: networks.U2Net(tiny(networks.FULL), outputs=4, size_of=size_of), (21, 29)),
}


def slim(path, kept):
    """Without the names and notes that such a small file would mostly consist of."""
    model = onnx.load(path)
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    model.graph.ClearField("doc_string")
    for index, node in enumerate(model.graph.node):
        del node.metadata_props[:]
        node.name = f"{node.op_type}_{index}"
    for tensor in model.graph.initializer:
        del tensor.metadata_props[:]
        if tensor.name.count("."):
            tensor.ClearField("doc_string")
    make_fixtures.shorten(model, kept)
    onnx.save(model, path)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for name, (make, size) in NETWORKS.items():
        fixed, traced = (networks.seed(make(size_of)) for size_of in (networks.fixed_size, networks.traced_size))
        sample = networks.seeded_input(1, *size)
        kept = {"input", *family.output_names(fixed)}
        with torch.inference_mode():
            maps = dict(zip(family.output_names(fixed), fixed(sample)))
        golden = family.Path(os.path.join(FOLDER, f"{name}_{size[0]}x{size[1]}.safetensors"))
        if name == "isnet":
            family.save_safetensors(maps, golden)
            path = golden.with_name("isnet_opset17_dynamic.onnx")
            family.export(traced, sample, path, 17, dynamic=True)
        else:
            family.save_safetensors({key: maps[key] for key in ("d0", "d1")}, golden)
            path = golden.with_name(f"{name}_opset18_dynamo.onnx")
            family.capture(fixed, sample, path)
        slim(path, kept)
    old_upsampling(networks.seeded_input(1, 64, 32))


def old_upsampling(sample):
    """Operator set 9, whose Upsample has no half-pixel centres; the map is what onnxruntime makes of it."""
    network = networks.seed(networks.U2Net(tiny(networks.FULL), size_of=networks.fixed_size))
    path = family.Path(os.path.join(FOLDER, "u2net_opset9.onnx"))
    family.export(network, sample, path, 9)
    slim(path, {"input", *family.output_names(network)})
    session = onnxruntime.InferenceSession(str(path))
    maps = session.run(["d0", "d1"], {"input": sample.numpy()})
    family.save_safetensors(
        {name: torch.from_numpy(np.array(value)) for name, value in zip(("d0", "d1"), maps)},
        path.with_name("u2net_opset9_64x32.safetensors"))


if __name__ == "__main__":
    main()
