"""Spark, in one process with Java, and Python workers that it starts."""

import shutil

import pytest
from conftest import smoke, survive

pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("Java is not installed (Debian: openjdk-17-jre-headless)", allow_module_level=True)

SCRIPT = "spark/cutouts.py"
# One task at a time with all cores; a task is tried four times, as on clusters.
OPTIONS = {
    "PYSPARK_SUBMIT_ARGS": "--master local[2,4] --conf spark.task.cpus=2 --conf spark.ui.enabled=false pyspark-shell"
}


def test_pictures(trial, tmp_path):
    smoke(trial, tmp_path, SCRIPT, environment=OPTIONS)


@pytest.mark.full
def test_killed_worker(thousand, tmp_path):
    survive(thousand, tmp_path, SCRIPT, environment=OPTIONS)
