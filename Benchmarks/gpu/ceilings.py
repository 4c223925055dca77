"""A device's measured limits, by PyTorch."""

import time

import torch

from ..shared.samples import timed


def ceilings(device, side, megabytes):
    """Matrix products, copies in the device's memory, transfers, empty launches; each by its fastest run."""
    data = torch.zeros(megabytes << 18, device=device)
    return products(device, side) | copies(device, data) | transfers(device, data) | launches(device)


def products(device, side):
    """Of square matrices, in every precision."""
    found = {}
    kinds = (("float32", torch.float32, False), ("tf32", torch.float32, True), ("half", torch.half, False))
    for key, dtype, tf32 in kinds:
        if key != "float32" and device.type != "cuda":
            continue
        allow_tf32(tf32)
        a, b = (torch.rand(side, side, device=device, dtype=dtype) - 0.5 for _ in range(2))
        found[f"matrix product, {key}, TMAC/s"] = side**3 / best(device, lambda: a @ b) * 1e-12
    return found


def copies(device, data):
    """Within the device's memory."""
    other = torch.zeros_like(data)
    moved = 2 * data.numel() * 4
    return {"copy in device memory, GB/s read and written": moved / best(device, lambda: other.copy_(data)) * 1e-9}


def transfers(device, data):
    """Between a GPU and pinned memory of the host."""
    if device.type != "cuda":
        return {}
    host = torch.zeros(16 << 18, pin_memory=True)
    part = data[: host.numel()]
    rate = host.numel() * 4 * 1e-9
    return {
        "upload, GB/s": rate / best(device, lambda: part.copy_(host, non_blocking=True)),
        "download, GB/s": rate / best(device, lambda: host.copy_(part, non_blocking=True)),
    }


def launches(device):
    """In a queue, and waited for one by one."""
    tiny = torch.zeros(1, device=device)
    return {
        "launch in a queue, µs": best(device, lambda: [tiny.add_(1) for _ in range(1000)]) * 1e3,
        "launch and wait, µs": best(device, lambda: tiny.add_(1)) * 1e6,
    }


def best(device, run):
    """The least seconds of a run, waited for."""

    def whole():
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()

    start = time.perf_counter()
    whole()
    few = time.perf_counter() - start > 1
    return min(timed(whole, runs=2 if few else 10, warmup=0 if few else 3))


def allow_tf32(allowed):
    """Whether float32 may be multiplied as TF32."""
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = allowed
