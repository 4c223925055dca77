"""Sessions: results in the form of their pictures, batches, streams, progress, errors."""

import io
import threading

import numpy
import pytest
from conftest import disc
from PIL import Image

import u2cl
from u2cl import _session


def test_forms(session, photo, tmp_path):
    image = Image.fromarray(photo)
    image.save(tmp_path / "photo.png")
    file = (tmp_path / "photo.png").read_bytes()
    mask = session.mask(photo)
    assert mask.shape == photo.shape[:2] and mask.dtype == numpy.uint8
    assert (numpy.asarray(session.mask(image)) == mask).all() and session.mask(image).mode == "L"
    for source in (file, bytearray(file), memoryview(file), tmp_path / "photo.png", str(tmp_path / "photo.png")):
        assert (numpy.asarray(Image.open(io.BytesIO(session.mask(source)))) == mask).all()
    assert (numpy.asarray(session.mask(u2cl.Picture.from_array(photo))) == mask).all()
    cutout, matte = session.cutout(photo), session.matte(photo)
    assert cutout.shape == (*photo.shape[:2], 4) and matte.dtype == numpy.uint16
    assert (numpy.abs(cutout[..., 3] * 257.0 - matte) <= 129).all()


def test_orientation(session, photo):
    file = io.BytesIO()
    image = Image.fromarray(photo)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(file, "JPEG", exif=exif, quality=100)
    assert Image.open(io.BytesIO(session.mask(file.getvalue()))).size == (photo.shape[0], photo.shape[1])
    assert session.mask(Image.open(file)).size == (photo.shape[0], photo.shape[1])


@pytest.mark.parametrize("kind", _session.KINDS)
def test_kinds(session, photo, kind):
    channels = {"cutout": 4, "plain-cutout": 4, "mask": 1}.get(kind, 3)
    for edges in ("default", "interpolated", "refined", "matted"):
        result = session.compose(photo, kind, edges=edges)
        assert result.shape == (photo.shape[:2] if channels == 1 else (*photo.shape[:2], channels)), edges
    streamed = list(session.stream([photo, photo], kind))
    assert (streamed[0] == session.compose(photo, kind)).all() and (streamed[1] == streamed[0]).all()


def test_options(session, photo):
    trimmed = session.cutout(photo, trim=True, threshold=0.5)
    assert trimmed.size <= 4 * photo[..., 0].size and set(numpy.unique(trimmed[..., 3])) <= {0, 255}
    red = session.compose(photo, "composite", backdrop="FF0000", edges="interpolated", threshold=0.999)
    assert (red[0, 0] == (255, 0, 0)).all()
    backdrop = u2cl.Picture.from_array(numpy.full((3, 3, 3), 9, numpy.uint8))
    assert (session.compose(photo, "composite", backdrop=backdrop, threshold=0.999)[0, 0] == 9).all()
    for wrong in ({"edges": "none"}, {"threshold": 2}, {"backdrop": "red"}, {"color": (1, 2, 300)}):
        with pytest.raises(u2cl.UsageError):
            session.cutout(photo, **wrong)
    with pytest.raises(TypeError):
        session.cutout(photo, nonsense=1)


def test_batches_and_streams(photo):
    pictures = [disc(30 + 7 * index, 61 - 5 * index, index) for index in range(7)]
    single = u2cl.Session(device="reference", size=64)
    batched = u2cl.Session(device="reference", size=64, batch=3)
    expected = [single.mask(picture) for picture in pictures]
    for masks in (batched.masks(pictures), single.masks(pictures), list(batched.stream(iter(pictures), "mask")),
                  list(single.stream((picture for picture in pictures), "mask", threads=1))):
        assert len(masks) == 7 and all((a == b).all() for a, b in zip(masks, expected))
    assert [detection.mask().shape for detection in batched.detect(pictures)] == [mask.shape for mask in expected]
    assert list(single.stream([], "mask")) == [] and single.mattes(iter([])) == []
    assert [cutout.shape[2] for cutout in batched.cutouts(pictures)] == [4] * 7


