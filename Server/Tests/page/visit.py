"""A visit to the page, with what every check needs."""

import base64
import contextlib

PNG, JPEG = "image/png", "image/jpeg"


def file(name, data):
    return {"name": name, "mimeType": JPEG if name.endswith(".jpg") else PNG, "buffer": data}


class Visit:
    """A page in a context of its own, whose requests and messages are watched."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.allows_failures = options.pop("allows_failures", False)
        options.setdefault("viewport", {"width": 1280, "height": 800})
        options.setdefault("locale", "en-US")
        self.context = browser.new_context(accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self.see)
        self.page.goto(f"{server.url}/")
        self.page.wait_for_function("() => document.title.includes('u2cl') && document.title.length > 6")

    def hear(self, message):
        # The browser itself reports answers that are no 200.
        if self.allows_failures and message.text.startswith("Failed to load resource"):
            return
        # Lists that the server may not have.
        if "404" in message.text and message.location.get("url", "").endswith(("/v1/models", "/v1/devices")):
            return
        self.complaints.append(f"{message.type}: {message.text}")

    def see(self, request):
        if not request.url.startswith((f"{self.server.url}/", "blob:", "data:")):
            self.complaints.append(f"foreign request: {request.url}")

    def end(self):
        self.context.close()
        assert not self.complaints, self.complaints

    def choose(self, *files):
        self.page.set_input_files("#files", list(files))

    def drop(self, *files):
        """Drops files on the page, as from a file manager."""
        transfer = self.transfer(files)
        for event in ("dragenter", "dragover", "drop"):
            self.page.dispatch_event("body", event, {"dataTransfer": transfer})

    def paste(self, *files):
        transfer = self.transfer(files)
        self.page.evaluate(
            "transfer => document.body.dispatchEvent(new ClipboardEvent('paste',"
            " {clipboardData: transfer, bubbles: true, cancelable: true}))", transfer)

    def transfer(self, files):
        parts = [[each["name"], each["mimeType"], base64.b64encode(each["buffer"]).decode()] for each in files]
        return self.page.evaluate_handle(
            """parts => {
              const transfer = new DataTransfer();
              for (const [name, type, text] of parts) {
                const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
                transfer.items.add(new File([bytes], name, {type}));
              }
              return transfer;
            }""", parts)

    def wait(self, count, state="done", timeout=30_000):
        """Waits until so many pictures are in a state."""
        self.page.wait_for_function(
            "([count, state]) => document.querySelectorAll(`.picture[data-state=\"${state}\"]`).length === count",
            arg=[count, state], timeout=timeout)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def set_range(self, selector, value):
        self.page.eval_on_selector(
            selector, "(range, value) => { range.value = value;"
            " range.dispatchEvent(new Event('input', {bubbles: true})); }", value)

    def background(self, kind):
        self.page.check(f'input[name="background"][value="{kind}"]', force=True)

    def open(self, *boxes):
        for box in boxes:
            self.page.eval_on_selector(f"#{box}", "box => box.open = true")

    def download(self, button="#download"):
        """The name and the bytes of what a button saves."""
        with self.page.expect_download() as info:
            self.page.click(button)
        with open(info.value.path(), "rb") as stream:
            return info.value.suggested_filename, stream.read()

    def change_of_result(self):
        """Waits, within a `with`, for the answer of the server that a change of settings asks for."""
        return self.page.expect_response(lambda answer: answer.url.endswith("/v1/remove") and answer.status == 200)

    @contextlib.contextmanager
    def answers(self, handler):
        """Answers requests for results by a handler of routes."""
        pattern = "**/v1/remove"
        self.page.route(pattern, handler)
        yield
        self.page.unroute(pattern)
