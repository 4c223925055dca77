"""Reads and writes safetensors files with PyTorch alone."""

import json
import struct
from pathlib import Path

import torch


TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}


def load(path):
    """name → float32 tensor. Raises ValueError where a tensor has another type."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = bytearray(data[8 + length :])
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(body[begin:end], dtype=torch.float32).reshape(entry["shape"])
    return tensors


def save(tensors, path, compact=False):
    """Writes tensors, sorted by name. `compact`: without spaces in the header, which is padded to 8 bytes."""
    header, offset = {}, 0
    for name, tensor in sorted(tensors.items()):
        end = offset + tensor.element_size() * tensor.numel()
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":") if compact else None).encode()
    text += b" " * (-len(text) % 8 if compact else 0)
    with Path(path).open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in sorted(tensors.items()):
            file.write(tensor.detach().contiguous().numpy().tobytes())
