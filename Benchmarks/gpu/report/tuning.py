"""What tuning gains."""

from ...shared.markdown import milliseconds, table


def tunings(found):
    """Whole runs with the defaults and tuned, and the convolutions for which another division is much faster."""
    if not found["tunings"]:
        return []
    rows, convolutions = [], []
    for key, report in found["tunings"].items():
        standard, tuned = report["standard"]["median"], report["tuned"]["median"]
        tried = sum(row["tried"] for row in report["rows"])
        failed = sum(row["failed"] for row in report["rows"])
        end = "not all" if report["timeIsUp"] else "all"
        rows.append([key, milliseconds(standard), milliseconds(tuned), f"{tuned / standard:.2f}", tried, failed, end])
        for row in report["rows"]:
            if row.get("fastestRatio", 1) < 0.9 and row["fastest"] != row["standard"] and row.get("standardSeconds"):
                name, gain = f"{key}: {row['convolution']}", f"{row['fastestRatio']:.2f}"
                times = [row["steps"], row["standard"], milliseconds(row["standardSeconds"])]
                convolutions.append([name, *times, row["fastest"], gain])
    head = ["network", "default, ms", "tuned, ms", "tuned / default", "tried", "failed", "of the candidates"]
    lines = ["", "## Tuning", "", "Whole runs, medians in turn.", "", table(head, rows), *changed_tiles(found)]
    if convolutions:
        head = ["convolution", "steps", "default", "ms", "fastest", "of it"]
        lines += ["", "Convolutions for which another method took less than 0.9 of the default's time:", ""]
        lines += [table(head, convolutions)]
    return lines


def tile(method):
    """The tile of a method that `u2cl tune --json` writes, such as `128×64 per 8×8`; a sub-group's pixels × outputs."""
    words = method.split()
    if words[0] == "gemm":
        return f"{words[2]}×{words[3]} per {words[4]}×{words[5]}" + ("" if words[1] == "0" else f", product {words[1]}")
    return " ".join(words[:3]) if words[0] == "subgroup" else words[0]


def changed_tiles(found):
    """Which tiles the card's tuner would choose instead of the defaults', and what that saves: what the row of its
    architecture in Sources/Engine/GPUArchitecture.swift should say."""
    changes = {}
    for key, report in found["tunings"].items():
        for row in report["rows"]:
            if not row.get("standardSeconds") or not row.get("fastest"):
                continue
            ratio = row.get("fastestRatio", 1) if row["fastest"] != row["standard"] else 1
            chosen = row["fastest"] if ratio < 0.97 else row["standard"]
            tiles = (report["precision"], tile(row["standard"]), tile(chosen))
            change = changes.setdefault(tiles, {"convolutions": 0, "spent": 0, "saved": 0})
            spent = row["standardSeconds"] * row["steps"]
            change["convolutions"] += 1
            change["spent"] += spent
            change["saved"] += spent * (1 - min(ratio, 1))
    if not changes:
        return []
    rows = [
        [precision, default, "the same" if default == fastest else fastest, change["convolutions"],
         milliseconds(change["spent"]), milliseconds(change["saved"])]
        for (precision, default, fastest), change in sorted(changes.items(), key=lambda item: -item[1]["saved"])
    ]  # fmt: skip
    architectures = sorted({d["architecture"] for d in found.get("devices", []) if d.get("architecture")})
    head = ["precision", "default tile", "the tuner's", "convolutions", "ms with the default", "ms saved"]
    notes = f"What the tuner would change in the table of architectures ({', '.join(architectures) or 'no GPU'}):"
    return ["", notes, "", table(head, rows)]
