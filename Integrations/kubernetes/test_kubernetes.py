"""The indexed job: its schema, and its pods' command as a shell runs it. There is no Kubernetes here to start."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import COMMAND, HERE

yaml = pytest.importorskip("yaml")
JOB = HERE.parent / "Packaging/kubernetes/job/job.yaml"


def test_schema():
    tool = os.path.join(os.path.dirname(sys.executable), "kubernetes-validate")
    if not os.path.exists(tool):
        pytest.skip("kubernetes-validate is not installed")
    done = subprocess.run([tool, "--strict", JOB], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pods(trial, tmp_path):
    job = yaml.safe_load(JOB.read_text())
    container = job["spec"]["template"]["spec"]["containers"][0]
    variables = {each["name"]: each["value"] for each in container["env"]}
    assert variables["SHARDS"] == str(job["spec"]["completions"])
    results, shards = tmp_path / "results", 3
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "u2cl").symlink_to(shutil.which(COMMAND))
    codes = []
    for index in range(shards):
        environment = {
            **os.environ, **variables, "SHARDS": str(shards), "PICTURES": str(trial.pictures), "RESULTS": str(results),
            "JOB_COMPLETION_INDEX": str(index), "PATH": f"{commands}:{os.environ['PATH']}",
        }
        done = subprocess.run([*container["command"], *container["args"]], capture_output=True, env=environment)
        codes.append(done.returncode)
    assert sorted(codes) == [0, 0, 5]
    trial.check(results)
