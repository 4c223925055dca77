"""Checks of what the page makes of pictures: results, backgrounds, edges, crops, files."""

import io
import zipfile

import numpy
from PIL import Image

from pictures import DEMO, ball, decoded, over, plain
from visit import Visit, file


def with_demo(browser, server, **options):
    visit = Visit(browser, server, **options)
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    return visit


def stage_pixel(visit, x, y):
    """The colour of the stage at a place of the picture, each from 0 to 1, once the result is revealed."""
    visit.page.wait_for_function("() => document.getElementById('split').value === '0'")
    box = visit.page.locator("#sheet").bounding_box()
    shot = decoded(visit.page.screenshot(), "RGB")
    return shot[int(box["y"] + y * box["height"]), int(box["x"] + x * box["width"])]


def check_cutout_is_the_servers(browser, server):
    visit = with_demo(browser, server)
    name, data = visit.download()
    assert name == "demo-cutout.png", name
    assert data == server.remove(DEMO), "the file differs from the server's"
    visit.end()


def check_colour_background(browser, server):
    visit = with_demo(browser, server)
    visit.background("color")
    visit.page.click('.swatch[value="#2b6be4"]')
    requests = []
    visit.page.on("request", lambda request: requests.append(request.method))
    assert tuple(stage_pixel(visit, 0.02, 0.02)) == (0x2B, 0x6B, 0xE4)
    name, data = visit.download()
    assert name == "demo-color.png", name
    expected = over(decoded(server.remove(DEMO)), (0x2B, 0x6B, 0xE4))
    assert numpy.abs(decoded(data, "RGB") - expected).max() <= 2
    visit.page.fill("#color", "#00ff00")
    assert tuple(stage_pixel(visit, 0.02, 0.02)) == (0, 255, 0)
    assert "POST" not in requests, "a new colour asks the server"
    visit.end()


def check_picture_background(browser, server):
    visit = with_demo(browser, server)
    visit.background("picture")
    visit.page.set_input_files("#backdrop-file", file("sea.png", plain((10, 90, 160))))
    visit.page.wait_for_selector(".backdrop-choice")
    assert tuple(stage_pixel(visit, 0.02, 0.02)) == (10, 90, 160)
    _, data = visit.download()
    expected = over(decoded(server.remove(DEMO)), (10, 90, 160))
    assert numpy.abs(decoded(data, "RGB") - expected).max() <= 2
    visit.end()


def check_blurred_background(browser, server):
    visit = with_demo(browser, server)
    visit.background("blur")
    visit.page.wait_for_selector("#backdrop canvas")
    _, data = visit.download()
    result = decoded(data, "RGB")
    cutout = decoded(server.remove(DEMO))
    servers = decoded(server.remove(DEMO, output="blur", blur_radius=0.02 * 640), "RGB")
    assert result.shape == servers.shape
    # Not the same method, but the same look: a colour apart here and there, none on the whole.
    assert numpy.abs(result - servers).mean() < 3, numpy.abs(result - servers).mean()
    subject = cutout[..., 3] == 255
    assert numpy.abs(result - cutout[..., :3])[subject].max() <= 2, "the subject is blurred"
    visit.set_range("#blur", 8)
    _, more = visit.download()
    assert numpy.abs(decoded(more, "RGB") - result).mean() > 0.2, "the strength changes nothing"
    visit.end()


def check_formats(browser, server):
    visit = with_demo(browser, server)
    for format, kind, ending in (("png", "PNG", "png"), ("webp", "WEBP", "webp"), ("jpeg", "JPEG", "jpg")):
        visit.page.select_option("#format", format)
        name, data = visit.download()
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size, name) == (kind, (640, 480), f"demo-cutout.{ending}"), name
    assert tuple(decoded(data, "RGB")[5, 5]) == (255, 255, 255), "JPEG without a background is not white"
    assert visit.page.is_visible("#jpeg-note")
    visit.end()


def check_threshold_and_feather(browser, server):
    visit = with_demo(browser, server)
    with visit.change_of_result():
        visit.page.check("#hard", force=True)
    visit.wait(1)
    _, hard = visit.download()
    assert hard == server.remove(DEMO, threshold=0.5)
    assert set(numpy.unique(decoded(hard)[..., 3])) <= {0, 255}
    with visit.change_of_result():
        visit.set_range("#feather", 12)
    visit.wait(1)
    _, soft = visit.download()
    assert soft == server.remove(DEMO, threshold=0.5, feather=12)
    visit.end()


def check_edges_and_invert(browser, server):
    visit = with_demo(browser, server)
    for method, options in (("plain", {"refine": "false"}), ("matted", {"matting": "true"})):
        with visit.change_of_result():
            visit.page.check(f'input[name="edges"][value="{method}"]', force=True)
        visit.wait(1)
        assert visit.download()[1] == server.remove(DEMO, **options), method
    with visit.change_of_result():
        visit.page.check("#invert", force=True)
    visit.wait(1)
    assert visit.download()[1] == server.remove(DEMO, matting="true", invert="true")
    visit.end()


