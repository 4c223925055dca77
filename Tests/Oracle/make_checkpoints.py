"""Makes the PyTorch and safetensors checkpoints in CheckpointsTests/Fixtures.

    python -m Tests.Oracle.make_checkpoints

Needs torch. Weights are seeded. PyTorch writes memory addresses into files of its old container (`…_legacy.pth`), so
these differ from call to call.
"""

import os
import struct
import zipfile

import torch

from . import CHECKPOINTS, safetensors
from .networks import RSU
from .seeded import seed


def main():
    state = seed(RSU(4, 3, 2, 3)).state_dict()
    safetensors.save(state, CHECKPOINTS / "tiny_rsu4.safetensors", compact=True)
    save(state, "tiny_rsu4")
    save(wrapped(state["rebnconv1.conv_s1.weight"]), "wrapped", pickle_protocol=4)
    save({"a": torch.zeros(2), "b": Command()}, "hostile")
    zip64("wrapped.pth", "wrapped_zip64.pth")
    compress("wrapped.pth", "compressed.pth")


def save(state, name, **options):
    """In both of PyTorch's containers."""
    torch.save(state, CHECKPOINTS / f"{name}.pth", **options)
    torch.save(state, CHECKPOINTS / f"{name}_legacy.pth", _use_new_zipfile_serialization=False)


def wrapped(weight):
    """A training script's checkpoint, with tensors that are half, not contiguous, parts of others or scalars."""
    odd = {
        "module.half": weight.half(),
        "module.transposed": weight.transpose(0, 1),
        "module.channels_last": weight.contiguous(memory_format=torch.channels_last),
        "module.view": weight[1],
        "module.bfloat": weight.bfloat16(),
        "module.scalar": torch.tensor(7),
        "module.parameter": torch.nn.Parameter(weight.clone()),
    }
    optimizer = {"state": {}, "groups": [{"lr": 1}]}
    return {"epoch": 3, "rate": 1e-3, "note": "x", "state_dict": odd, "optimizer": optimizer}


class Command:
    """Calls a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("echo this must never run",)


def compress(source, name):
    """Packs the archive again as a zip program does."""
    old, new = zipfile.ZipFile(CHECKPOINTS / source), zipfile.ZipFile(CHECKPOINTS / name, "w", zipfile.ZIP_DEFLATED)
    with old, new:
        for entry in old.namelist():
            new.writestr(zipfile.ZipInfo(entry), old.read(entry), zipfile.ZIP_DEFLATED)


def zip64(source, name):
    """Writes the archive with every size and offset in 64-bit fields, as PyTorch does beyond 4 GiB."""
    data = (CHECKPOINTS / source).read_bytes()
    with zipfile.ZipFile(CHECKPOINTS / source) as archive:
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
    (CHECKPOINTS / name).write_bytes(data[:start] + directory)


if __name__ == "__main__":
    main()
