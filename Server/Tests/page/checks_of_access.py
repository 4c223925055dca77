"""Checks of the page itself: headers, languages, keyboard, screen readers, what is remembered."""

import re

from axe_playwright_python.sync_playwright import Axe

from pictures import DEMO, ROOT, ball, decoded
from visit import Visit, file

HEADLINES = {
    "en-GB": ("en", "Background gone"), "de-AT": ("de", "Hintergrund weg"), "es-MX": ("es", "Fuera el fondo"),
    "ja-JP": ("ja", "背景を消して"), "zh-CN": ("zh-Hans", "去掉背景"), "fr-FR": ("en", "Background gone"),
}


def check_headers(browser, server):
    headers, text = server.page()
    policy = headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
    assert len(nonce) >= 22, nonce
    expected = ["default-src 'none'", f"style-src 'nonce-{nonce}'", "img-src 'self' blob: data:", "connect-src 'self'"]
    expected += ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    for part in expected:
        assert part in policy, (part, policy)
    assert "unsafe" not in policy
    assert text.count(f'nonce="{nonce}"') == text.count("nonce=") == 2
    assert "{{" not in text
    assert server.page()[0]["Content-Security-Policy"] != policy, "the nonce is not fresh"
    markup = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.S)
    assert not re.search(r"\s(style|on\w+)=", markup), "an inline style or handler"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"]
    return f"{len(text.encode()) // 1000} kB"


def check_policy_is_in_force(browser, server):
    visit = Visit(browser, server)
    visit.page.evaluate("() => { const script = document.createElement('script');"
                        " script.textContent = 'window.broken = true'; document.body.append(script); }")
    assert visit.page.evaluate("window.broken") is None
    refusals, visit.complaints = visit.complaints, []
    assert len(refusals) == 1 and "Content Security Policy" in refusals[0], refusals
    visit.end()


def check_tables_of_languages(browser, server):
    folder = ROOT / "Server" / "Sources" / "WebServer" / "Page" / "Languages"
    tables = {}
    for path in sorted(folder.glob("*.js")):
        entries = re.findall(r'^  (\w+): "(.*)",$', path.read_text(), flags=re.M)
        tables[path.stem] = {key: set(re.findall(r"\{\w+\}", text)) for key, text in entries}
    english = tables["en"]
    assert len(tables) == 5 and len(english) > 100, tables.keys()
    for name, table in tables.items():
        missing = {key for key in english if key not in table}
        # Chinese and Japanese have one form for every number.
        if name in ("ja", "zhHans"):
            missing = {key for key in missing if not key.endswith("_one")}
        assert not missing and not set(table) - set(english), (name, missing, set(table) - set(english))
        for key, names in table.items():
            assert names == english[key], (name, key)


def check_languages(browser, server):
    for locale, (language, headline) in HEADLINES.items():
        visit = Visit(browser, server, locale=locale)
        assert visit.page.get_attribute("html", "lang") == language, locale
        assert headline in visit.text("#headline"), locale
        visit.end()
    visit = Visit(browser, server)
    visit.page.select_option("#language", "de")
    assert "Hintergrund weg" in visit.text("#headline")
    visit.choose(file("ball.png", ball()))
    visit.wait(1)
    assert visit.text("#tally") == "1 von 1 Bild fertig", visit.text("#tally")
    visit.page.select_option("#language", "ja")
    assert visit.text("#tally") == "1枚中1枚が完了", visit.text("#tally")
    visit.end()


def check_choices_are_remembered(browser, server):
    visit = Visit(browser, server)
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    visit.background("color")
    visit.page.click('.swatch[value="#7a4fe0"]')
    visit.page.select_option("#format", "webp")
    visit.set_range("#quality", 77)
    visit.open("crop-box")
    visit.page.check("#trim", force=True)
    visit.page.click("#theme")
    visit.page.select_option("#language", "es")
    visit.page.reload()
    assert visit.page.get_attribute("html", "lang") == "es"
    assert visit.page.get_attribute("html", "data-theme") == "dark"
    assert visit.page.is_visible("#welcome") and visit.page.locator(".picture").count() == 0, "a picture was kept"
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    assert visit.page.is_checked('input[name="background"][value="color"]')
    assert visit.page.input_value("#color") == "#7a4fe0"
    assert (visit.page.input_value("#format"), visit.page.input_value("#quality")) == ("webp", "77")
    assert visit.page.is_checked("#trim")
    stored = visit.page.evaluate("JSON.stringify(localStorage)")
    assert len(stored) < 2000 and "blob:" not in stored and "data:" not in stored and "demo" not in stored, stored
    visit.end()


