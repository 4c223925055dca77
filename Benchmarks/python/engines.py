"""What each program does with an array or a file, and an engine that answers for it in a process of its own.

As a worker (see shared/worker.py), or with `first` for the first result and no more:

    python -m benchmarks.python.engines NAME WEIGHTS DEVICE [first]
"""

import os
import sys
import time


def u2cl(weights, device):
    """Array → array of RGBA, as remove of rembg."""
    from u2cl import new_session, remove

    session = new_session(weights, device=device)
    return lambda array: remove(array, session=session)


def rembg(weights, _device):
    """The same by rembg, which takes weights from its own folder alone."""
    os.environ["U2NET_HOME"] = os.path.dirname(weights)
    from rembg import new_session, remove

    session = new_session("u2net_custom", model_path=weights)
    return lambda array: remove(array, session=session)


ENGINES = {"u2cl": u2cl, "rembg": rembg}


def scene(height=720, width=1280):
    """An array of a disc before a gradient."""
    import numpy

    y, x = numpy.mgrid[0:height, 0:width]
    array = numpy.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=-1).astype(numpy.uint8)
    array[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2] = (240, 90, 60)
    return array


def serve_engine(name, weights, device):
    """Answers `load`, and `call` with the seconds of each of `count` calls."""
    from ..shared.process import memory
    from ..shared.samples import timed
    from ..shared.worker import serve

    loaded = {}

    def load():
        loaded["remove"], loaded["array"] = ENGINES[name](weights, device), scene()
        shape = loaded["remove"](loaded["array"]).shape
        assert shape == (720, 1280, 4), shape

    def call(count):
        seconds = timed(lambda: loaded["remove"](loaded["array"]), count, 0)
        return {"seconds": seconds, "peak": memory(os.getpid(), "VmHWM")}

    serve({"load": load, "call": call})


def first(name, weights, device):
    """Writes the seconds from before the import of the engine to its first result, and those of the processor.

    NumPy is imported before."""
    array = scene()
    start, before = time.perf_counter(), time.process_time()
    ENGINES[name](weights, device)(array)
    print(time.perf_counter() - start, time.process_time() - before)


if __name__ == "__main__":
    (first if sys.argv[4:] == ["first"] else serve_engine)(*sys.argv[1:4])
