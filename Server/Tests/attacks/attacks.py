#!/usr/bin/env python3
"""Attacks a server, and checks that it answers right, holds nothing afterwards, and serves others meanwhile.

    attacks.py SERVER [--port PORT] [--only NAME ...] [--requests N]

SERVER is a binary of u2cl-serve. It is started on a free port for each attack, with the short times that the attack
needs. Prints a line for each attack; ends with 1 if one has failed. Python's standard library is enough.
"""

import argparse
import http.client
import io
import json
import os
import re
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib

TOKEN = "0123456789abcdef-of-the-tests"


class Failure(Exception):
    """What an attack has found."""


def check(condition, message):
    if not condition:
        raise Failure(message)


# MARK: Pictures and forms


def png(width, height, data=None):
    """A PNG that claims a size; its data may be shorter."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    if data is None:
        row = b"\0" + bytes(range(256)) * (3 * width // 256) + bytes(3 * width % 256)
        data = row * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


PICTURE = png(320, 240)


def form(name, content, boundary="b0undary"):
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def post(body, *fields, path="/v1/remove", length=None, host="localhost"):
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body) if length is None else length}"]
    return ("\r\n".join(lines + list(fields)) + "\r\n\r\n").encode() + body


GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def archive(entries):
    """A zip archive of names and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return stream.getvalue()


# MARK: Server and clients