def check_spoilt_choices(browser, server):
    visit = Visit(browser, server)
    for spoilt in ("{", "null", '{"settings":{"color":"red;}","feather":"many","background":7},"open":3}'):
        visit.page.evaluate("text => localStorage.setItem('u2cl.page', text)", spoilt)
        visit.page.reload()
        visit.choose(file("ball.png", ball()))
        visit.wait(1)
    visit.end()


def check_slider_by_keyboard(browser, server):
    visit = Visit(browser, server)
    visit.choose(file("ball.png", ball()))
    visit.wait(1)
    visit.page.wait_for_timeout(900)
    visit.page.focus("#split")
    visit.page.keyboard.press("End")
    box = visit.page.locator("#sheet").bounding_box()
    corner = lambda: decoded(visit.page.screenshot(), "RGB")[int(box["y"]) + 8, int(box["x"] + box["width"]) - 60]
    assert tuple(corner()) == (200, 205, 210), "the slider at its end does not show the original"
    assert visit.page.get_attribute("#split", "aria-valuetext") == "100% original"
    visit.page.keyboard.press("Home")
    assert tuple(corner()) != (200, 205, 210)
    for _ in range(30):
        visit.page.keyboard.press("ArrowRight")
    assert visit.page.input_value("#split") == "30"
    visit.page.keyboard.press("Home")
    visit.page.focus("#hold")
    visit.page.keyboard.down("Space")
    assert tuple(corner()) == (200, 205, 210), "holding does not show the original"
    visit.page.keyboard.up("Space")
    assert tuple(corner()) != (200, 205, 210)
    visit.end()


def check_zoom_and_pan(browser, server):
    visit = Visit(browser, server)
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    visit.page.focus("#stage")
    fitted = visit.page.locator("#sheet").bounding_box()
    visit.page.keyboard.press("1")
    assert visit.page.locator("#sheet").bounding_box()["width"] == 640
    for _ in range(6):
        visit.page.keyboard.press("+")
    zoomed = visit.page.locator("#sheet").bounding_box()
    assert zoomed["width"] > 2000
    visit.page.keyboard.press("ArrowRight")
    assert visit.page.locator("#sheet").bounding_box()["x"] == zoomed["x"] - 50
    visit.page.mouse.move(400, 300)
    visit.page.mouse.down()
    visit.page.mouse.move(430, 320)
    visit.page.mouse.up()
    assert visit.page.locator("#sheet").bounding_box()["x"] == zoomed["x"] - 20
    visit.page.keyboard.press("0")
    assert visit.page.locator("#sheet").bounding_box() == fitted
    visit.page.mouse.wheel(0, -300)
    visit.page.wait_for_timeout(100)
    assert visit.page.locator("#sheet").bounding_box()["width"] > fitted["width"]
    visit.end()


def check_touch(browser, server):
    visit = Visit(browser, server, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    visit.page.wait_for_function("() => document.getElementById('split').value === '0'")
    session = visit.context.new_cdp_session(visit.page)

    def touch(kind, *points):
        points = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (40, 250))
    for x in range(60, 200, 20):
        touch("touchMove", (x, 250))
    touch("touchEnd")
    assert 40 < float(visit.page.input_value("#split")) < 60, visit.page.input_value("#split")
    fitted = visit.page.locator("#sheet").bounding_box()
    touch("touchStart", (160, 250), (200, 250))
    for step in range(1, 6):
        touch("touchMove", (160 - 10 * step, 250), (200 + 10 * step, 250))
    touch("touchEnd")
    zoomed = visit.page.locator("#sheet").bounding_box()
    assert zoomed["width"] > 2 * fitted["width"], (fitted, zoomed)
    visit.end()


