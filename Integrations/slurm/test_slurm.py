"""Slurm: a controller and a node on this machine, with a configuration, a key and ports of their own."""

import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
from conftest import COMMAND, HERE, workers

from u2cl import stores

os.environ["PATH"] += os.pathsep + "/usr/sbin"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
    pytest.skip(f"{', '.join(missing)} not installed (Debian: slurm-wlm, munge)", allow_module_level=True)
if os.geteuid() != 0:
    pytest.skip("a node of Slurm is started as root", allow_module_level=True)

CONFIGURATION = """
ClusterName=u2cl
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SchedulerParameters=sched_interval=1,batch_sched_delay=0,requeue_delay=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        for name in ("state", "spool"):
            (folder / name).mkdir()
        (folder / "key").write_bytes(os.urandom(1024))
        (folder / "key").chmod(0o400)
        host, ports = socket.gethostname().split(".")[0], free_ports(2)
        (folder / "slurm.conf").write_text(
            CONFIGURATION.format(folder=folder, host=host, ports=ports, cores=len(os.sched_getaffinity(0))))
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        self.processes = [
            self.start("munged", "--foreground", "--force", f"--key-file={folder}/key",
                f"--socket={folder}/munge.socket", f"--pid-file={folder}/munge.pid", f"--seed-file={folder}/munge.seed",
                f"--log-file={folder}/munge.log", "--num-threads=1")
        ]
        self.wait("munge", lambda: (folder / "munge.socket").exists())
        self.processes += [self.start("slurmctld", "-D"), self.start("slurmd", "-D")]
        self.wait("slurmd", lambda: "idle" in self.ask("sinfo", "-h", "-o", "%t"))

    def start(self, *command):
        return subprocess.Popen(command, stdout=open(self.folder / f"{command[0]}.out", "w"), stderr=subprocess.STDOUT)

    def wait(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, what + "\n" + "\n".join(
                path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.[ol]*[tg]")))
            time.sleep(0.2)

    def ask(self, *command):
        return subprocess.run(command, capture_output=True, text=True).stdout

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        del os.environ["SLURM_CONF"]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("slurm"))
    yield made
    made.stop()


def submit(trial, results, mark, tasks):
    """Starts the array, and returns the number of its job."""
    results.mkdir(exist_ok=True)
    done = subprocess.run(
        ["sbatch", "--parsable", f"--array=1-{tasks}", f"--output={results.parent}/%a.log", f"--chdir={results.parent}",
         str(HERE / "slurm/cutouts.sbatch"), str(trial.pictures), str(results), *trial.options],
        capture_output=True, text=True, env={**os.environ, "U2CL": shutil.which(COMMAND), "U2CL_TEST": mark})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def finish(cluster, job, seconds=1200):
    cluster.wait("the job", lambda: not cluster.ask("squeue", "-h", "-r", "-j", job).strip(), seconds)


def logs(folder):
    return "".join(path.read_text() for path in sorted(folder.glob("*.log")))


def test_array(cluster, trial, tmp_path):
    results = tmp_path / "results"
    finish(cluster, submit(trial, results, "smoke", 2))
    assert "broken.jpg" in logs(tmp_path)
    trial.check(results)


@pytest.mark.full
def test_killed_task_is_requeued(cluster, thousand, tmp_path):
    results = tmp_path / "results"
    job, killed = submit(thousand, results, "requeue", 2), []

    def killed_one():
        if sum(1 for _ in stores.open_store(str(results)).names()) >= thousand.count * 2 // 5:
            for process in workers("U2CL_TEST=requeue"):
                os.kill(process, signal.SIGKILL)
                killed.append(process)
                return True
        return False

    cluster.wait("a worker to kill", killed_one, 1200)
    finish(cluster, job)
    assert killed and "Killed" in logs(tmp_path)
    thousand.check(results)
