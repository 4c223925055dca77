"""Makes the small files beside this script: run it with PyTorch, onnx and numpy installed.

A U²-Net of the usual form with 2 maps outside and 1 inside its blocks, on the seeded weights that `SeededParameters`
describes, so that nothing here was trained and every program can make the same weights from their names.
"""
import os
import struct
import json
import warnings
import zipfile
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
    zip64("wrapped.pth", "wrapped_zip64.pth")
    compressed("wrapped.pth", "compressed.pth")


def compressed(source, name):
    """The archive as a zip program packs it anew."""
    with zipfile.ZipFile(os.path.join(HERE, source)) as old, \
            zipfile.ZipFile(os.path.join(HERE, name), "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(zipfile.ZipInfo(entry), old.read(entry), zipfile.ZIP_DEFLATED)


def zip64(source, name):
    """The archive with every size and offset in 64-bit fields, as PyTorch writes them beyond 4 GiB."""
    data = open(os.path.join(HERE, source), "rb").read()
    with zipfile.ZipFile(os.path.join(HERE, source)) as archive:
        entries, start = archive.infolist(), archive.start_dir
    directory = b""
    for entry in entries:
        path = entry.filename.encode()
        extra = struct.pack("<HHQQQ", 1, 24, entry.file_size, entry.compress_size, entry.header_offset)
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, entry.CRC, 0xFFFFFFFF, 0xFFFFFFFF, len(path),
            len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + path + extra
    end = start + len(directory)
    count = len(entries)
    directory += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, end - start, start)
    directory += struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    directory += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    open(os.path.join(HERE, name), "wb").write(data[:start] + directory)


class Command:
    """What a hostile pickle calls."""

    def __reduce__(self):
        return os.system, ("echo this must never run",)


def hostile():
    for name, zipped in [("hostile.pth", True), ("hostile_legacy.pth", False)]:
        path = os.path.join(HERE, name)
        torch.save({"a": torch.zeros(2), "b": Command()}, path, _use_new_zipfile_serialization=zipped)


X, Y = "x", "y"
INPUT = (1, 2, 4, 6)


