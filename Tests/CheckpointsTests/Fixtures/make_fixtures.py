"""Makes the small files beside this script: run it with PyTorch, onnx and numpy installed.

A U²-Net of the usual form with 2 maps outside and 1 inside its blocks, on the seeded weights that `SeededParameters`
describes, so that nothing here was trained and every program can make the same weights from their names.
"""
import os
import struct
import json
import warnings
from collections import OrderedDict

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
MID, OUT = 1, 2
SIZE = (37, 45)
MASK = (1 << 64) - 1


def uniform(name, count):
    """Element i in [0, 1): SplitMix64 from the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    z = (np.uint64(state) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def seeded(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 4:
        values = (2 * u - 1) * np.sqrt(3 / np.prod(shape[1:]))
    elif name.endswith(".running_var") or (".bn_" in name and name.endswith(".weight")):
        values = 0.75 + 0.5 * u
    else:
        values = (2 * u - 1) * 0.1
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(module):
    module.load_state_dict({
        name: value if value.dtype == torch.int64 else seeded(name, tuple(value.shape))
        for name, value in module.state_dict().items()
    })
    return module.eval()


class Conv(nn.Module):
    def __init__(self, inp, out, dilation=1):
        super().__init__()
        self.conv_s1 = nn.Conv2d(inp, out, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(out)
        self.relu_s1 = nn.ReLU()

    def forward(self, x):
        return self.relu_s1(self.bn_s1(self.conv_s1(x)))


def like(x, target):
    return F.interpolate(x, size=target.shape[2:], mode="bilinear", align_corners=False)


class RSU(nn.Module):
    """RSU-L for a number, RSU-4F for '4F'."""

    def __init__(self, kind, inp, mid, out):
        super().__init__()
        self.pooled = kind != "4F"
        self.depth = kind if self.pooled else 4
        self.rebnconvin = Conv(inp, out)
        for k in range(1, self.depth + 1):
            dilation = (2 if k == self.depth else 1) if self.pooled else 2 ** (k - 1)
            setattr(self, f"rebnconv{k}", Conv(out if k == 1 else mid, mid, dilation))
            if self.pooled and k < self.depth - 1:
                setattr(self, f"pool{k}", nn.MaxPool2d(2, stride=2, ceil_mode=True))
        for k in range(self.depth - 1, 0, -1):
            dilation = 1 if self.pooled else 2 ** (k - 1)
            setattr(self, f"rebnconv{k}d", Conv(2 * mid, out if k == 1 else mid, dilation))

    def forward(self, x):
        residual = x = self.rebnconvin(x)
        encoded = []
        for k in range(1, self.depth + 1):
            if self.pooled and 1 < k < self.depth:
                x = getattr(self, f"pool{k - 1}")(x)
            x = getattr(self, f"rebnconv{k}")(x)
            encoded.append(x)
        for k in range(self.depth - 1, 0, -1):
            skip = encoded[k - 1]
            if self.pooled and k < self.depth - 1:
                x = like(x, skip)
            x = getattr(self, f"rebnconv{k}d")(torch.cat((x, skip), 1))
        return x + residual


KINDS = [("1", 7), ("2", 6), ("3", 5), ("4", 4), ("5", "4F"), ("6", "4F")]


class U2Net(nn.Module):
    def __init__(self):
        super().__init__()
        for k, kind in KINDS:
            setattr(self, f"stage{k}", RSU(kind, 3 if k == "1" else OUT, MID, OUT))
            if k != "6":
                setattr(self, f"pool{k}", nn.MaxPool2d(2, stride=2, ceil_mode=True))
        for k, kind in reversed(KINDS[:5]):
            setattr(self, f"stage{k}d", RSU(kind, 2 * OUT, MID, OUT))
        for k in range(1, 7):
            setattr(self, f"side{k}", nn.Conv2d(OUT, 1, 3, padding=1))
        self.outconv = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        image, encoded = x, []
        for k in range(1, 7):
            x = getattr(self, f"stage{k}")(x)
            encoded.append(x)
            if k < 6:
                x = getattr(self, f"pool{k}")(x)
        decoded = [encoded[5]]
        for k in range(5, 0, -1):
            skip = encoded[k - 1]
            decoded.insert(0, getattr(self, f"stage{k}d")(torch.cat((like(decoded[0], skip), skip), 1)))
        sides = [getattr(self, f"side{k}")(x) for k, x in enumerate(decoded, 1)]
        sides = [sides[0]] + [like(side, image) for side in sides[1:]]
        fused = self.outconv(torch.cat(sides, 1))
        return tuple(torch.sigmoid(x) for x in [fused] + sides)


def write_safetensors(name, tensors):
    header, data = OrderedDict(), b""
    for key, value in sorted(tensors.items()):
        raw = value.detach().contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}[value.dtype]
        header[key] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def export(net, name, opset, dynamic, folded):
    path = os.path.join(HERE, name)
    axes = {0: "batch", 2: "height", 3: "width"}
    names = [f"d{k}" for k in range(7)]
    training = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (torch.zeros(1, 3, *SIZE),), path, opset_version=opset, dynamo=False, input_names=["input"],
            output_names=names, dynamic_axes={key: axes for key in ["input"] + names} if dynamic else None,
            do_constant_folding=folded, training=training)
    model = onnx.load(path)
    del model.graph.value_info[:]
    shorten(model, {"input", *names} if training == torch.onnx.TrainingMode.EVAL else {"input"})
    onnx.save(model, path)
    return model


def shorten(model, kept, first=800):
    """Numbers in place of the values' names, which the files would mostly consist of; nodes and weights keep theirs."""
    kept = kept | {tensor.name for tensor in model.graph.initializer if "::" not in tensor.name} | {""}
    numbers = {}

    def number(value):
        return value if value in kept else numbers.setdefault(value, str(first + len(numbers)))

    for node in model.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
        node.input[:] = [number(value) for value in node.input]
        node.output[:] = [number(value) for value in node.output]
    for value in list(model.graph.input) + list(model.graph.output) + list(model.graph.initializer):
        value.name = number(value.name)


