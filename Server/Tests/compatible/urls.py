"""Addresses that clients name: what is fetched, and what is refused. The server may ask this machine here."""

import http.server
import threading

import requests
from pictures import PICTURE, array, disc, encoded
from server import free_port

PORT = free_port()
OPTIONS = ["--allow-url", "--allow-url-on-this-machine", "--url-ports", str(PORT)]
BACKGROUND = encoded(disc(640, 480, (0.9, 0.1)), "PNG")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        parts = {"/picture.jpg": PICTURE, "/background": BACKGROUND, "/text": b"no picture"}
        if self.path in parts:
            self.send_response(200)
            # A media type that is not to be trusted.
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(parts[self.path])))
            self.end_headers()
            self.wfile.write(parts[self.path])
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
HOST = f"http://127.0.0.1:{PORT}"


def rembg(context, url):
    return requests.get(f"{context.address}/api/remove", {"url": url}, timeout=60)


def remove_bg(context, **fields):
    return requests.post(f"{context.address}/v1.0/removebg", data=fields, timeout=60)


def check_fetching(context):
    sent = requests.post(f"{context.address}/api/remove", files={"file": PICTURE}, timeout=60)
    for url in (f"{HOST}/picture.jpg", f"{HOST}/to//picture.jpg", f"http://localhost:{PORT}/to/{HOST}/picture.jpg"):
        answer = rembg(context, url)
        assert answer.status_code == 200 and answer.content == sent.content, answer.text[:200]
    answer = remove_bg(context, image_url=f"{HOST}/picture.jpg", bg_image_url=f"{HOST}/background", size="full", format="png")
    assert answer.status_code == 200, answer.text
    assert (array(answer.content)[0, 0] == array(BACKGROUND)[0, 0]).all()


def check_refusals(context):
    for url in (
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.0.1/", "http://[fd00:ec2::254]/",
        f"{HOST}/nothing", f"{HOST}/to/http://169.254.169.254/", f"{HOST}/to/file:///etc/passwd", "http://localhost:22/",
        "file:///etc/passwd", f"http://me:secret@127.0.0.1:{PORT}/picture.jpg", "gopher://127.0.0.1/", "no address",
        "http://[::ffff:10.0.0.1]/", "http://2852039166/", "http://name.invalid/",
    ):
        for answer, field in ((rembg(context, url), "url"), (remove_bg(context, image_url=url), "image_url")):
            assert answer.status_code == 400, (url, answer.status_code)
            text = answer.json().get("detail") or answer.json()["errors"][0]["title"]
            assert text.startswith(f"{field}: "), text
            assert "169.254" not in text and "passwd" not in text and "secret" not in text
    assert rembg(context, f"{HOST}/text").status_code == 422
