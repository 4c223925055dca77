"""Numbers about lists of seconds."""

import statistics
import time


def summary(samples):
    """Median, least, 90th percentile, most and count."""
    ordered = sorted(samples)
    return {
        "median": statistics.median(ordered),
        "min": ordered[0],
        "p90": ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))],
        "max": ordered[-1],
        "count": len(ordered),
    }


def flat(rounds):
    """The samples of all rounds."""
    return [sample for samples in rounds for sample in samples]


def rotated(names, number):
    """The names, each round with another one first, so that none always runs after the same one."""
    start = number % len(names) if names else 0
    return names[start:] + names[:start]


def timed(run, runs, warmup, seconds=0.0):
    """Seconds of each of `runs` calls, or of more until `seconds` have passed, after `warmup` that do not count."""
    for _ in range(warmup):
        run()
    samples = []
    while len(samples) < runs or sum(samples) < seconds:
        start = time.perf_counter()
        run()
        samples.append(time.perf_counter() - start)
    return samples
