"""Makes the files in CheckpointsTests/Fixtures that are saved as people save weights today.

    python -m Tests.Oracle.make_saved_today

Needs onnx, numpy and torch. `external` holds models with their weights beside them, `states` state dicts inside other
things; nodes of quantized models and of pre- and postprocessing are in `nodes`, beside those of `make_onnx_nodes`.
"""

import argparse
from collections import OrderedDict

import numpy as np
import onnx
import torch

from . import CHECKPOINTS, safetensors
from .make_onnx_nodes import X, Y, case, constant, node
from .networks import RSU
from .seeded import seed

EXTERNAL, STATES = CHECKPOINTS / "external", CHECKPOINTS / "states"


def external_files():
    def save(name, weights=None, **keys):
        value = np.arange(54, dtype=np.float32).reshape(3, 2, 3, 3)
        tensor = onnx.numpy_helper.from_array(value, "w")
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, text in {"location": f"{name}.onnx.data", "offset": "16", "length": "216", **keys}.items():
            if text is not None:
                tensor.external_data.add(key=key, value=text)
        helper = onnx.helper
        model = helper.make_model(
            helper.make_graph(
                [node("Conv", [X, "w"], pads=[1] * 4)], name, [helper.make_tensor_value_info(X, 1, (1, 2, 4, 6))],
                [helper.make_tensor_value_info(Y, 1, None)], [tensor]),
            opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
        (EXTERNAL / f"{name}.onnx").write_bytes(model.SerializeToString())
        if weights is not False:
            data = bytes(16) + value.tobytes()
            (EXTERNAL / f"{name}.onnx.data").write_bytes(data if weights is None else data[:weights])

    save("good")
    save("no_length", length=None)
    save("short", weights=100)
    save("wrong_length", length="212")
    save("bad_offset", offset="-4")
    save("huge_offset", offset="9223372036854775807")
    save("missing", weights=False)
    save("above", weights=False, location="../tiny_rsu4.safetensors")
    save("inside_out", weights=False, location="a/../../tiny_rsu4.safetensors")
    save("absolute", weights=False, location="/etc/passwd")
    save("url", weights=False, location="file:///etc/passwd")
    save("folder", weights=False, location=".")
    save("unnamed", weights=False, location="")


def states():
    block = seed(RSU(4, 3, 2, 3)).state_dict()
    weight = {"a": torch.arange(3.0), "b": torch.ones(2)}
    average = {name: value + 1 for name, value in weight.items()}

    def save(name, value):
        torch.save(value, STATES / f"{name}.pth")

    prefixed = lambda prefix, state: OrderedDict((prefix + name, value) for name, value in state.items())
    for key in ["net", "ema", "params_ema", "model", "weights", "anything"]:
        save(f"under_{key}", {key: weight, "epoch": 3})
    save("deep", {"a": {"model": {"state_dict": weight}}})
    save("compiled", prefixed("_orig_mod.", weight))
    save("nested_prefix", prefixed("module._orig_mod.model.", weight))
    save("compiled_parts", {"a": weight["a"], "part._orig_mod.b": weight["b"]})
    save("plain_and_ema", {"params": weight, "params_ema": average})
    save("usual_key", {"net": weight, "other": average})
    save("ambiguous", {"student": weight, "teacher": average})
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))])
    optimizer.param_groups[0]["params"][0].sum().backward()
    optimizer.step()
    save("lightning", {
        "epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.5.0", "state_dict": prefixed("model.", weight),
        "loops": {"fit_loop": {"state_dict": {}}}, "callbacks": {"ModelCheckpoint{'monitor': None}": {
            "best_model_score": torch.tensor(0.5), "best_model_path": "x"}},
        "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [],
        "hparams_name": "kwargs", "hyper_parameters": {"args": argparse.Namespace(lr=1e-3), "kinds": {"a", "b"}},
    })
    save("numbers", {"state_dict": weight, "best": np.float64(0.5), "device": torch.device("cpu"), "type": torch.half})
    safetensors.save(prefixed("model._orig_mod.", block), STATES / "prefixed.safetensors", compact=True)
    torch.jit.save(torch.jit.script(torch.nn.Conv2d(1, 1, 1)), str(STATES / "script.pth"))


