"""Processes that fork, spawn and end, and memory."""

import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path

import pytest
from conftest import disc

import u2cl
from u2cl import _devices

DEVICE = os.environ.get("U2CL_TEST_DEVICE", "auto")


def run(program, timeout=120):
    """Runs a program in an interpreter of its own; returns what it writes."""
    text = f"DEVICE = {DEVICE!r}\n" + textwrap.dedent(program)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout


def shape_of_mask(seed):
    return u2cl.Session(device=DEVICE, size=64).mask(disc(20, 30, seed)).shape


def refused(_):
    try:
        u2cl.Session(device=DEVICE, size=64)
    except u2cl.ForkedError as failure:
        return str(failure)
    return None


def test_fork_after_use(session):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert "forked" in pool.map(refused, [0], 1)[0]
    assert session.mask(disc(20, 30)).shape == (20, 30)


def test_spawn(session):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(shape_of_mask, range(2)) == [(20, 30)] * 2


def test_fork_before_use():
    assert run("""
        import os, u2cl
        for _ in range(2):
            child = os.fork()
            if child == 0:
                try:
                    picture = u2cl.Picture.from_array(memoryview(bytes(range(240)) * 5).cast("B", (20, 20, 3)))
                    os._exit(0 if u2cl.Session(device=DEVICE, size=64).mask(picture).shape == (20, 20) else 1)
                except BaseException as failure:
                    print(failure, flush=True)
                    os._exit(2)
            assert os.waitpid(child, 0)[1] == 0
        print("done")
    """) == "done\n"


def test_import_needs_nothing():
    assert run("""
        import sys
        sys.modules.update({"numpy": None, "PIL": None})
        import u2cl
        picture = u2cl.Picture.from_array(memoryview(bytes(range(240)) * 5).cast("B", (20, 20, 3)))
        session = u2cl.Session(device=DEVICE, size=64)
        png = u2cl.remove(picture.encode(), session=session)
        assert png.startswith(b"\\x89PNG") and len(session.mask(picture).tobytes()) == 400
        print("done")
    """) == "done\n"


def test_end_in_the_middle_of_a_call():
    assert run("""
        import threading, time, u2cl
        picture = u2cl.Picture.from_array(memoryview(bytes(240 * 320 * 3)).cast("B", (240, 320, 3)))
        session = u2cl.Session(device="reference", size=320)
        def work():
            while True:
                session.detect([picture] * 4, progress=lambda done, total: None)
        for _ in range(2):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.5)
        print("done")
    """) == "done\n"


ENDS = {
    "exit": ("sys.exit(3)", 3), "exception": ("raise KeyError(1)", 1), "end": ("", 0), "os._exit": ("os._exit(4)", 4),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM)", -15),
    "SIGINT": ("os.kill(os.getpid(), signal.SIGINT); time.sleep(60)", -2),
}


