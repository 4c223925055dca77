"""Apache Beam with its DirectRunner, which does not survive a worker that is killed: the job is started again."""

import pytest
from conftest import Program, smoke

pytest.importorskip("apache_beam")

SCRIPT = "beam/cutouts.py"
OPTIONS = ("--runner", "DirectRunner")


def test_pictures(trial, tmp_path):
    smoke(trial, tmp_path, SCRIPT, *OPTIONS)


@pytest.mark.full
def test_killed_job_is_resumed(thousand, tmp_path):
    results = tmp_path / "results"
    first = Program(SCRIPT, thousand.pictures, results, *thousand.options, *OPTIONS)
    killed = first.kill_worker(results, thousand.count * 2 // 5, spare_driver=False)
    assert killed
    first.process.wait()
    code, text = Program(SCRIPT, thousand.pictures, results, *thousand.options, *OPTIONS).wait()
    assert code == 5 and "1 failed" in text, text
    thousand.check(results)
