"""Makes small ONNX files smaller: without names and notes that are longer than the weights."""

import onnx
import onnx.numpy_helper


def slim(path, kept):
    """Rewrites a file without its notes and with short names; the values in `kept` keep theirs."""
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
    shorten(model, kept)
    onnx.save(model, path)


def shorten(model, kept, first=800):
    """Gives numbers, from `first`, to all values but those in `kept` and the weights; nodes keep their names."""
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