@pytest.mark.parametrize("name, use", [
    *((name, "remove") for name in ENDS), *((name, use) for name in ("exit", "SIGINT") for use in ("detect", "stream")),
])
def test_ends_in_the_middle_of_calls(name, use):
    """A daemon and another thread are in calls, and the latter stops at the end of its call."""
    how, expected = ENDS[name]
    program = textwrap.dedent(f"""
        import os, signal, sys, threading, time, u2cl
        picture = u2cl.Picture.from_array(memoryview(bytes(240 * 320 * 3)).cast("B", (240, 320, 3)))
        session = u2cl.Session(device={DEVICE!r}, size=160)
        main, busy = threading.main_thread(), threading.Semaphore(0)
        def work(ends):
            while not ends or main.is_alive():
                if {use!r} == "detect":
                    session.detect([picture] * 4, progress=lambda done, total: None)
                elif {use!r} == "stream":
                    for _ in session.stream([picture] * 8):
                        pass
                else:
                    u2cl.remove(picture, session=session)
                busy.release()
        threading.Thread(target=work, args=(False,), daemon=True).start()
        threading.Thread(target=work, args=(True,)).start()
        for _ in range(3):
            busy.acquire()
        {how}
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == expected, (done.returncode, done.stderr)


def test_executors(session):
    """Threads of asyncio and of concurrent.futures, a cancelled task, and processes of an executor."""
    import asyncio
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    picture = disc(20, 30)
    expected = session.mask(picture)

    async def many():
        one = asyncio.create_task(asyncio.to_thread(session.mask, picture))
        await asyncio.sleep(0)
        one.cancel()
        return await asyncio.gather(*(asyncio.to_thread(session.mask, picture) for _ in range(6)))

    assert all((mask == expected).all() for mask in asyncio.run(many()))
    with ThreadPoolExecutor(4) as pool:
        assert all((mask == expected).all() for mask in pool.map(session.mask, [picture] * 8))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(shape_of_mask, range(2))) == [(20, 30)] * 2
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert "forked" in pool.submit(refused, 0).result(60)


def test_two_sessions_on_two_devices(session):
    """The reference and the first OpenCL device, from two threads at once."""
    import threading

    pictures = [disc(40 + index, 50, index) for index in range(4)]
    sessions = [session, u2cl.Session(device="reference", size=64)]
    expected = [[one.mask(picture) for picture in pictures] for one in sessions]
    wrong = []

    def use(number):
        for _ in range(4):
            found = sessions[number].masks(pictures)
            if not all((a == b).all() for a, b in zip(found, expected[number])):
                wrong.append(number)

    threads = [threading.Thread(target=use, args=(number,)) for number in (0, 1, 0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert numpy_difference(expected) <= 2


def numpy_difference(expected):
    """The greatest difference of two devices' masks."""
    import numpy

    return max(int(numpy.abs(a.astype(int) - b).max()) for a, b in zip(*expected))


def test_interrupt():
    assert run("""
        import os, signal, threading, u2cl
        picture = u2cl.Picture.from_array(memoryview(bytes(240 * 320 * 3)).cast("B", (240, 320, 3)))
        session = u2cl.Session(device="reference", size=64)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            session.detect([picture] * 60000, progress=lambda done, total: None)
        except KeyboardInterrupt:
            print("interrupted", session.mask(picture).shape)
    """) == "interrupted (240, 320)\n"


@pytest.mark.skipif((Path(u2cl.__file__).parent / "lib").exists(), reason="the library is in the package")
def test_a_missing_library_is_told():
    done = subprocess.run(
        [sys.executable, "-c", "import u2cl; u2cl.devices()"], capture_output=True, text=True,
        env={**os.environ, "U2CL_LIBRARY": "/nowhere.so"})
    assert done.returncode == 1 and "LibraryError" in done.stderr and "/nowhere.so" in done.stderr


def test_a_missing_driver_is_told(tmp_path):
    done = subprocess.run([sys.executable, "-c", textwrap.dedent("""
        import u2cl
        assert u2cl.devices() == [] and "driver" in u2cl.problems()[0]
        session = u2cl.Session(size=32)
        assert session.info["device"] == "reference" and "driver" in session.info["fallback"]
        try:
            u2cl.Session(device="gpu", strict=True)
        except u2cl.DeviceError as failure:
            print(failure)
    """)], capture_output=True, text=True, env={**os.environ, "OCL_ICD_VENDORS": str(tmp_path)})
    assert done.returncode == 0 and "no OpenCL device was found" in done.stdout, done.stderr
    assert "using the CPU reference instead" in done.stderr and done.stderr.count("\n") == 1


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_is_flat(session):
    picture = disc(120, 160)

    def work():
        session.cutout(picture)
        u2cl.remove(picture, session=session)
        for wrong in (lambda: u2cl.Picture.decode(b"no picture"), lambda: session.cutout(picture, threshold=3)):
            with pytest.raises(u2cl.Error):
                wrong()
        with pytest.raises(u2cl.CancelledError):
            session.detect([picture] * 2, progress=lambda done, total: True)

    for _ in range(20):
        work()
    gc.collect()
    handles, before = _devices.handle_count(), resident()
    tracemalloc.start()
    work()
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(100):
        work()
    gc.collect()
    traced = tracemalloc.get_traced_memory()[0] - first
    tracemalloc.stop()
    assert _devices.handle_count() == handles
    assert traced < 20000 and resident() - before < 8 << 20, (traced, resident() - before)
