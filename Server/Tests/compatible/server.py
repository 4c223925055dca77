"""A server under test."""

import os
import signal
import socket
import subprocess
import time

import requests


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server on a free port of this machine, with the weights as its model u2netp."""

    def __init__(self, binary, weights, folder, options):
        models = folder / "models"
        models.mkdir()
        (models / "u2netp.onnx").symlink_to(weights.resolve())
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log = open(folder / "log", "w+b")
        environment = os.environ | {"U2CL_MODELS": str(models), "U2NET_HOME": str(folder / "none")}
        self.process = subprocess.Popen(
            [binary, "--port", str(port), *options], env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self):
        for _ in range(300):
            try:
                if requests.get(f"{self.address}/healthz", timeout=5).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        self.log.seek(0)
        raise RuntimeError(f"the server does not start: {self.log.read().decode(errors='replace')}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
