"""Every snippet of the package's README works as it is typed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, disc

README = ROOT / "Bindings/python/README.md"
SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in SNIPPETS if language == "python"]
SHELL = [line for language, text in SNIPPETS if language == "sh" for line in text.splitlines()
         if line.startswith("python -m u2cl")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with what the snippets name. The built-in model stands in for models that are downloaded."""
    import u2cl

    place = tmp_path_factory.mktemp("readme")
    (place / "photos").mkdir()
    shutil.copy(ROOT / "Examples/demo.jpg", place / "photo.jpg")
    for index in range(3):
        u2cl.Picture.from_array(disc(60, 80, index)).save(place / f"photos/{index}.jpg")
    return place


def ran(command, folder):
    import u2cl

    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": str(Path(u2cl.__file__).parents[1])})
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python(folder, number):
    # A model that has to be downloaded is replaced by the built-in one.
    program = PYTHON[number].replace('"u2netp"', "None" if "Session(" in PYTHON[number] else '"u2cl-default"')
    ran([sys.executable, "-c", program], folder)


@pytest.mark.parametrize("line", [line for line in SHELL if "pull" not in line])
def test_command(folder, line):
    arguments = line.partition("#")[0].split()
    ran([sys.executable, *arguments[1:]], folder)


def test_there_are_snippets():
    assert len(PYTHON) >= 3 and len(SHELL) >= 3