def check_trim_is_the_servers(browser, server):
    visit = with_demo(browser, server)
    visit.open("crop-box")
    visit.page.check("#trim", force=True)
    visit.page.wait_for_selector("#crop", state="visible")
    for margin in (0, 10):
        visit.set_range("#margin", margin)
        _, data = visit.download()
        result = decoded(data)
        expected = decoded(server.remove(DEMO, trim="true", margin=f"{margin}%"))
        # The server compares alpha of 16 bits, so a column may be in on one side alone.
        differences = numpy.abs(numpy.subtract(result.shape, expected.shape))
        assert differences.max() <= 2, (result.shape, expected.shape)
        alpha = result[..., 3] > 12
        is_tight = all(side.any() for side in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]))
        assert is_tight == (margin == 0), margin
    visit.background("color")
    assert decoded(visit.download()[1]).shape[:2] == result.shape[:2]
    visit.end()


def check_zip(browser, server):
    visit = Visit(browser, server)
    names = ["demo.jpg", "demo.jpg", "Demo.png", "猫 и ёж.png", "a/../b?.png"]
    visit.choose(*[file(name, DEMO if name == "demo.jpg" else ball()) for name in names])
    visit.wait(len(names))
    name, data = visit.download("#download-all")
    assert name == "u2cl.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        found = archive.namelist()
        assert len(found) == len(names) and len({each.lower() for each in found}) == len(names), found
        assert found[:3] == ["demo-cutout.png", "demo-cutout-2.png", "Demo-cutout-3.png"], found
        assert "猫 и ёж-cutout.png" in found, found
        assert not any("/" in each or "\\" in each for each in found), found
        assert archive.read(found[0]) == server.remove(DEMO)
        for each in found:
            assert decoded(archive.read(each)).shape[2] == 4
    visit.end()


def check_copy_and_paste(browser, server):
    visit = with_demo(browser, server, permissions=["clipboard-read", "clipboard-write"])
    visit.page.click("#copy")
    visit.page.wait_for_selector("#toast:not([hidden])")
    assert visit.text("#toast") == "Copied", visit.text("#toast")
    visit.page.keyboard.press("Control+v")
    visit.wait(2)
    visit.paste(file("ball.png", ball()))
    visit.wait(3)
    visit.end()


def check_nothing_stands_out(browser, server):
    visit = Visit(browser, server)

    def unsure(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "U2CL-Confidence": "0.1"})

    with visit.answers(unsure):
        visit.choose(file("sky.png", plain((120, 160, 220), (200, 150))))
        visit.wait(1)
        assert "Nothing stands out" in visit.text("#warning")
        assert "Nothing stands out" in visit.text(".picture .line")
    visit.end()


def check_settings_of_one_or_all(browser, server):
    visit = Visit(browser, server)
    visit.choose(file("one.png", ball()), file("two.png", ball(color=(30, 90, 200))))
    visit.wait(2)
    visit.background("color")
    visit.page.click('.swatch[value="#111111"]')
    visit.page.uncheck("#all", force=True)
    visit.page.click('.swatch[value="#ffffff"]')
    assert tuple(stage_pixel(visit, 0.02, 0.02)) == (255, 255, 255)
    visit.page.click(".picture:nth-child(2) .pick")
    visit.page.wait_for_timeout(200)
    assert tuple(stage_pixel(visit, 0.02, 0.02)) == (17, 17, 17)
    visit.end()


def check_server_composes_where_the_browser_cannot(browser, server):
    visit = with_demo(browser, server)
    visit.page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (done) => done(null); }")
    visit.background("color")
    visit.page.click('.swatch[value="#2b6be4"]')
    visit.page.select_option("#format", "webp")
    image = Image.open(io.BytesIO(visit.download()[1]))
    assert (image.format, image.size) == ("WEBP", (640, 480))
    assert numpy.abs(decoded(visit.download()[1], "RGB")[5, 5] - (0x2B, 0x6B, 0xE4)).max() < 6
    visit.background("picture")
    visit.page.set_input_files("#backdrop-file", file("sea.png", plain((10, 90, 160))))
    visit.page.wait_for_selector(".backdrop-choice")
    visit.page.select_option("#format", "jpeg")
    assert numpy.abs(decoded(visit.download()[1], "RGB")[5, 5] - (10, 90, 160)).max() < 6
    visit.background("blur")
    assert decoded(visit.download()[1], "RGB").shape == (480, 640, 3)
    visit.background("transparent")
    visit.open("crop-box")
    visit.page.check("#trim", force=True)
    visit.page.select_option("#format", "png")
    assert visit.download()[1] == server.remove(DEMO, trim="true", margin="4%")
    visit.end()


def check_sample(browser, server):
    visit = Visit(browser, server)
    visit.page.click('[data-action="sample"]')
    visit.wait(1)
    alpha = decoded(visit.download()[1])[..., 3]
    assert alpha.shape == (1200, 1200)
    assert alpha[900, 600] > 250 and alpha[20, 20] < 5, "the pot is not cut out"
    visit.end()
