"""evaluate() and the measures of ``u2cl eval``."""

import dataclasses
import io
import json
import os
import subprocess
from pathlib import Path

import numpy
import pytest

import u2cl
from conftest import ROOT

COMMANDS = [ROOT / ".build/release/u2cl", ROOT / ".build/static/release/u2cl"]


def pairs(count, height=60, width=80, seed=1):
    generator = numpy.random.default_rng(seed)
    for index in range(count):
        truth = numpy.zeros((height, width), numpy.uint8)
        truth[5 + index : 40, 10 : 50 + index] = 255
        yield (truth // 3 + generator.integers(0, 170, truth.shape)).astype(numpy.uint8), truth


@pytest.fixture
def folders(tmp_path):
    """Two folders with the maps and the ground truths of nine pictures, in several formats of PNG."""
    from PIL import Image

    for name in ("maps", "truths"):
        (tmp_path / name).mkdir()
    for index, (levels, truth) in enumerate(pairs(9)):
        image = Image.fromarray(levels)
        if index == 3:
            image = Image.merge("RGB", (image, image, image.point(lambda level: level // 2)))
        if index == 4:
            image = Image.fromarray(levels.astype(numpy.uint16) * 201)
        image.save(tmp_path / "maps" / f"{index}.png")
        Image.fromarray(truth).save(tmp_path / "truths" / f"{index}.png")
    return tmp_path / "maps", tmp_path / "truths"


def test_is_exactly_what_the_command_says(folders):
    command = next((path for path in COMMANDS if path.exists()), None)
    if command is None:
        pytest.skip("THE COMMAND u2cl IS NOT BUILT, so evaluate() is not compared with 'u2cl eval'")
    maps, truths = folders
    found = u2cl.evaluate(*folders)
    text = subprocess.run(
        [command, "eval", "--maps", maps, "--masks", truths, "--json", "-q"], check=True, capture_output=True,
        env={**os.environ, "U2CL_CACHE": str(maps.parent / "cache")}).stdout
    entry = json.loads(text)["entries"][0]
    assert dataclasses.asdict(found.measures) == entry["measures"]
    assert found.pictures == entry["pictures"] == 9
    assert found.curves == entry["curves"]


def test_every_form_of_a_picture_gives_the_same(folders):
    from PIL import Image

    maps, truths = (sorted(folder.iterdir()) for folder in folders)
    expected = u2cl.evaluate(*folders)
    forms = {
        "paths": lambda path: path, "texts": str, "bytes": Path.read_bytes, "images": Image.open,
        "pictures": u2cl.Picture.open, "arrays": lambda path: numpy.asarray(Image.open(path)),
    }
    for name, form in forms.items():
        found = u2cl.evaluate([form(path) for path in maps], (form(path) for path in truths))
        assert found == expected, name


def test_rows(folders):
    whole = u2cl.evaluate(*folders, rows=True)
    assert [row.index for row in whole.rows] == list(range(9))
    assert whole.rows[2].map == str(folders[0] / "2.png")
    alone = u2cl.evaluate([folders[0] / "2.png"], [folders[1] / "2.png"])
    assert whole.rows[2].measures == alone.measures
    assert whole.measures.mae == pytest.approx(sum(row.measures.mae for row in whole.rows) / 9)
    assert not alone.rows


def test_detected_masks_against_themselves(session, photo):
    mask = session.mask(photo)
    found = u2cl.evaluate([mask], [mask], truth_threshold=128)
    assert found.measures.iou50 == 1 or found.empty_truths == 1


def test_issues(folders, tmp_path):
    maps, truths = folders
    (maps / "5.png").write_bytes(b"no picture")
    (maps / "6.png").unlink()
    with pytest.raises(u2cl.FileError, match="6.png"):
        u2cl.evaluate(maps, truths)
    found = u2cl.evaluate(maps, truths, allow_issues=True)
    assert found.pictures == 7
    assert sorted(issue.kind for issue in found.issues) == ["missing", "unreadable"]
    small = numpy.zeros((3, 4), numpy.uint8)
    levels, truth = next(pairs(1))
    with pytest.raises(u2cl.FileError, match="pair 0"):
        u2cl.evaluate([small], [truth])
    assert u2cl.evaluate([small, levels], [truth, truth], resize_maps=True).resized_maps == 1
    with pytest.raises(u2cl.UsageError, match="more maps"):
        u2cl.evaluate([levels], [truth, truth])
    with pytest.raises(u2cl.UsageError, match="two folders"):
        u2cl.evaluate(maps, [truth])
    with pytest.raises(u2cl.UsageError, match="no pair"):
        u2cl.evaluate([], [])
    with pytest.raises(u2cl.FileError, match="nowhere"):
        u2cl.evaluate(tmp_path / "nowhere", truths)
    with pytest.raises(u2cl.UsageError, match="truth_threshold"):
        u2cl.evaluate([levels], [truth], truth_threshold=300)


def test_progress_and_cancellation():
    levels, truth = next(pairs(1, 8, 8))
    heard = []
    u2cl.evaluate([levels] * 130, [truth] * 130, progress=lambda *numbers: heard.append(numbers))
    assert heard[-1] == (130, 130)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    with pytest.raises(u2cl.CancelledError):
        u2cl.evaluate([levels] * 130, [truth] * 130, progress=lambda done, total: True)

    def fail(done, total):
        raise KeyError(done)

    with pytest.raises(KeyError):
        u2cl.evaluate([levels] * 130, [truth] * 130, progress=fail)


def test_leaves_nothing_behind(folders):
    from u2cl._devices import handle_count

    before = handle_count()
    u2cl.evaluate(*folders)
    with pytest.raises(u2cl.FileError):
        u2cl.evaluate([io.BytesIO(b"").getvalue() or b"no picture"], [b"no picture"])
    assert handle_count() == before
