"""How fast sessions and models are said to be."""

import pytest

import u2cl


def test_a_session(session):
    speed = u2cl.bench(session, size=(50, 40), warmup=1, runs=4, least_seconds=0.01)
    assert speed.size == (50, 40)
    assert len(speed.samples) >= 4
    assert 0 < speed.min == min(speed.samples) <= speed.median
    assert speed.per_picture == speed.median / speed.batch
    assert speed.pictures_per_second == pytest.approx(1 / speed.per_picture)
    assert speed.overlapped_pictures_per_second > 0
    assert speed.device == session.info["device"]


@pytest.mark.parametrize("output", ["maps", "mask", "matte", "cutout"])
def test_outputs(session, output):
    assert u2cl.bench(session, size=(50, 40), output=output, warmup=1, runs=1, least_seconds=0.01).median > 0


def test_what_makes_no_sense(session):
    with pytest.raises(u2cl.UsageError, match="output"):
        u2cl.bench(session, output="everything")
    with pytest.raises(u2cl.UsageError, match="width"):
        u2cl.bench(session, size=(100_000, 1))
    heard = []
    with pytest.raises(u2cl.CancelledError):
        u2cl.bench(session, size=(50, 40), progress=lambda done, total: heard.append(done) or done == 3)
    assert heard == [1, 2, 3]


def test_a_model():
    report = u2cl.bench(None, "reference", size=32, warmup=1, runs=1, least_seconds=0.01, most_seconds=1)
    assert report["width"] == 32 and report["imagesPerSecond"] > 0
