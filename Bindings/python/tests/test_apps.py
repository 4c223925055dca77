"""The notebook, the web page and the nodes of Examples/python and Integrations: each is run where its packages are.

`scripts/test-python --apps` installs all but PyTorch.
"""

import importlib.util
import os
import subprocess
import sys

import numpy
import pytest
from conftest import ROOT, disc
from PIL import Image

import u2cl

EXAMPLES, NODES = ROOT / "Examples/python", ROOT / "Integrations/comfyui/u2cl_nodes.py"


def loaded(path):
    """A file as a module."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_notebook():
    nbformat = pytest.importorskip("nbformat")
    for package in ("nbclient", "ipykernel"):
        pytest.importorskip(package)
    from notebook import executed

    kept, ran = nbformat.read(EXAMPLES / "cutouts.ipynb", 4), executed(EXAMPLES / "cutouts.ipynb")

    def kinds(notebook):
        return [[sorted(output.get("data", output.output_type)) for output in cell.get("outputs", [])]
                for cell in notebook.cells]

    assert kinds(kept) == kinds(ran), "run tests/notebook.py"
    assert (EXAMPLES / "cutouts.ipynb").stat().st_size < 100_000
    assert sum("image/jpeg" in output.get("data", {}) for cell in ran.cells for output in cell.get("outputs", [])) >= 4


def test_gradio(tmp_path):
    client = pytest.importorskip("gradio_client")
    pytest.importorskip("gradio")
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SERVER_NAME": "127.0.0.1",
                   "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "log"
    with open(log, "w") as stream:
        page = subprocess.Popen([sys.executable, EXAMPLES / "gradio_app.py"], stdout=subprocess.PIPE, stderr=stream,
                                env=environment, text=True)
    try:
        address = next((line.split()[-1] for line in page.stdout if "http" in line), None)
        assert address, log.read_text()
        caller = client.Client(address, verbose=False)
        for kind, mode in (("cutout", "RGBA"), ("mask", "L"), ("blur", "RGB")):
            path = caller.predict(client.handle_file(str(ROOT / "Examples/demo.jpg")), kind, "default")
            image = Image.open(path if isinstance(path, str) else path["path"])
            assert (image.mode, image.size) == (mode, (640, 480))
            expected = u2cl.Session().compose(Image.open(ROOT / "Examples/demo.jpg"), kind)
            assert numpy.abs(numpy.asarray(image).astype(int) - numpy.asarray(expected)).mean() < 1
        with pytest.raises(Exception, match="picture"):
            caller.predict(None, "cutout", "default")
    finally:
        page.terminate()
        page.wait(30)
        page.stdout.close()


def test_comfyui():
    torch = pytest.importorskip("torch")
    nodes = loaded(NODES)
    (node,) = nodes.NODE_CLASS_MAPPINGS.values()
    assert nodes.NODE_CLASS_MAPPINGS.keys() == nodes.NODE_DISPLAY_NAME_MAPPINGS.keys()
    inputs = node.INPUT_TYPES()["required"]
    assert {"image", "model", "edges", "device"} == inputs.keys() and "u2cl-default" in inputs["model"][0]
    batch = torch.from_numpy(numpy.stack([disc(60, 80), disc(60, 80, 9)])).float() / 255
    for image in (batch, torch.cat([batch, torch.ones(2, 60, 80, 1)], -1), batch[..., :1], batch[:1]):
        cutout, mask = getattr(node(), node.FUNCTION)(image, "u2cl-default", "refined", "auto")
        assert cutout.shape == (*image.shape[:3], 4) and mask.shape == image.shape[:3]
        assert cutout.dtype == mask.dtype == torch.float32 and 0 <= cutout.min() and cutout.max() <= 1
    expected = u2cl.Session().cutout(disc(60, 80), edges="refined")
    cutout, _ = getattr(node(), node.FUNCTION)(batch, "u2cl-default", "refined", "auto")
    assert (cutout[0].mul(255).round().byte().numpy() == expected).all()


def test_files_are_clean():
    pytest.importorskip("ruff")
    files = [*sorted(EXAMPLES.glob("*")), NODES]
    subprocess.run([sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--line-length", "120",
                    "--select", "E,F,B,UP", "--target-version", "py39", *files], check=True)
