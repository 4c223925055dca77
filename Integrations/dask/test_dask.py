"""Dask, with a cluster on this machine."""

import pytest
from conftest import smoke, survive

pytest.importorskip("dask.distributed")
SCRIPT = "dask/cutouts.py"


def test_pictures(trial, tmp_path):
    smoke(trial, tmp_path, SCRIPT)


@pytest.mark.full
def test_killed_worker(thousand, tmp_path):
    survive(thousand, tmp_path, SCRIPT)
