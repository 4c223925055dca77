"""A client of HTTP/1.1 servers, of the standard library alone.

`http.client` gives up when a server closes its side while a body is sent, and loses the answer that says why. This
client reads the answer then, as curl does.
"""

import http.client
import os
import socket


class Answer:
    """An answer: its status, its headers and its body."""

    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body


class Client:
    """A connection to a server, opened when it is needed and kept between requests. Not for several threads."""

    def __init__(self, address, limit=60):
        """`address`: (host, port), or the path of a Unix socket. `limit`: seconds that a server may be silent."""
        self.address, self.limit, self.socket = address, limit, None

    def get(self, path):
        """The answer to GET; raises OSError or http.client.HTTPException."""
        return self.ask("GET", path)

    def post(self, path, kind, body, headers=None):
        """The answer to POST with a body of a media type; raises OSError or http.client.HTTPException."""
        return self.ask("POST", path, {"Content-Type": kind, **(headers or {})}, body)

    def ask(self, method, path, headers=None, body=b""):
        """The answer to a request. A connection that the server has closed meanwhile is opened again."""
        wire = head(method, path, headers or {}, len(body)) + body
        was_open = self.socket is not None
        try:
            return self._exchange(method, wire)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not was_open:
                raise
        return self._exchange(method, wire)

    def send_part(self, method, path, headers, body, count):
        """Sends a request but only `count` bytes of its body, and closes the connection."""
        self.close()
        self._open()
        self.socket.sendall(head(method, path, headers, len(body)) + body[:count])
        self.close()

    def close(self):
        """Closes the connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _open(self):
        if isinstance(self.address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(self.limit)
            self.socket.connect(self.address)
        else:
            self.socket = socket.create_connection(self.address, self.limit)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _exchange(self, method, wire):
        if self.socket is None:
            self._open()
        try:
            try:
                self.socket.sendall(wire)
            except (BrokenPipeError, ConnectionResetError):
                pass  # The answer may be there already.
            response = http.client.HTTPResponse(self.socket, method=method)
            response.begin()
            answer = Answer(response, response.read())
            is_kept = not response.will_close
            response.close()
        except BaseException:
            self.close()
            raise
        if not is_kept:
            self.close()
        return answer


def head(method, path, headers, length):
    """The bytes before a body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}"] if method != "GET" else []
    return "\r\n".join([*lines, "", ""]).encode()


def form(fields, files):
    """(media type, body) of a form. `fields`: name → text; `files`: name → bytes."""
    boundary = os.urandom(12).hex()
    parts = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    parts += [(f'name="{name}"; filename="{name}"', data) for name, data in files.items()]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {label}\r\n\r\n".encode() + data + b"\r\n"
        for label, data in parts
    )
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()
