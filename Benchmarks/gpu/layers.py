"""u2cl's layers beside what the device's ceilings allow, and its launches."""

import json


def layers_of(report, trace, precision, ceilings):
    """Of one `u2cl bench --per-layer --trace`: the layers with their bounds, the sums of both, and the launches."""
    products, bandwidth = limits(precision, ceilings)
    found = {}
    for launch in report["layers"]:
        layer = found.setdefault(launch["layer"], {"kernels": [], "seconds": 0, "macs": 0, "bytes": 0})
        layer["kernels"].append(launch["kernel"])
        layer["seconds"] += launch["seconds"]
        layer["macs"] += launch["multiplyAccumulates"]
        layer["bytes"] += launch["bytes"]
    for layer in found.values():
        if products and bandwidth:
            layer["bound"] = max(layer["macs"] / products, layer["bytes"] / bandwidth)
    compute = next(phase["statistics"]["median"] for phase in report["phases"] if phase["phase"] == "compute")
    return {
        "products": report.get("products"),
        "notes": report["notes"],
        "compute": compute,
        "seconds": sum(layer["seconds"] for layer in found.values()),
        "bound": sum(layer["bound"] for layer in found.values()) if products and bandwidth else None,
        "layers": found,
        "launches": launches(trace),
    }


def limits(precision, ceilings):
    """(multiply-accumulates, bytes) per second that the device was measured to do; None where that was not measured.

    Float32 may be computed as three products of TF32."""
    product = lambda key: ceilings.get(f"matrix product, {key}, TMAC/s", 0) * 1e12
    products = product("half") if precision == "half" else max(product("float32"), product("tf32") / 3)
    bandwidth = ceilings.get("copy in device memory, GB/s read and written", 0) * 1e9
    return products or None, bandwidth or None


def launches(file):
    """One run's launches on the device: their number and time, the pauses between them, the host's time to enqueue."""
    events = json.loads(file.read_text())["traceEvents"]
    spans = sorted((e["ts"], e["ts"] + e["dur"]) for e in events if e.get("cat") == "launch")
    if not spans:
        return None
    busy = sum(end - start for start, end in spans)
    enqueued = [e["dur"] for e in events if e.get("cat") == "host" and e["name"] == "enqueue"]
    found = {"launches": len(spans), "on the device, µs": busy, "pauses, µs": spans[-1][1] - spans[0][0] - busy}
    if enqueued:
        found["enqueuing, µs"] = sum(enqueued)
    return found