def anonymous(model, name):
    """As old exporters write: counted node names, initializers that are inputs too and hold typed data."""
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
    onnx.save(model, os.path.join(HERE, name))


def checkpoints():
    """A block's weights in both of PyTorch's containers, and odd ones: wrapped, half, not contiguous."""
    state = fill(RSU(4, 3, 2, 3)).state_dict()
    write_safetensors("tiny_rsu4.safetensors", state)
    torch.save(state, os.path.join(HERE, "tiny_rsu4.pth"))
    torch.save(state, os.path.join(HERE, "tiny_rsu4_legacy.pth"), _use_new_zipfile_serialization=False)
    weight = state["rebnconv1.conv_s1.weight"]
    odd = {
        "module.half": weight.half(),
        "module.transposed": weight.transpose(0, 1),
        "module.channels_last": weight.contiguous(memory_format=torch.channels_last),
        "module.view": weight[1],
        "module.bfloat": weight.bfloat16(),
        "module.scalar": torch.tensor(7),
        "module.parameter": nn.Parameter(weight.clone()),
    }
    wrapped = {"epoch": 3, "rate": 1e-3, "note": "x", "state_dict": odd, "optimizer": {"state": {}, "groups": [{"lr": 1}]}}
    torch.save(wrapped, os.path.join(HERE, "wrapped.pth"), pickle_protocol=4)
    torch.save(wrapped, os.path.join(HERE, "wrapped_legacy.pth"), _use_new_zipfile_serialization=False)


def main():
    torch.manual_seed(0)
    checkpoints()
    net = fill(U2Net())
    image = torch.from_numpy((4 * uniform("input", 3 * SIZE[0] * SIZE[1]) - 2).astype(np.float32).reshape(1, 3, *SIZE))
    with torch.no_grad():
        maps = {f"d{k}": value for k, value in enumerate(net(image))}
    write_safetensors("tiny_u2net_37x45.safetensors", {"input": image, **maps})
    export(net, "tiny_opset11_fixed_folded.onnx", 11, dynamic=False, folded=True)
    export(net, "tiny_opset13_dynamic_folded.onnx", 13, dynamic=True, folded=True)
    export(net, "tiny_opset17_fixed_batchnorm.onnx", 17, dynamic=False, folded=False)
    anonymous(export(net, "tiny_opset11_dynamic_anonymous.onnx", 11, dynamic=True, folded=True),
              "tiny_opset11_dynamic_anonymous.onnx")
    for name in sorted(os.listdir(HERE)):
        print(f"{os.path.getsize(os.path.join(HERE, name)):8} {name}")


main()