class Server:
    """A server in a process of its own."""

    def __init__(self, binary, port, *options, environment=None):
        # With the option --socket, everything goes through that socket.
        self.path = options[options.index("--socket") + 1] if "--socket" in options else None
        self.port = port or free_port()
        # What requests need, if tokens are asked for.
        self.fields = {"X-Api-Key": TOKEN} if "U2CL_TOKEN" in (environment or {}) else {}
        self.log = []
        self.process = subprocess.Popen(
            [binary, "--port", str(self.port), *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env={**os.environ, **(environment or {})})
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        for _ in range(500):
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                check(self.process.poll() is None, f"the server does not start: {self.log[-3:]}")
                time.sleep(0.02)
        raise Failure("the server does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def read_log(self):
        for line in self.process.stderr:
            self.log.append(line.decode(errors="replace"))

    def connect(self, timeout=20):
        if self.path:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(timeout)
            connection.connect(self.path)
            return connection
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def get(self, path, headers=None, body=None, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.sock = self.connect(timeout)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def talk(self, request, timeout=20):
        """Sends bytes, and reads until the server closes: codes and text."""
        with self.connect(timeout) as connection:
            try:
                connection.sendall(request)
            except OSError:
                pass
            return read_all(connection)

    def serves(self, within=2.0):
        """A probe is answered in time, and a picture correctly."""
        start = time.monotonic()
        check(self.get("/healthz")[0] == 200, "the probe is not answered 200")
        taken = time.monotonic() - start
        check(taken < within, f"the probe takes {taken:.2f} s")
        status, body, _ = self.get("/v1/remove", self.fields, PICTURE)
        check(status == 200 and body.startswith(b"\x89PNG"), f"a picture is answered {status}")

    def memory(self, name="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(rf"{name}:\s+(\d+) kB", file.read()).group(1)) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def metric(self, name):
        text = self.get("/metrics")[1].decode()
        return float(re.search(rf"^{name} ([0-9.e+-]+)$", text, re.M).group(1))

    def holds_nothing(self, descriptors, within=5.0):
        """Soon after an attack, no request, connection or descriptor is left."""
        end = time.monotonic() + within
        while True:
            left = {
                "requests": self.metric("u2cl_admitted_requests"), "pixels": self.metric("u2cl_admitted_pixels"),
                "connections": self.metric("u2cl_http_connections") - 1,
                "descriptors": self.descriptors() - descriptors,
            }
            # One connection may be that of the metrics before.
            if left["requests"] == left["pixels"] == 0 and left["connections"] <= 0 and left["descriptors"] <= 0:
                return
            check(time.monotonic() < end, f"something is left: {left}")
            time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def read_all(connection):
    """All that a server sends until it closes: status codes and text."""
    text = b""
    try:
        while piece := connection.recv(1 << 16):
            text += piece
    except (ConnectionResetError, BrokenPipeError):
        text += b"(reset)"
    except TimeoutError:
        text += b"(still open)"
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3})", text)], text


def in_parallel(count, body):
    """Runs `body` with the numbers below `count` at once; the results, or what was raised."""
    results = [None] * count

    def run(number):
        try:
            results[number] = body(number)
        except Exception as error:  # noqa: BLE001
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# MARK: Attacks

ATTACKS = []


def attack(*options, environment=None):
    """Registers an attack, and the options of the server that it attacks."""

    def register(function):
        ATTACKS.append((function.__name__.replace("_", "-"), function, options, environment))
        return function

    return register


@attack()
def body_of_100_MB(server):
    """A body beyond the limit is refused, with and without a length, before it has arrived."""
    before = server.memory()
    start = time.monotonic()
    codes, text = server.talk(post(b"x" * (100 << 20)))
    check(codes == [413], f"{codes} {text[:200]}")
    taken = time.monotonic() - start
    check(taken < 10, f"took {taken:.1f} s")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"POST /v1/remove HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    codes, text = server.talk(head + chunk * 1600 + b"0\r\n\r\n")
    check(codes == [413], f"chunked: {codes} {text[:200]}")
    grown = server.memory() - before
    check(grown < 150, f"memory has grown by {grown:.0f} MiB")


@attack()
def body_of_10_GB_claimed(server):
    """The length alone is enough to refuse, and the client cannot go on sending."""
    with server.connect() as connection:
        connection.sendall(post(b"", length=10_000_000_000))
        start = time.monotonic()
        sent = 0
        try:
            while time.monotonic() - start < 10:
                sent += connection.send(b"x" * 65536)
        except OSError:
            pass
        check(time.monotonic() - start < 10, "the client can go on sending")
        check(sent < 32 << 20, f"{sent} bytes were taken")
    codes, text = server.talk(post(b"", length=10_000_000_000))
    check(codes == [413] and b"Connection: close" in text, f"{codes}")
    codes, _ = server.talk(post(b"", length=2**64))
    check(codes in ([400], [413]), f"{codes}")


@attack()
def chunks_without_end(server):
    """Chunks that never end, and chunks whose headers never end."""
    head = b"POST /v1/remove HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    for name, start, piece in [("chunks", b"", b"1\r\nx\r\n" * 5000), ("extension", b"1;a=", b"b" * 65536)]:
        with server.connect() as connection:
            connection.sendall(head + start)
            begin = time.monotonic()
            try:
                while time.monotonic() - begin < 60:
                    connection.sendall(piece)
            except OSError:
                pass
            taken = time.monotonic() - begin
            check(taken < 10, f"{name}: not ended after {taken:.0f} s")


@attack()
def header_floods(server):
    """10,000 fields, one huge field, a huge name, a huge target."""
    start = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    for request, code in [
        (start + b"".join(b"X-%d: a\r\n" % number for number in range(10_000)) + b"\r\n", 431),
        (start + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n", 431),
        (start + b"a" * (1 << 20) + b": b\r\n\r\n", 431),
        (start + b"X: a\r\n" * 101 + b"\r\n", 431),
        (b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"A" * (1 << 20), 400),
    ]:
        codes, text = server.talk(request)
        check(codes == [code], f"{request[:60]}: {codes} {text[-60:]}")


def drip(server, head, byte, count, code, limit):
    """Sends a byte every now and then over many connections: each is answered with a code, and closed."""

    def one(_):
        with server.connect(limit) as connection:
            connection.sendall(head)
            begin = time.monotonic()
            connection.settimeout(0.2)
            text = b""
            while time.monotonic() - begin < limit:
                try:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    text += piece
                except TimeoutError:
                    try:
                        connection.sendall(byte)
                    except OSError:
                        pass
                except OSError:
                    break
            else:
                return "still open"
            return text[9:12].decode()

    results = in_parallel_while_serving(server, count, one)
    wrong = {str(result) for result in results if result != code}
    check(not wrong, f"answers besides {code}: {wrong}")


def in_parallel_while_serving(server, count, body):
    """As `in_parallel`; meanwhile others are served."""
    results = []
    thread = threading.Thread(target=lambda: results.extend(in_parallel(count, body)))
    thread.start()
    time.sleep(1)
    server.serves()
    thread.join()
    return results


@attack("--header-seconds", "3")
def slow_headers_on_200_connections(server):
    """A header that never ends, byte by byte."""
    drip(server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", b"a", 200, "408", 12)


@attack("--body-seconds", "4", "--queue", "300")
def slow_bodies_on_200_connections(server):
    """A body that never ends, byte by byte."""
    drip(server, post(b"", length=1_000_000), b"a", 200, "408", 15)


@attack("--body-seconds", "3", "--header-seconds", "3", "--socket", f"/tmp/u2cl-attacks-{os.getpid()}.socket")
def slow_clients_of_a_unix_socket(server):
    """Through a Unix socket, the same times hold."""
    drip(server, post(b"", length=1_000_000), b"a", 20, "408", 12)
    drip(server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", b"a", 20, "408", 12)


@attack("--body-seconds", "60", "--queue", "300")
def bodies_below_the_rate(server):
    """A body that comes below the least rate is given up long before its time is over."""
    drip(server, post(b"", length=1_000_000), b"a" * 1000, 50, "408", 12)


@attack("--write-seconds", "3")
def slow_readers_of_big_answers(server):
    """Clients that ask for a big answer and do not read it lose their connections, and their answers take no room."""
    # Noise cannot be compressed, and the whole picture comes back.
    body = noise(1500, 1500)
    before = server.memory()
    connections = []
    for _ in range(12):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(post(body, path="/v1/remove?format=png"))
        connections.append(connection)
    end = time.monotonic() + 60
    time.sleep(1)
    server.serves(within=5)
    while server.metric("u2cl_http_connections") > 1:
        check(time.monotonic() < end, "connections are still open")
        time.sleep(0.2)
    for connection in connections:
        connection.close()
    check(server.memory() - before < 400, f"memory has grown by {server.memory() - before:.0f} MiB")


def noise(width, height):
    """A PNG with data that cannot be compressed."""
    rows = b"".join(b"\0" + os.urandom(3 * width) for _ in range(height))
    return png(width, height, rows)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@attack()
def smuggling_pairs(server):
    """Requests that can be read in two ways get one answer, and what follows them gets none."""
    start = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n"
    for fields in [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
        b"Content-Length: 0, 44\r\n\r\n",
        b"Content-Length: +0\r\n\r\n",
        b"Content-Length: 0x0\r\n\r\n",
        b"Content-Length : 0\r\n\r\n",
        b"Content-Length: 0\x0b\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: \0\r\n\r\n",
        b"X\0: a\r\n\r\n",
        b"Host: evil.example\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0 \r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n00000000000000000000000\r\nx\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n0\r\n\r\n",
    ]:
        codes, text = server.talk(start + fields + SMUGGLED)
        # A plain head was answered by its route (405) while its body was on its way; the connection ends then, too.
        check(len(codes) == 1 and codes[0] in (400, 405), f"{fields}: {codes} {text[-80:]}")
    check(not any("404" in line and '"route":"other"' in line and '"GET"' in line for line in server.log),
          "a smuggled request was answered")


@attack()
def bad_multipart(server):
    """Forms that are no forms are answered 400, each at once."""
    kind = "Content-Type: multipart/form-data; boundary=b0undary"
    whole = form("image", PICTURE)
    for body in [
        b"", b"--b0undary", b"--b0undary--\r\n", b"--b0undary\r\n\r\n", whole[:-6], whole[:60], b"x" * 1000,
        whole.replace(b"Content-Disposition", b"Content-Disposition: a\r\nContent-Disposition"),
        whole.replace(b'name="image"', b'name="image'), whole.replace(b'name="image"', b'name="im\0age"'),
        whole.replace(b'name="image"', b"name=\"\xff\""), whole.replace(b"form-data", b"attachment"),
        whole.replace(b"\r\n", b"\n", 2), form("image", b""), form("other", PICTURE),
        form("a" * 20_000, PICTURE), b"".join(form("image", PICTURE)[:-14] for _ in range(40)),
        b"--b0undary\r\n" + b"X: a\r\n" * 10_000 + b"\r\n", b"--b0undary\r\nX: " + b"a" * (1 << 20),
    ]:
        codes, text = server.talk(post(body, kind, "Connection: close"))
        check(len(codes) == 1 and codes[0] in (400, 413, 422), f"{body[:80]}: {codes} {text[-100:]}")
    for kind in ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="a',
                 "multipart/form-data; boundary=" + "a" * 100, "multipart/form-data; boundary=a; boundary=b"]:
        codes, text = server.talk(post(whole, f"Content-Type: {kind}", "Connection: close"))
        check(codes == [400], f"{kind}: {codes} {text[-100:]}")


@attack()
def bombs(server):
    """Pictures that claim more than the limit are refused by their headers, and take neither time nor memory."""
    before = server.memory("VmHWM")
    sizes = [(12_000, 12_000), (16_000, 16_000), (65_535, 65_535), (2**31 - 1, 2**31 - 1), (50_000_001, 1)]
    for width, height in sizes:
        for data in [b"\0" * 1000, b"\0" * (20 << 20)]:
            start = time.monotonic()
            codes, text = server.talk(post(png(width, height, data), "Connection: close"))
            check(codes in ([413], [422]), f"{width}x{height}: {codes} {text[-100:]}")
            check(time.monotonic() - start < 5, f"{width}x{height}: took {time.monotonic() - start:.1f} s")
    # Within the limit by its header, and far too little data: an error, or a result, within the time.
    codes, text = server.talk(post(png(7000, 7000, b"\0" * 1000), "Connection: close"), timeout=70)
    check(codes in ([422], [200]), f"7000x7000: {codes} {text[-100:]}")
    check(codes == [422], "a picture without its data is answered 200")
    grown = server.memory("VmHWM") - before
    check(grown < 700, f"the peak of memory has grown by {grown:.0f} MiB")


@attack()
def archives_that_bite(server):
    """Names that lead out of the archive, contents that grow without end, and archives that are none."""
    names = ["../a.png", "../../../../tmp/u2cl-attack.png", "/tmp/u2cl-attack.png", "a/../../b.png", "C:\\a.png",
             "a\\..\\..\\b.png", "a\0.png", "good.png", "a/" * 500 + "b.png", "con", "."]
    kind = {"Content-Type": "application/zip"}
    status, body, _ = server.get("/v1/batch", kind, archive([(name, PICTURE) for name in names]))
    check(status == 200, f"{status} {body[:200]}")
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        results = file.namelist()
    check("results.json" in results and "good.cutout.png" in results, f"{results}")
    for name in results:
        check(not name.startswith("/") and ".." not in name.replace("\\", "/").split("/") and ":" not in name, name)
    check(not os.path.exists("/tmp/u2cl-attack.png"), "a file was written")
    before = server.memory("VmHWM")
    bomb = archive([("bomb.png", bytes(1 << 30)), ("png.png", png(16_000, 16_000, bytes(20 << 20)))])
    start = time.monotonic()
    status, body, _ = server.get("/v1/batch", kind, bomb, timeout=60)
    check(status == 200 and b"results.json" in body, f"bomb: {status} {body[:200]}")
    check(time.monotonic() - start < 10, f"bomb: took {time.monotonic() - start:.1f} s")
    grown = server.memory("VmHWM") - before
    check(grown < 300, f"the peak of memory has grown by {grown:.0f} MiB")
    for body in [b"", b"PK", b"PK\3\4", bomb[:1000], b"x" * 1000, archive([]), PICTURE]:
        status, text, _ = server.get("/v1/batch", kind, body)
        check(status in (200, 400), f"{body[:20]}: {status} {text[:100]}")


@attack(environment={"U2CL_TOKEN": TOKEN})
def wrong_tokens(server):
    """Without a token: 401 before the body is read, but for probes."""
    for fields in [[], ["Authorization: Bearer x"], [f"Authorization: Basic {TOKEN}"], [f"X-Api-Key: {TOKEN}x"],
                   [f"X-Api-Key: {TOKEN[:-1]}"], ["X-Api-Key: "], [f"Authorization: Bearer {TOKEN.upper()}"]]:
        codes, text = server.talk(post(b"", *fields, length=10_000_000_000))
        check(codes == [401] and b"WWW-Authenticate: Bearer" in text, f"{fields}: {codes} {text[:300]}")
        codes, text = server.talk(post(b"", *fields, "Expect: 100-continue", length=1000))
        check(codes == [401], f"{fields}: {codes}")
    for fields in [{"Authorization": f"Bearer {TOKEN}"}, {"X-Api-Key": TOKEN}]:
        check(server.get("/v1/remove", fields, PICTURE)[0] == 200, f"{fields} is refused")
    check(server.get("/readyz")[0] == 200, "the probe needs a token")
    check(server.get("/nothing")[0] == 401, "paths are told without a token")
    check(not any(TOKEN in line for line in server.log), "the log tells the token")


@attack("--allow-origin", "https://app.example")
def pages_of_other_origins(server):
    """Pages of other sites are refused, those of the server and of named origins are not."""
    for origin in ["https://evil.example", "null", "http://localhost:1", "https://app.example.evil"]:
        codes, text = server.talk(post(b"", f"Origin: {origin}", length=1_000_000))
        check(codes == [403] and b"Access-Control" not in text, f"{origin}: {codes} {text[:300]}")
        codes, text = server.talk(b"OPTIONS /v1/remove HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                  b"Access-Control-Request-Method: POST\r\nOrigin: " + origin.encode() + b"\r\n\r\n")
        check(codes[0] >= 400 and b"Access-Control" not in text, f"{origin}: {codes} {text[:300]}")
    for origin in [f"http://127.0.0.1:{server.port}", "https://app.example"]:
        status, _, fields = server.get("/v1/remove", {"Origin": origin}, PICTURE)
        check(status == 200 and fields.get("Vary") == "Origin", f"{origin}: {status} {fields}")
        named = fields.get("Access-Control-Allow-Origin")
        check(named == (origin if "app" in origin else None), f"{origin}: {named}")
    codes, text = server.talk(b"OPTIONS /v1/remove HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\n"
                              b"Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n")
    check(codes == [204] and b"Access-Control-Allow-Methods" in text, f"{codes} {text}")


@attack()
def names_of_other_sites(server):
    """DNS rebinding: the name of another site is refused on every path."""
    for host in ["evil.example", f"evil.example:{server.port}", "localhost.evil.example", "127.0.0.1.evil.example",
                 "0.0.0.0", "[::2]", "169.254.169.254"]:
        for request in [f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(),
                        post(b"", "Expect: 100-continue", length=100, host=host)]:
            codes, text = server.talk(request)
            check(codes == [403] and host.encode() not in text, f"{host}: {codes} {text}")


@attack("--queue", "4")
def many_clients_at_once(server):
    """200 clients at a queue of 4: some are served, the others are told so at once, and memory stays."""
    request = post(png(1280, 720), "Connection: close")
    refusals = []
    # The first round fills what stays with the process: buffers, stacks of threads.
    for number in range(3):
        codes = []
        for code, taken in burst(server, 200, request):
            codes.append(code)
            if code == 503:
                refusals.append(taken)
        check(set(codes) <= {200, 503} and codes.count(200) >= 4, f"{ {code: codes.count(code) for code in codes} }")
        if number == 0:
            before = server.memory()
    check(server.memory() - before < 60, f"memory has grown by {server.memory() - before:.0f} MiB")
    refusals.sort()
    late = refusals[len(refusals) * 99 // 100]
    # The goal is 50 ms, which `python -m benchmarks serve` judges on a quiet machine.
    check(late < 2, f"99 of 100 refusals take {late * 1000:.0f} ms")
    return (f"{codes.count(200)} served, {codes.count(503)} refused within {late * 1000:.1f} ms (99 of 100), "
            f"{refusals[-1] * 1000:.1f} ms (all)")


def burst(server, count, request):
    """Sends a request over each of many connections at once: codes, and the times from the first byte to the answer."""
    selector = selectors.DefaultSelector()
    for _ in range(count):
        connection = server.connect()
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_WRITE, {"sent": 0})
    results = []
    end = time.monotonic() + 60
    while len(results) < count:
        check(time.monotonic() < end, f"{count - len(results)} clients have no answer")
        for key, events in selector.select(1):
            state = key.data
            state.setdefault("start", time.monotonic())
            try:
                if events & selectors.EVENT_READ and (head := key.fileobj.recv(65536)):
                    if "answer" not in state:
                        state["answer"] = int(head[9:12]), time.monotonic() - state["start"]
                    continue
                if events & selectors.EVENT_READ:
                    raise ConnectionResetError
                state["sent"] += key.fileobj.send(request[state["sent"]:])
                ways = selectors.EVENT_READ | (selectors.EVENT_WRITE if state["sent"] < len(request) else 0)
                selector.modify(key.fileobj, ways, state)
            except BlockingIOError:
                pass
            except OSError:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                results.append(state.get("answer", (0, 0)))
    return results


@attack("--queue", "2")
def refusals_are_fast(server):
    """While the server is full, a refusal comes at once, before the body is read."""
    holders = []
    for _ in range(2):
        connection = server.connect()
        connection.sendall(post(b"x" * 1000, length=100_000))
        holders.append(connection)
    end = time.monotonic() + 3
    while server.metric("u2cl_admitted_requests") < 2:
        check(time.monotonic() < end, "the uploads are not admitted")
        time.sleep(0.01)
    times = []
    for _ in range(100):
        start = time.monotonic()
        with server.connect() as connection:
            connection.sendall(post(b"", length=20_000_000))
            text = connection.recv(65536)
            times.append(time.monotonic() - start)
        check(b" 503 " in text[:20] and b"Retry-After:" in text, f"{text}")
    for connection in holders:
        connection.close()
    times.sort()
    check(times[-2] < 0.25, f"the second longest of 100 takes {times[-2] * 1000:.0f} ms")
    return f"median {times[50] * 1000:.1f} ms, longest {times[-1] * 1000:.1f} ms"


@attack("--connections", "20")
def more_connections_than_allowed(server):
    """Beyond the limit: 503 with Retry-After at once, probes are answered, and a flood is shaken off."""
    held = [server.connect() for _ in range(20)]
    time.sleep(0.3)
    start = time.monotonic()
    codes, text = server.talk(post(b"", length=1000))
    check(codes == [503] and b"Retry-After:" in text, f"{codes} {text}")
    check(time.monotonic() - start < 1.5, "the refusal takes too long")
    for path in ["/healthz", "/readyz", "/metrics"]:
        check(server.get(path)[0] == 200, f"{path} is not answered")
    flood = []
    for _ in range(300):
        flood.append(server.connect())
    time.sleep(0.5)
    check(server.descriptors() < 150, f"{server.descriptors()} descriptors")
    for connection in held + flood:
        connection.close()


@attack()
def clients_that_leave(server):
    """Clients that leave at any moment, with and without a reset."""
    body = post(noise(400, 300))
    for number in range(60):
        connection = server.connect()
        if number % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(body[:len(body) * (number % 10 + 1) // 10])
        if number % 3 == 0:
            time.sleep(0.02)
        connection.close()


@attack()
def half_closed_connections(server):
    """Clients that close their own direction first."""
    for request, allowed in [(GET, [[200], []]), (post(b"abc", length=10), [[400], []]), (b"GET / HT", [[400], []]),
                             (b"", [[]])]:
        with server.connect(5) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            codes, text = read_all(connection)
            check(codes in allowed and b"still open" not in text, f"{request[:30]}: {codes} {text[-50:]}")


@attack()
def expectations(server):
    """100 Continue comes only once the body is wanted."""
    with server.connect(5) as connection:
        connection.sendall(post(b"", "Expect: 100-continue", "Connection: close", length=len(PICTURE)))
        first = connection.recv(65536)
        check(first == b"HTTP/1.1 100 Continue\r\n\r\n", f"{first}")
        connection.sendall(PICTURE)
        codes, _ = read_all(connection)
        check(codes == [200], f"{codes}")
    for fields, path, length, code in [(["Expect: 100-continue"], "/nothing", 10, 404),
                                       (["Expect: 100-continue"], "/v1/remove", 100 << 20, 413),
                                       (["Expect: something"], "/v1/remove", 10, 417)]:
        codes, text = server.talk(post(b"", *fields, path=path, length=length))
        check(codes == [code], f"{fields} {path}: {codes} {text}")


@attack()
def odd_paths(server):
    """Paths lead nowhere but to routes."""
    for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/remove%00.png", "//healthz", "/healthz/",
                 "/healthz%2f", "/v1/../healthz", "/" + "a/" * 2000, "/%", "/%zz", "/?" + "a=b&" * 1000]:
        codes, text = server.talk(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        check(codes in ([404], [405], [400], [200]) and b"root:" not in text, f"{path[:40]}: {codes}")
        check(codes != [200] or path.startswith("/?"), f"{path[:40]}: {codes}")
    codes, _ = server.talk(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: a\"b\r\n\r\n")
    for line in server.log:
        if line.startswith("{"):
            json.loads(line)


@attack("--grace", "3")
def stopping_with_stalled_uploads(server):
    """SIGTERM while uploads stall: the server ends with 0 within the grace."""
    held = []
    for number in range(20):
        connection = server.connect()
        connection.sendall(post(b"x" * 1000, length=1_000_000) if number % 2 else b"GET /healthz HT")
        held.append(connection)
    time.sleep(0.5)
    start = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    try:
        code = server.process.wait(10)
    except subprocess.TimeoutExpired:
        raise Failure("the server does not end") from None
    taken = time.monotonic() - start
    check(code == 0, f"ends with {code}: {server.log[-3:]}")
    check(taken < 4.5, f"ends after {taken:.1f} s")
    for connection in held:
        connection.close()
    return f"ends after {taken:.1f} s"


stopping_with_stalled_uploads.ends = True


@attack("--grace", "20")
def stopping_finishes_what_is_under_way(server):
    """SIGTERM while a picture is made: it is finished, idle connections are closed, and the server ends soon."""
    idle = [server.connect() for _ in range(5)]
    results = []
    body = noise(1500, 1000)
    thread = threading.Thread(target=lambda: results.append(server.get("/v1/remove", body=body)))
    thread.start()
    end = time.monotonic() + 5
    while server.metric("u2cl_admitted_requests") < 1 and time.monotonic() < end:
        time.sleep(0.005)
    start = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    check(server.process.wait(15) == 0, "does not end with 0")
    taken = time.monotonic() - start
    thread.join()
    check(results and results[0][0] == 200, f"{[result[0] for result in results]}")
    check(taken < 10, f"ends after {taken:.1f} s")
    for connection in idle:
        connection.close()
    return f"ends after {taken:.1f} s"


stopping_finishes_what_is_under_way.ends = True


@attack("--grace", "5")
def stopping_in_a_storm_of_connections(server):
    """SIGTERM while clients connect as fast as they can: the server ends with 0."""
    ends = threading.Event()

    def storm(_):
        while not ends.is_set():
            try:
                with server.connect(2) as connection:
                    connection.sendall(GET)
            except OSError:
                pass

    thread = threading.Thread(target=in_parallel, args=(8, storm))
    thread.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    try:
        code = server.process.wait(10)
    except subprocess.TimeoutExpired:
        raise Failure("the server does not end") from None
    finally:
        ends.set()
        thread.join()
    check(code == 0, f"ends with {code}: {server.log[-3:]}")


stopping_in_a_storm_of_connections.ends = True


# MARK: Running


def run(binary, port, name, function, options, environment):
    """Runs an attack against a server of its own; whether it has passed."""
    start = time.monotonic()
    try:
        with Server(binary, port, *options, environment=environment) as server:
            server.serves(within=10)
            descriptors = server.descriptors()
            remark = function(server)
            if not getattr(function, "ends", False):
                server.holds_nothing(descriptors)
                server.serves()
                check(server.process.poll() is None, "the server has ended")
            # Whatever the client has sent, a line of the log is one object.
            for line in server.log:
                if line.startswith("{"):
                    json.loads(line)
    except (Failure, OSError, ValueError) as failure:
        print(f"FAILED {name}: {failure!r}" if not isinstance(failure, Failure) else f"FAILED {name}: {failure}")
        return False
    print(f"passed {name} in {time.monotonic() - start:.1f} s" + (f": {remark}" if remark else ""), flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("server", help="binary of u2cl-serve")
    parser.add_argument("--port", type=int, default=0, help="port of the server; a free one by default")
    parser.add_argument("--only", nargs="*", help="parts of the names of the attacks to play")
    arguments = parser.parse_args()
    passed = []
    for name, function, options, environment in ATTACKS:
        if not arguments.only or any(part in name for part in arguments.only):
            passed.append(run(arguments.server, arguments.port, name, function, options, environment))
    print(f"{sum(passed)} of {len(passed)} attacks were withstood")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
