"""Memory over many calls: `python -m benchmarks.python.memory WEIGHTS DEVICE CALLS` writes JSON."""

import gc
import json
import os
import sys
import tracemalloc

import u2cl
from u2cl._devices import handle_count

from ..shared.process import memory
from .engines import scene


def work(session, array, file, index):
    """A call that succeeds, one that fails, and one that is cancelled, in turn."""
    try:
        if index % 4 == 0:
            u2cl.remove(array, session=session)
        elif index % 4 == 1:
            session.mask(file)
        elif index % 4 == 2:
            u2cl.Picture.decode(file[:50])
        else:
            session.detect([array] * 2, progress=lambda done, total: True)
    except (u2cl.FileError, u2cl.CancelledError):
        pass


def measured(weights, device, calls):
    """MiB that are resident, at eleven moments, and KiB of Python's memory from the first to the last of them."""
    session, array = u2cl.Session(weights, device, size=64), scene(60, 80)
    file = u2cl.Picture.from_array(array).encode()
    for index in range(200):
        work(session, array, file, index)
    gc.collect()
    handles, resident = handle_count(), [memory(os.getpid())]
    tracemalloc.start()
    for index in range(calls):
        if index == calls // 10:
            gc.collect()
            first = tracemalloc.get_traced_memory()[0]
        work(session, array, file, index)
        if (index + 1) % (calls // 10) == 0:
            resident.append(memory(os.getpid()))
    gc.collect()
    traced = tracemalloc.get_traced_memory()[0] - first
    return {"calls": calls, "resident": resident, "traced": traced / 1024, "handles": handle_count() - handles}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