def test_what_fails_in_a_stream(session, photo, demo):
    pictures = [photo, b"no picture", demo, "/nowhere.png", photo]
    results = list(session.stream(pictures, "mask", return_errors=True))
    assert [type(result) for result in results] == [
        numpy.ndarray, u2cl.FileError, bytes, FileNotFoundError, numpy.ndarray]
    results = []
    with pytest.raises(u2cl.FileError):
        for result in session.stream(pictures, "mask"):
            results.append(result)
    assert len(results) == 1
    stream = session.stream((photo for _ in range(10**9)), "mask")
    next(stream)
    stream.close()


def test_progress(session, photo):
    heard = []
    session.detect([photo] * 4, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(u2cl.CancelledError):
        session.detect([photo] * 4, progress=lambda done, total: done == 2)
    with pytest.raises(ZeroDivisionError):
        session.detect([photo] * 4, progress=lambda done, total: 1 // 0)
    heard.clear()
    session.masks([photo] * 3, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert session.mask(photo).shape == photo.shape[:2]


def test_maps_and_confidence(photo):
    session = u2cl.Session(device="reference", size=64, all_maps=True)
    detection = session.detect([photo])[0]
    maps = detection.maps()
    assert list(maps) == ["d0", "d1", "d2", "d3", "d4", "d5", "d6"] and maps["d0"].shape == (1, 64, 64)
    assert detection.confidence.maximum == pytest.approx(maps["d0"].max())
    assert session.info["device"] == "reference" and "fallback" not in session.info
    with pytest.raises(u2cl.UsageError):
        detection.labels()


def test_errors():
    for wrong, kind in [
        ({"model": "no-such-model"}, u2cl.ModelError), ({"device": "no-such-device"}, u2cl.DeviceError),
        ({"precision": "int4"}, u2cl.UsageError), ({"size": 9000}, u2cl.UsageError), ({"batch": 5000}, u2cl.UsageError),
    ]:
        with pytest.raises(kind) as failure:
            u2cl.Session(**wrong)
        assert "\n" not in str(failure.value)
    with pytest.raises(ValueError):
        u2cl.new_session("no-such-model")
    session = u2cl.Session(device="reference", size=64)
    session.close()
    with pytest.raises(u2cl.UsageError, match="closed"):
        session.mask(disc(8, 8))


def test_threads(session):
    pictures = [disc(40 + index, 50, index) for index in range(6)]
    expected = [session.mask(picture) for picture in pictures]
    wrong = []

    def use(index):
        for _ in range(5):
            if not (session.mask(pictures[index]) == expected[index]).all():
                wrong.append(index)

    threads = [threading.Thread(target=use, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_devices_and_models():
    assert all(device["index"] == index for index, device in enumerate(u2cl.devices()))
    assert u2cl.models.list()[0]["name"] == "u2cl-default"
    assert u2cl.models.info()["task"] == "saliency"
    with pytest.raises(u2cl.ModelError):
        u2cl.models.verify("no-such-model")
    assert u2cl.version() == u2cl.__version__


def test_pull_is_cancelled_and_verified(tmp_path, monkeypatch):
    monkeypatch.setenv("U2CL_MODELS", str(tmp_path / "models"))
    (tmp_path / "wrong.onnx").write_bytes(bytes(300000))
    with pytest.raises(u2cl.VerificationError):
        u2cl.models.pull("mine", source=tmp_path / "wrong.onnx", sha256="0" * 64)
    digits = __import__("hashlib").sha256(bytes(300000)).hexdigest()
    with pytest.raises(u2cl.CancelledError):
        u2cl.models.pull("mine", source=tmp_path / "wrong.onnx", sha256=digits, progress=lambda done, total: True)
    pulled = u2cl.models.pull("mine", source=tmp_path / "wrong.onnx", sha256=digits)
    assert pulled["byteCount"] == 300000 and "mine" in [model["name"] for model in u2cl.models.list()]
    assert u2cl.models.remove("mine") == [pulled["path"]]


def test_bench():
    report = u2cl.bench(device="reference", size=32, runs=2, warmup=1, least_seconds=0.01)
    assert report["schema"] >= 1
