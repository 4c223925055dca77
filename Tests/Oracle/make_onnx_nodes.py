"""Makes CheckpointsTests/Fixtures/nodes: ONNX files of a few nodes each, which the importer accepts or refuses.

    python -m Tests.Oracle.make_onnx_nodes

Needs onnx and numpy. The metadata of a file says what to expect: the shape of the output, or words of the refusal.
"""

import numpy as np
import onnx

from . import CHECKPOINTS

FOLDER = CHECKPOINTS / "nodes"
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
    onnx.save(model, FOLDER / f"{name}.onnx")


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
    case("shared_norm", [node("Identity", ["v"], ["u"]), node("BatchNormalization", [X, "u", "u", "v", "v"])],
         [1, 2, 4, 6])
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
    case("missing_weights", [node("Conv", [X, "gone"])],
         "node 'the_conv' (Conv): its weights 'gone' are not in the file")
    case("missing_input", [node("Relu", ["gone"])], "its input 'gone' is neither in the file nor made")
    case("missing_output", [node("Relu", [X], ["z"])], "output 'y': no node computes it")
    case("external", [node("Conv", [X, "w"])], "tensor 'w': its elements are in 'weights.bin'", before=external)
    case("grouped", [node("Conv", [X, "k"], group=2)], "grouped", {"k": np.ones((2, 1, 3, 3), np.float32)})
    case("oblong", [node("Conv", [X, "k"])], "not square", {"k": np.ones((2, 2, 3, 1), np.float32)})
    case("uneven_pads", [node("Conv", [X, "w"], pads=[1, 1, 0, 0])], "differ between the sides")
    case("auto_pad", [node("Conv", [X, "w"], auto_pad="SAME_UPPER")], "SAME_UPPER")
    case("wrong_channels", [node("Conv", [X, "k"])], "do not fit its input", {"k": np.ones((2, 5, 3, 3), np.float32)})
    case("huge_dilation", [node("Conv", [X, "w"], dilations=[2**62] * 2)], "its dilations is")
    case("too_small", [node("Conv", [X, "w"], dilations=[9, 9])], "smaller than the kernel")
    case("training", [node("BatchNormalization", [X, "v", "v", "v", "v"], training_mode=1)], "exported for training",
         opset=15)
    case("padded_pool", [node("MaxPool", kernel_shape=[2, 2], pads=[1] * 4)], "padding")
    case("widening_pool", [node("MaxPool", kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1])], "padding")
    case("nearest", [node("Resize", [X, "", "", "s"], mode="nearest")], "its mode is nearest", {"s": ints(1, 2, 8, 8)})
    case("fractional", [node("Resize", [X, "", "s"], mode="linear")], "whole pixels",
         {"s": np.array([1, 1, 1.3, 2], np.float32)})
    case("one_pixel", [node("Resize", [X, "", "", "s"], mode="linear",
                            coordinate_transformation_mode="pytorch_half_pixel")],
         "pytorch_half_pixel", {"s": ints(1, 2, 1, 6)})
    case("huge_resize", [node("Resize", [X, "", "", "s"], mode="linear")], "it resizes to",
         {"s": ints(1, 2, 2**40, 2**40)})
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
    case("gather_beyond", [node("Shape", [X], ["s"]), constant("i", ints(0, 1, 2, 4)),
                           node("Gather", ["s", "i"], ["q"]), node("Resize", [X, "", "", "q"], mode="linear")],
         "gathers element 4 of 4")
    case("doubling_channels", [node("Concat", [X if k == 0 else f"a{k}"] * 2, [f"a{k + 1}" if k < 60 else Y], axis=1)
                               for k in range(61)], "too large")
    case("doubling_constant", [constant("c0", ints(*range(64)))] + [
        node("Concat", [f"c{k}"] * 2, [f"c{k + 1}"], axis=0) for k in range(40)] + [
        node("Resize", [X, "", "", "c40"], mode="linear")], "too large")


def main():
    FOLDER.mkdir(exist_ok=True)
    accepted_nodes()
    refused_nodes()


if __name__ == "__main__":
    main()