def check_keyboard_alone(browser, server):
    visit = Visit(browser, server)
    page = visit.page
    focused = lambda: page.evaluate("document.activeElement.id || document.activeElement.dataset.action"
                                    " || document.activeElement.className")

    def tab_to(name):
        for _ in range(60):
            if focused() == name:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {name}")

    # Choosers are caught from here on; without it, the first one may come too early.
    page.on("filechooser", lambda chooser: None)
    tab_to("choose")
    with page.expect_file_chooser() as info:
        page.keyboard.press("Enter")
    info.value.set_files([file(f"{index}.png", ball()) for index in range(3)])
    visit.wait(3)
    assert focused() == "pick", "the focus is lost once there are pictures"
    page.keyboard.press("ArrowRight")
    assert page.locator(".picture.selected .line").inner_text() == "1.png"
    page.keyboard.press("Delete")
    visit.wait(2)
    assert focused() == "pick", focused()
    # The slider takes part once the selected picture is drawn.
    page.locator("#split:enabled").wait_for(state="attached")
    page.evaluate("document.getElementById('main').focus()")
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        order.append(focused())
        if order[-1] == "download-all":
            break
    for name in ("stage", "split", "hold", "pick", "download", "download-all"):
        assert name in order, (name, order)
    assert order.index("stage") < order.index("split") < order.index("pick") < order.index("download"), order
    with page.expect_download():
        page.keyboard.press("Enter")
    visit.end()


def check_live_region(browser, server):
    visit = Visit(browser, server)
    visit.page.evaluate(
        "() => { window.told = []; new MutationObserver(() => window.told.push(document.getElementById('status')"
        ".textContent)).observe(document.getElementById('status'), {childList: true}); }")
    visit.choose(file("one.png", ball()), file("two.png", ball()))
    visit.wait(2)
    visit.page.wait_for_timeout(100)
    told = visit.page.evaluate("window.told.join(' ')")
    assert "2 pictures added" in told and "All pictures are done" in told, told
    visit.end()


def check_fits_narrow_screens(browser, server):
    for width in (320, 360, 768):
        for locale in ("en-US", "de-DE", "es-ES", "ja-JP", "zh-CN"):
            visit = Visit(browser, server, viewport={"width": width, "height": 740}, locale=locale, has_touch=True)
            narrow = "document.documentElement.scrollWidth <= innerWidth"
            assert visit.page.evaluate(narrow), ("welcome", width, locale)
            visit.choose(file("one.png", ball()), file("two.png", ball()))
            visit.wait(2)
            visit.open("edges-box", "crop-box")
            visit.page.select_option("#format", "jpeg")
            assert visit.page.evaluate(narrow), ("work", width, locale)
            wide = visit.page.evaluate(
                "[...document.querySelectorAll('button, label')].filter((each) => each.offsetParent &&"
                " each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1)"
                ".map((each) => each.id || each.textContent)")
            assert not wide, (wide, width, locale)
            visit.end()


def check_axe(browser, server):
    states = 0
    for scheme in ("light", "dark"):
        for width in (1280, 360):
            visit = Visit(browser, server, bypass_csp=True, color_scheme=scheme, allows_failures=True,
                          viewport={"width": width, "height": 800}, reduced_motion="reduce")
            for state in axe_states(visit):
                states += 1
                found = Axe().run(visit.page)
                assert found.violations_count == 0, (scheme, width, state, found.generate_report())
            visit.end()
    return f"{states} states"


def axe_states(visit):
    """Brings the page into one state after another."""
    yield "welcome"
    visit.choose(file("demo.jpg", DEMO), file("two.png", ball()), file("broken.png", b"no picture"))
    visit.wait(2)
    visit.wait(1, "failed")
    visit.open("edges-box", "crop-box", "engine-box")
    yield "results"
    visit.background("color")
    visit.page.check("#trim", force=True)
    visit.page.check("#hard", force=True)
    visit.page.select_option("#format", "jpeg")
    visit.page.wait_for_timeout(600)
    visit.wait(2)
    yield "colour and options"
    visit.background("picture")
    visit.page.set_input_files("#backdrop-file", file("sea.png", ball()))
    visit.page.wait_for_selector(".backdrop-choice")
    visit.page.wait_for_selector("#toast", state="hidden")
    yield "picture"
    visit.page.click(".picture:nth-child(3) .pick")
    yield "failure"
    visit.page.evaluate("document.getElementById('token').showModal()")
    yield "token"
    visit.page.evaluate("document.getElementById('token').close()")