def quantized_nodes():
    byte = lambda *values: np.array(values, np.int8)
    weight = np.arange(-27, 27, dtype=np.int8).reshape(3, 2, 3, 3)
    number = lambda value: np.array(value, np.float32)
    qdq = {"q": weight, "s": number([0.5, 0.25, 0.125]), "z": byte(1, 2, 3)}
    conv = node("Conv", [X, "k"], pads=[1] * 4)
    case("dequantized", [node("DequantizeLinear", ["q", "s", "z"], ["k"], axis=0), conv], [1, 3, 4, 6], qdq)
    case("dequantized_tensor", [node("DequantizeLinear", ["q", "s"], ["k"]), conv], [1, 3, 4, 6],
         {"q": weight, "s": number(0.5)})
    case("quantized_relu", [
        node("DequantizeLinear", ["q", "s"], ["k"]), node("Conv", [X, "k"], ["c"], pads=[1] * 4),
        node("QuantizeLinear", ["c", "s", "z"], ["d"]), node("DequantizeLinear", ["d", "s", "z"])], [1, 3, 4, 6],
        {"q": weight, "s": number(0.5), "z": np.array(-128, np.int8)})
    case("dynamic", [
        node("DynamicQuantizeLinear", [X], ["xq", "xs", "xz"]),
        node("ConvInteger", ["xq", "q", "xz", "z"], ["i"], pads=[1] * 4), node("Cast", ["i"], ["f"], to=1),
        node("Mul", ["xs", "s"], ["both"]), node("Mul", ["f", "both"], ["m"]), node("Add", ["m", "bias"])],
        [1, 3, 4, 6], {"q": weight, "s": number(0.5), "z": np.array(1, np.int8),
                       "bias": number([1, 2, 3]).reshape(1, 3, 1, 1)})
    one, zero = number(1), np.array(0, np.int8)
    case("integer_operators", [
        node("QuantizeLinear", [X, "one", "zero"], ["xq"]),
        node("QLinearConv", ["xq", "one", "zero", "q", "s", "z", "one", "zero", "bias"], ["yq"], pads=[1] * 4),
        node("DequantizeLinear", ["yq", "one", "zero"])], [1, 3, 4, 6],
        {**qdq, "one": one, "zero": zero, "bias": np.array([2, 4, 8], np.int32)})
    case("wrong_zero_points", [node("DequantizeLinear", ["q", "s", "z"], ["k"], axis=0), conv],
         "2 zero points for the 3 indices", {**qdq, "z": byte(1, 2)})
    case("wrong_quantized_axis", [node("DequantizeLinear", ["q", "s", "z"], ["k"], axis=7), conv], "along axis 7", qdq)
    case("infinite_scale", [node("DequantizeLinear", ["q", "s"], ["k"]), conv], "not finite",
         {"q": weight, "s": number(np.inf)})
    case("blocks", [node("DequantizeLinear", ["q", "s"], ["k"], block_size=2), conv], "in blocks", opset=21,
         initial={"q": weight, "s": number(0.5)})


def end_nodes():
    number = lambda value: np.array(value, np.float32)
    ints = lambda *values: np.array(values, np.int64)
    stretch = [
        node("ReduceMax", ["m"], ["high"], keepdims=0), node("ReduceMin", ["m"], ["low"], keepdims=0),
        node("Sub", ["m", "low"], ["above"]), node("Sub", ["high", "low"], ["range"]), node("Div", ["above", "range"])]
    relu = node("Relu", [X], ["m"])
    case("shuffled", [node("Sigmoid", ["b"]), node("Relu", [X], ["a"]), node("MaxPool", ["a"], ["b"],
                      kernel_shape=[2, 2], strides=[2, 2])], [1, 2, 2, 3])
    case("cyclic", [node("Add", [X, "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Sigmoid", ["b"])],
         "needs its own result, through 'the_add' ← 'the_relu'")
    case("own_input", [node("Relu", [Y])], "needs its own result")
    case("stretch", [relu, *stretch], [1, 2, 4, 6])
    case("scale_and_shift", [relu, node("Mul", ["m", "s"], ["a"]), node("Add", ["a", "t"])], [1, 2, 4, 6],
         {"s": number([2, 3]).reshape(1, 2, 1, 1), "t": number(1)})
    case("invert", [relu, node("Sub", ["one", "m"])], [1, 2, 4, 6], {"one": number(1)})
    case("threshold", [relu, node("Greater", ["m", "t"], ["g"]), node("Cast", ["g"], to=1)], [1, 2, 4, 6],
         {"t": number(0.5)})
    case("where", [relu, node("Less", ["m", "t"], ["g"]), node("Where", ["g", "no", "yes"])], [1, 2, 4, 6],
         {"t": number(0.5), "no": number(0), "yes": number(255)})
    case("bytes", [node("Sigmoid", [X], ["m"]), node("Mul", ["m", "k"], ["a"]), node("Round", ["a"], ["r"]),
                   node("Clip", ["r", "low", "k"], ["c"]), node("Cast", ["c"], to=2)], [1, 2, 4, 6],
         {"k": number(255), "low": number(0)})
    case("rearranged", [relu, node("Transpose", ["m"], ["t"], perm=[0, 2, 3, 1]),
                        node("Squeeze", ["t", "zero"])], [1, 2, 4, 6], {"zero": ints(0)})
    case("normalized", [node("Sub", [X, "mean"], ["a"]), node("Div", ["a", "deviation"], ["b"]), node("Relu", ["b"])],
         [1, 2, 4, 6], {"mean": number([0.5, 0.25]).reshape(1, 2, 1, 1), "deviation": number(0.5)})
    case("normalized_twice", [node("Mul", [X, "k"], ["a"]), node("Relu", [X], ["b"]), node("Relu", ["a"], ["c"]),
                              node("Add", ["b", "c"])], "different normalizations", {"k": number(2)})
    case("negative_input", [node("Mul", [X, "k"], ["a"]), node("Relu", ["a"])], "no normalization", {"k": number(-2)})
    case("stretched_threshold", [relu, *stretch[:-1], node("Div", ["above", "range"], ["s"]),
                                 node("Greater", ["s", "t"], ["g"]), node("Cast", ["g"], to=1)], "after stretching",
         {"t": number(0.5)})
    case("reversed_channels", [node("Gather", [X, "i"], ["a"], axis=1), node("Relu", ["a"])], "reorders",
         {"i": ints(1, 0)})
    case("squeezed_columns", [relu, node("Squeeze", ["m", "three"])], "removes an axis of 6", {"three": ints(3)})
    case("cast_map", [relu, node("Cast", ["m"], to=2)], "casts activations to U8")
    case("constant_name", [constant("k", np.ones((1, 2, 1, 1), np.int8)),
                           node("DequantizeLinear", ["k", "s"], ["w1"]), node("Conv", [X, "w1"])], [1, 1, 4, 6],
         {"s": number(0.5)})


def main():
    for folder in (EXTERNAL, STATES):
        folder.mkdir(exist_ok=True)
    external_files()
    states()
    quantized_nodes()
    end_nodes()


if __name__ == "__main__":
    main()
