"""What a Chrome trace of `u2cl bench --trace` says of launches."""

import json


def launches(file):
    """One run's launches on the device: how many, their time, the pauses between them, and the host's time to enqueue."""
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
