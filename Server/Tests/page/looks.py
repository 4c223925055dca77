"""Screenshots, and the memory of a tab with many large pictures."""

import io
import pathlib

from PIL import Image

from pictures import DEMO, ROOT, ball, noise
from visit import Visit, file

SHAPES = {"desktop": (1280, 800), "phone": (360, 760)}


def screenshots(browser, server, folder):
    """Keeps what the page looks like in its main states."""
    folder.mkdir(parents=True, exist_ok=True)
    for shape, (width, height) in SHAPES.items():
        for scheme in ("light", "dark"):
            visit = Visit(browser, server, viewport={"width": width, "height": height}, color_scheme=scheme,
                          has_touch=shape == "phone", allows_failures=True, reduced_motion="reduce")
            keep = lambda name: visit.page.screenshot(path=folder / f"{shape}-{scheme}-{name}.png")
            keep("welcome")
            visit.choose(file("demo.jpg", DEMO), file("ball.png", ball()), file("broken.png", b"no picture"))
            visit.wait(2)
            visit.wait(1, "failed")
            visit.set_range("#split", 45)
            keep("result")
            visit.background("color")
            visit.page.click('.swatch[value="#ffd84d"]')
            keep("colour")
            visit.page.click(".picture:nth-child(3) .pick")
            keep("failure")
            visit.end()


def documentation(browser, server):
    """Makes the pictures of the documentation, from the demo alone."""
    for shape, scheme in (("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")):
        width, height = SHAPES[shape]
        visit = Visit(browser, server, viewport={"width": width, "height": height}, color_scheme=scheme,
                      reduced_motion="reduce")
        visit.choose(file("apple.jpg", DEMO))
        visit.wait(1)
        if scheme == "dark":
            visit.background("color")
            visit.page.click('.swatch[value="#1f9bb5"]')
        visit.set_range("#split", 45)
        visit.page.evaluate("scrollTo(0, 0)")
        visit.page.wait_for_timeout(300)
        image = Image.open(io.BytesIO(visit.page.screenshot())).convert("RGB")
        path = ROOT / "docs" / "images" / f"server-{shape}-{scheme}.webp"
        path.parent.mkdir(exist_ok=True)
        image.save(path, quality=82, method=6)
        assert path.stat().st_size < 120_000, path
        visit.end()


def memory(browser, server):
    """Sends 50 pictures of 12 megapixels; the tab must live, and stay small."""
    visit = Visit(browser, server)
    picture = noise(4000, 3000, quality=80)
    for batch in range(5):
        visit.choose(*[file(f"{batch}-{index}.jpg", picture) for index in range(10)])
    largest = 0
    for done in range(1, 51):
        visit.page.wait_for_function(
            "count => document.querySelectorAll('.picture[data-state=\"done\"]').length >= count", arg=done,
            timeout=60_000)
        largest = max(largest, renderer_memory())
    visit.background("blur")
    visit.page.select_option("#format", "jpeg")
    with visit.page.expect_download(timeout=300_000):
        visit.page.click("#download-all")
    largest = max(largest, renderer_memory())
    visit.end()
    assert largest < 2500, f"{largest} MiB"
    return f"at most {largest} MiB in a tab, {len(picture) // 1000} kB a picture"


def renderer_memory():
    """The most memory of a process that draws a page, in MiB."""
    sizes = [0]
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                pages = int((process / "statm").read_text().split()[1])
                sizes.append(pages * 4096 >> 20)
        except (OSError, IndexError):
            continue
    return max(sizes)
