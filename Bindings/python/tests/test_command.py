"""python -m u2cl."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

import u2cl

DEVICE = os.environ.get("U2CL_TEST_DEVICE", "auto")


@pytest.fixture
def run(tmp_path, demo):
    """Runs the command in a folder with a picture; returns its exit code, output and errors."""
    (tmp_path / "photo.jpg").write_bytes(demo)

    def run(*arguments, **options):
        done = subprocess.run([sys.executable, "-m", "u2cl", *arguments], cwd=tmp_path, capture_output=True,
                              timeout=120, **options)
        return done.returncode, done.stdout, done.stderr.decode()

    return run


def test_pictures(run, tmp_path, demo):
    assert run("remove", "photo.jpg", "--device", DEVICE)[:2] == (0, b"photo.cutout.png\n")
    assert u2cl.Picture.open(tmp_path / "photo.cutout.png").shape == (480, 640, 4)
    assert run("remove", "photo.jpg", "a.webp", "--kind", "composite", "--backdrop", "FF0000")[0] == 0
    assert u2cl.Picture.open(tmp_path / "a.webp").shape == (480, 640, 3)
    code, png, errors = run("remove", "-", "-", "--kind", "mask", input=demo)
    assert (code, errors) == (0, "") and u2cl.Picture.decode(png).format in ("GRAY8", "RGB8")


def test_folders(run, tmp_path, demo):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.jpg", "b.jpeg"):
        (folder / name).write_bytes(demo)
    (folder / "c.png").write_text("no picture")
    code, paths, errors = run("remove", "in", "out", "--kind", "mask", "--batch", "2")
    assert code == 5 and paths == b"out/a.mask.png\nout/b.mask.png\n"
    assert errors.startswith("u2cl: in/c.png: ") and errors.count("\n") == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mask.png", "b.mask.png"]
    (folder / "a.png").write_bytes(demo)
    assert run("remove", "in")[0] == 2 and sorted(os.listdir(folder)) == ["a.jpg", "a.png", "b.jpeg", "c.png"]


@pytest.mark.parametrize("arguments, code", [
    (["remove", "nowhere.jpg"], 5), (["remove", str(ROOT / "README.md"), "b.png"], 5),
    (["remove", "photo.jpg", "nowhere/a.png"], 5), (["remove", "photo.jpg", "a.bin"], 2),
    (["remove", "photo.jpg", "--model", "nothing"], 4), (["remove", "photo.jpg", "--device", "no-such-device"], 3),
    (["remove", "photo.jpg", "--threshold", "7"], 2), (["remove", "photo.jpg", "--backdrop", "red"], 2),
    (["pull", "nothing"], 4),
])
def test_errors(run, tmp_path, arguments, code):
    found, _, errors = run(*arguments)
    assert found == code and errors.startswith("u2cl: ") and errors.count("\n") == 1, errors
    assert os.listdir(tmp_path) == ["photo.jpg"]


def test_pipes_are_written_into(run, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    reader = subprocess.Popen(["cat", tmp_path / "pipe.png"], stdout=subprocess.PIPE)
    assert run("remove", "photo.jpg", "pipe.png", "--device", DEVICE)[:2] == (0, b"pipe.png\n")
    assert u2cl.Picture.decode(reader.communicate(timeout=60)[0]).shape == (480, 640, 4)
    assert (tmp_path / "pipe.png").is_fifo()


def test_lists(run):
    assert run("--version")[:2] == (0, u2cl.version().encode() + b"\n")
    assert run("models")[1].startswith(b"u2cl-default") and run("models", "--json")[1].startswith(b"[{")
    assert run("devices")[0] == 0 and run("devices", "--json")[1].startswith(b"{")
    assert run()[0] == 2 and run("nonsense")[0] == 2
    assert run("--help", env={**os.environ, "U2CL_LIBRARY": "/nowhere.so"})[0] == 0


def test_whoever_reads_may_leave(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-m", "u2cl", "models"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