def case(name, nodes, expect, initial=None, opset=13, before=None):
    """A model of a few nodes. `expect` is the shape that must come out, or the words of the refusal."""
    helper = onnx.helper
    known = {
        "w": np.ones((3, 2, 3, 3), np.float32), "b": np.zeros(3, np.float32), "v": np.ones(2, np.float32),
        **(initial or {}),
    }
    used = {value for node in nodes for value in node.input}
    model = helper.make_model(
        helper.make_graph(
            nodes, name, [helper.make_tensor_value_info(X, 1, INPUT)], [helper.make_tensor_value_info(Y, 1, None)],
            [onnx.numpy_helper.from_array(np.asarray(value), key) for key, value in known.items() if key in used]),
        opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    helper.set_model_props(model, {"shape" if isinstance(expect, list) else "refused": str(expect)})
    if before:
        before(model)
    onnx.save(model, os.path.join(HERE, "nodes", name + ".onnx"))


def node(kind, inputs=(X,), outputs=(Y,), **attributes):
    return onnx.helper.make_node(kind, list(inputs), list(outputs), name=f"the_{kind.lower()}", **attributes)


def constant(name, value):
    return node("Constant", [], [name], value=onnx.numpy_helper.from_array(np.asarray(value)))


def external(model):
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")


def half_bits(model):
    """Float16 weights as bits in int32_data, as the converter of onnxmltools writes them."""
    tensor = model.graph.initializer[0]
    array = onnx.numpy_helper.to_array(tensor).astype(np.float16)
    tensor.ClearField("raw_data")
    tensor.data_type = onnx.TensorProto.FLOAT16
    tensor.int32_data.extend(array.view(np.uint16).ravel().astype(int).tolist())


def accepted_nodes():
    ints = lambda *values: np.array(values, np.int64)
    case("conv", [node("Conv", [X, "w", "b"], pads=[2] * 4, dilations=[2, 2])], [1, 3, 4, 6])
    case("conv_stride", [node("Conv", [X, "w"], pads=[1] * 4, strides=[2, 2], kernel_shape=[3, 3])], [1, 3, 2, 3])
    case("conv_half_bits", [node("Conv", [X, "w", "b"], pads=[1] * 4)], [1, 3, 4, 6], before=half_bits)
    case("conv_constant", [constant("k", np.ones((5, 2, 1, 1), np.float32)), node("Conv", [X, "k"])], [1, 5, 4, 6])
    case("conv_cast", [node("Cast", ["w"], ["w32"], to=1), node("Cast", ["b"], ["b32"], to=1),
                       node("Conv", [X, "w32", "b32"])], [1, 3, 2, 4])
    case("batch_norm", [node("BatchNormalization", [X, "v", "v", "v", "v"], epsilon=1e-3)], [1, 2, 4, 6])
    case("shared_norm", [node("Identity", ["v"], ["u"]), node("BatchNormalization", [X, "u", "u", "v", "v"])], [1, 2, 4, 6])
    case("max_pool", [node("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], [1, 2, 2, 3])
    case("max_pool_floor", [node("MaxPool", kernel_shape=[3, 3], strides=[2, 2])], [1, 2, 1, 2])
    case("max_pool_padded_end", [node("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])], [1, 2, 2, 3],
         opset=9)
    case("concat", [node("Concat", [X, X, X], axis=1)], [1, 6, 4, 6])
    case("passing", [node("Cast", [X], ["a"], to=10), node("Identity", ["a"], ["c"]), node("Dropout", ["c"], ["d"]),
                     node("Relu", ["d"])], [1, 2, 4, 6])
    case("resize_sizes", [node("Resize", [X, "", "", "s"], mode="linear")], [1, 2, 7, 9], {"s": ints(1, 2, 7, 9)})
    case("resize_scales", [node("Resize", [X, "", "s"], mode="linear")], [1, 2, 6, 12],
         {"s": np.array([1, 1, 1.5, 2], np.float32)})
    case("resize_same", [node("Resize", [X, "", "", "s"], mode="nearest"), ], [1, 2, 4, 6], {"s": ints(1, 2, 4, 6)})
    case("upsample_same", [node("Upsample", [X, "s"], mode="linear")], [1, 2, 4, 6],
         {"s": np.array([1, 1, 1, 1], np.float32)}, opset=9)
    case("corners", [node("Resize", [X, "", "", "s"], mode="linear", coordinate_transformation_mode="align_corners")],
         [1, 2, 8, 8], {"s": ints(1, 2, 8, 8)})
    case("upsample", [node("Upsample", [X, "s"], mode="linear")], [1, 2, 8, 12],
         {"s": np.array([1, 1, 2, 2], np.float32)}, opset=9)
    case("upsample_attribute", [node("Upsample", mode="linear", scales=[1.0, 1.0, 2.0, 3.0])], [1, 2, 8, 18], opset=7)
    case("resize_before_11", [node("Resize", [X, "s"], mode="linear")], [1, 2, 8, 12],
         {"s": np.array([1, 1, 2, 2], np.float32)}, opset=10)
    case("unused", [node("Relu"), node("TopSecret", [X], ["z"])], [1, 2, 4, 6])
    # Twice the height and half the width, the long way round.
    case("sizes", [
        node("Shape", [X], ["shape"]),
        constant("two", np.array(2)), constant("three", np.array(3)), constant("zero", ints(0)),
        constant("two_vector", ints(2)), constant("far", ints(2**63 - 1)), constant("half", np.array(0.5, np.float32)),
        node("Gather", ["shape", "two"], ["height"], axis=0), node("Gather", ["shape", "three"], ["width"], axis=0),
        node("Mul", ["height", "two"], ["double"]), node("Unsqueeze", ["double", "zero"], ["double_vector"]),
        node("Cast", ["width"], ["width_float"], to=1), node("Mul", ["width_float", "half"], ["halved"]),
        node("Floor", ["halved"], ["floor"]), node("Cast", ["floor"], ["whole"], to=7),
        node("Unsqueeze", ["whole", "zero"], ["width_vector"]),
        node("Slice", ["shape", "zero", "two_vector", "zero"], ["outer"]),
        node("Slice", ["shape", "two_vector", "far"], ["inner"]),
        node("Concat", ["double_vector", "width_vector"], ["spatial"], axis=0),
        node("Sub", ["spatial", "inner"], ["difference"]), node("Add", ["difference", "inner"], ["again"]),
        node("Concat", ["outer", "again"], ["sizes"], axis=0),
        node("Resize", [X, "", "", "sizes"], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")],
        [1, 2, 8, 3])
    case("sizes_by_attributes", [
        node("Shape", [X], ["shape"]), node("Slice", ["shape"], ["height"], starts=[-2], ends=[-1], axes=[0]),
        node("Squeeze", ["height"], ["scalar"], axes=[0]), node("Unsqueeze", ["scalar"], ["again"], axes=[0]),
        constant("outer", ints(1, 2)), node("Concat", ["outer", "again", "again"], ["sizes"], axis=0),
        node("Resize", [X, "", "", "sizes"], mode="linear")], [1, 2, 4, 4], opset=11)


def refused_nodes():
    ints = lambda *values: np.array(values, np.int64)
    case("unknown", [node("Softmax")], "node 'the_softmax' (Softmax): the operation Softmax is not supported")
    case("other_domain", [onnx.helper.make_node("Gelu", [X], [Y], name="g", domain="com.microsoft")], "com.microsoft")
    case("missing_weights", [node("Conv", [X, "gone"])], "node 'the_conv' (Conv): its weights 'gone' are not in the file")
    case("missing_input", [node("Relu", ["gone"])], "its input 'gone' is neither in the file nor made")
    case("missing_output", [node("Relu", [X], ["z"])], "output 'y': no node computes it")
    case("external", [node("Conv", [X, "w"])], "tensor 'w': its elements lie in 'weights.bin'", before=external)
    case("grouped", [node("Conv", [X, "k"], group=2)], "grouped", {"k": np.ones((2, 1, 3, 3), np.float32)})
    case("oblong", [node("Conv", [X, "k"])], "not square", {"k": np.ones((2, 2, 3, 1), np.float32)})
    case("uneven_pads", [node("Conv", [X, "w"], pads=[1, 1, 0, 0])], "differ between the sides")
    case("auto_pad", [node("Conv", [X, "w"], auto_pad="SAME_UPPER")], "SAME_UPPER")
    case("wrong_channels", [node("Conv", [X, "k"])], "do not fit its input", {"k": np.ones((2, 5, 3, 3), np.float32)})
    case("huge_dilation", [node("Conv", [X, "w"], dilations=[2**62] * 2)], "its dilations is")
    case("too_small", [node("Conv", [X, "w"], dilations=[9, 9])], "smaller than the kernel")
    case("training", [node("BatchNormalization", [X, "v", "v", "v", "v"], training_mode=1)], "exported for training", opset=15)
    case("padded_pool", [node("MaxPool", kernel_shape=[2, 2], pads=[1] * 4)], "padding")
    case("widening_pool", [node("MaxPool", kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1])], "padding")
    case("nearest", [node("Resize", [X, "", "", "s"], mode="nearest")], "its mode is nearest", {"s": ints(1, 2, 8, 8)})
    case("fractional", [node("Resize", [X, "", "s"], mode="linear")], "whole pixels",
         {"s": np.array([1, 1, 1.3, 2], np.float32)})
    case("one_pixel", [node("Resize", [X, "", "", "s"], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")],
         "pytorch_half_pixel", {"s": ints(1, 2, 1, 6)})
    case("huge_resize", [node("Resize", [X, "", "", "s"], mode="linear")], "it resizes to", {"s": ints(1, 2, 2**40, 2**40)})
    case("crop_coordinates", [node("Resize", [X, "", "", "s"], mode="linear",
                                   coordinate_transformation_mode="tf_crop_and_resize")],
         "its coordinates are tf_crop_and_resize", {"s": ints(1, 2, 8, 8)})
    case("channel_resize", [node("Resize", [X, "", "", "s"], mode="linear")], "it resizes", {"s": ints(1, 4, 8, 8)})
    case("add_constant", [node("Add", [X, "v"])], "Add of an activation and a constant")
    case("multiply", [node("Mul", [X, X])], "Mul of activations")
    case("concat_rows", [node("Concat", [X, X], axis=2)], "along axis 2")
    case("different_add", [node("MaxPool", [X], ["p"], kernel_shape=[2, 2]), node("Add", [X, "p"])], "differ")
    case("divide_by_zero", [node("Shape", [X], ["s"]), constant("zero", np.array(0)), node("Div", ["s", "zero"], ["q"]),
                            node("Resize", [X, "", "", "q"], mode="linear")], "Div 0")
    case("gather_beyond", [node("Shape", [X], ["s"]), constant("i", ints(0, 1, 2, 4)), node("Gather", ["s", "i"], ["q"]),
                           node("Resize", [X, "", "", "q"], mode="linear")], "gathers element 4 of 4")
    case("doubling_channels", [node("Concat", [X if k == 0 else f"a{k}"] * 2, [f"a{k + 1}" if k < 60 else Y], axis=1)
                               for k in range(61)], "too large")
    case("doubling_constant", [constant("c0", ints(*range(64)))] + [
        node("Concat", [f"c{k}"] * 2, [f"c{k + 1}"], axis=0) for k in range(40)] + [
        node("Resize", [X, "", "", "c40"], mode="linear")], "too large")


def main():
    torch.manual_seed(0)
    os.makedirs(os.path.join(HERE, "nodes"), exist_ok=True)
    checkpoints()
    hostile()
    accepted_nodes()
    refused_nodes()
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


if __name__ == "__main__":
    main()
