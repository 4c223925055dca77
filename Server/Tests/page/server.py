"""Starts a server for the tests, and asks it without a browser."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Server:
    """A server on a free port, or one that runs already."""

    def __init__(self, binary=None, url=None, options=(), variables=None):
        self.process = None
        self.binary = binary
        self.url = url and url.rstrip("/")
        if url:
            return
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [binary, "--port", str(port), *options], stderr=subprocess.DEVNULL, env={**os.environ, **(variables or {})})
        for _ in range(200):
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=1)
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server does not answer")

    def another(self, *options, **variables):
        """A server with other options; None if there is no binary to start."""
        return Server(self.binary, options=options, variables=variables) if self.binary else None

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=40)

    def page(self):
        """The page's headers and text."""
        with urllib.request.urlopen(f"{self.url}/") as answer:
            return answer.headers, answer.read().decode()

    def remove(self, picture, **options):
        """The result of a picture, as the page asks for it."""
        boundary = "boundary-of-the-tests"
        body = b""
        for name, value in options.items():
            name = name.replace("_", "-")
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'.encode()
        body += picture + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(f"{self.url}/v1/remove", body, headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def names(self, list_name):
        """The entries of `/v1/models` or `/v1/devices`; none if the server has no such list."""
        try:
            with urllib.request.urlopen(f"{self.url}/v1/{list_name}") as answer:
                return json.load(answer)[list_name]
        except urllib.error.HTTPError:
            return []
