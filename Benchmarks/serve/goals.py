"""What the server must reach."""

RATE, TAIL = 2.5, 0.4  # Of rembg's.
FOLDER = 0.95  # Of `u2cl run` on a folder.
OVERHEAD = 0.010  # Seconds beyond those in process, with one client.
MEMORY = 512  # MiB.
REFUSAL = 0.050  # Seconds.
DEADLINE = 60  # Seconds of a request, the server's default.


def goals(results):
    """What is judged: the text, the value, the bar, and whether it is reached."""
    ours, rembg = results["u2cl"]["clients"], results.get("rembg", {"clients": {}})["clients"]
    run, process = results["run"]["rate"], results["process"]["p50"]
    judged = []
    for count, row in ours.items():
        clients = f"{count} clients" if count != "1" else "1 client"
        if count in rembg and count in {"1", "4", "16"}:
            rate, tail = (ratio(row, rembg[count], key) for key in ("rate", "p99"))
            judged.append(least(f"requests/s of rembg's, {clients}", rate, RATE))
            judged.append(most(f"p99 of rembg's, {clients}", tail, TAIL))
        if count in {"4", "16"}:
            judged.append(least(f"requests/s of u2cl run's, {clients}", row["rate"] / run, FOLDER))
        if count == "1":
            beyond = row["p50"] and row["p50"] - process
            judged.append(most(f"p50 beyond that in process, s, {clients}", beyond, OVERHEAD))
        judged.append(most(f"peak memory, MiB, {clients}", row["memory"], MEMORY))
        judged.append(most(f"longest request, s, {clients}", row["longest"], DEADLINE))
        judged.append(most(f"errors, {clients}", row["errors"], 0))
        if row["refusals"]["count"]:
            judged.append(most(f"p99 of refusals, s, {clients}", row["refusals"]["p99"], REFUSAL))
    return judged


def ratio(ours, theirs, key):
    """Ours as a share of theirs; None where either is missing or nothing."""
    return ours[key] / theirs[key] if ours[key] and theirs[key] else None


def least(text, value, bar):
    """A goal that something is at least as large as a bar."""
    return {"text": text, "value": value, "bar": f"≥ {bar}", "isReached": value is not None and value >= bar}


def most(text, value, bar):
    """A goal that something is at most as large as a bar."""
    return {"text": text, "value": value, "bar": f"≤ {bar}", "isReached": value is not None and value <= bar}
