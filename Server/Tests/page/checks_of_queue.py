"""Checks of how pictures get to the server: ways in, the queue, progress, cancelling, failures."""

import contextlib

from pictures import DEMO, ball, noise
from visit import Visit, file


def check_drop(browser, server):
    visit = Visit(browser, server)
    visit.drop(file("one.png", ball()), file("two.jpg", DEMO))
    visit.wait(2)
    assert visit.page.is_hidden("#veil")
    assert visit.text("#tally") == "2 of 2 pictures done", visit.text("#tally")
    visit.end()


def check_paste(browser, server):
    visit = Visit(browser, server)
    visit.paste(file("image.png", ball()))
    visit.wait(1)
    visit.end()


def check_many_in_parallel(browser, server):
    visit = Visit(browser, server)
    under_way, most = set(), [0]

    def begin(request):
        if request.url.endswith("/v1/remove"):
            under_way.add(request)
            most[0] = max(most[0], len(under_way))

    visit.page.on("request", begin)
    visit.page.on("requestfinished", lambda request: under_way.discard(request))
    visit.choose(*[file(f"{index}.png", ball(color=(20 * index, 90, 200))) for index in range(12)])
    visit.wait(12)
    assert 2 <= most[0] <= 4, most
    visit.end()
    return f"{most[0]} at once"


def check_camera(browser, server):
    visit = Visit(browser, server)
    visit.page.click('.invitation [data-action="photograph"]')
    visit.page.click("#camera-shoot:enabled")
    visit.page.wait_for_selector(".picture")
    assert visit.page.is_hidden("#camera")
    assert visit.page.evaluate("document.getElementById('camera-view').srcObject") is None, "the camera stays on"
    visit.page.wait_for_selector('.picture[data-state="done"]')
    visit.end()


def check_upload_progress(browser, server):
    visit = Visit(browser, server)
    session = visit.context.new_cdp_session(visit.page)
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    session.send("Network.emulateNetworkConditions", conditions)
    visit.choose(file("noise.jpg", noise(2400, 1600)))
    visit.page.wait_for_function(
        "() => { const bar = document.getElementById('busy-bar');"
        " return bar.hasAttribute('value') && bar.value > 0.05 && bar.value < 0.95; }")
    assert "Uploading" in visit.text("#busy-text")
    visit.wait(1)
    visit.end()


def check_cancel_one_and_all(browser, server):
    visit = Visit(browser, server)
    held = []
    with visit.answers(lambda route: held.append(route)):
        visit.choose(*[file(f"{index}.png", ball()) for index in range(6)])
        visit.page.wait_for_function(
            "() => document.querySelectorAll('.picture:is([data-state=uploading], [data-state=working])').length >= 2")
        visit.page.click("#busy-cancel")
        visit.wait(1, "cancelled")
        visit.page.hover(".picture:nth-child(2)")
        visit.page.click(".picture:nth-child(2) .act")
        visit.wait(2, "cancelled")
        visit.page.click("#cancel-all")
        visit.wait(6, "cancelled")
        assert visit.page.is_hidden("#cancel-all")
        for route in held:
            with contextlib.suppress(Exception):
                route.abort()
    visit.page.click("#retry-all")
    visit.wait(6)
    visit.end()


def check_undo_of_removal(browser, server):
    visit = Visit(browser, server)
    visit.choose(*[file(f"{index}.png", ball()) for index in range(3)])
    visit.wait(3)
    visit.page.click(".picture:nth-child(1) .remove")
    visit.wait(2)
    visit.page.click("#toast-undo")
    visit.wait(3)
    assert visit.text(".picture:nth-child(1) .line") == "0.png"
    visit.page.click("#remove-all")
    assert visit.page.is_visible("#welcome")
    visit.page.click("#toast-undo")
    visit.wait(3)
    assert visit.page.is_visible("#work") and visit.page.is_hidden("#toast")
    assert visit.download()[1] == server.remove(ball())
    visit.end()


def check_broken_file(browser, server):
    visit = Visit(browser, server, allows_failures=True)
    visit.choose(file("good.png", ball()), file("broken.png", b"this is no picture"))
    visit.wait(1)
    visit.wait(1, "failed")
    line = visit.text(".picture:nth-child(2) .line")
    assert "Not a readable picture" in line, line
    visit.page.click(".picture:nth-child(2) .pick")
    assert visit.page.is_visible("#fault")
    assert "picture" in visit.text("#fault-detail"), visit.text("#fault-detail")
    assert "1 failed" in visit.text("#tally")
    with visit.page.expect_response("**/v1/remove") as info:
        visit.page.click("#fault-retry")
    assert info.value.status in (400, 415, 422)
    visit.wait(1, "failed")
    visit.page.click("#fault-remove")
    visit.wait(0, "failed")
    assert visit.page.is_hidden("#fault")
    visit.end()


def check_full_server_is_asked_again(browser, server):
    visit = Visit(browser, server, allows_failures=True)
    tries = []

    def full_twice(route):
        tries.append(route.request)
        if len(tries) > 2:
            return route.continue_()
        body = '{"title":"Service Unavailable","status":503,"detail":"the server is full","code":"full"}'
        headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
        route.fulfill(status=503, headers=headers, body=body)

    with visit.answers(full_twice):
        visit.choose(file("demo.jpg", DEMO))
        visit.wait(1, "pausing")
        assert "busy" in visit.text("#busy-text"), visit.text("#busy-text")
        visit.wait(1)
    assert len(tries) == 3, len(tries)
    visit.end()


def check_small_server(browser, server):
    small = server.another("--queue", "1")
    if not small:
        return "no binary to start"
    try:
        visit = Visit(browser, small, allows_failures=True)
        statuses = []
        visit.page.on("response", lambda answer: statuses.append(answer.status))
        visit.choose(*[file(f"{index}.jpg", DEMO) for index in range(9)])
        visit.wait(9, timeout=90_000)
        visit.end()
    finally:
        small.stop()
    return f"{statuses.count(503)} refusals"


def check_full_server_is_given_up(browser, server):
    visit = Visit(browser, server, allows_failures=True)
    tries = []

    def full(route):
        tries.append(route.request)
        route.fulfill(status=503, headers={"Retry-After": "1"}, body="the server is full")

    with visit.answers(full):
        visit.choose(file("demo.jpg", DEMO))
        visit.wait(1, "failed")
    assert 3 <= len(tries) <= 6, len(tries)
    assert "full" in visit.text("#fault-title")
    visit.end()


def check_unreachable_server(browser, server):
    visit = Visit(browser, server, allows_failures=True)
    with visit.answers(lambda route: route.abort("connectionrefused")):
        visit.choose(file("demo.jpg", DEMO))
        visit.wait(1, "failed")
        assert "cannot be reached" in visit.text("#fault-title")
    visit.page.click("#fault-retry")
    visit.wait(1)
    visit.end()


def check_token(browser, server):
    visit = Visit(browser, server, allows_failures=True)

    def guarded(route):
        if route.request.headers.get("authorization") == "Bearer secret":
            return route.continue_()
        body = '{"title":"Unauthorized","status":401,"detail":"a token is needed","code":"token"}'
        route.fulfill(status=401, content_type="application/problem+json", body=body)

    with visit.answers(guarded):
        visit.choose(file("one.png", ball()), file("two.png", ball()))
        visit.page.wait_for_selector("#token[open]")
        visit.page.fill("#token-field", "secret")
        visit.page.keyboard.press("Enter")
        visit.wait(2)
    stored = visit.page.evaluate("[JSON.stringify(localStorage), JSON.stringify(sessionStorage)]")
    assert "secret" not in stored[0] and "secret" in stored[1], stored
    visit.end()


def check_server_with_token(browser, server):
    guarded = server.another(U2CL_TOKEN="0123456789abcdef-page")
    if not guarded:
        return "no binary to start"
    try:
        visit = Visit(browser, guarded, allows_failures=True)
        visit.choose(file("demo.jpg", DEMO))
        for token in ("wrong-token-of-the-page", "0123456789abcdef-page"):
            visit.page.wait_for_selector("#token[open]")
            visit.page.fill("#token-field", token)
            visit.page.click("#token-use")
        visit.wait(1)
        visit.page.wait_for_selector("#engine-box", state="visible")
        visit.end()
    finally:
        guarded.stop()


def check_model_and_device(browser, server):
    models = server.names("models")
    visit = Visit(browser, server)
    if not models:
        assert visit.page.is_hidden("#engine-box")
        visit.end()
        return "the server has no list of models"
    visit.open("engine-box")
    visit.choose(file("demo.jpg", DEMO))
    visit.wait(1)
    visit.page.wait_for_function("() => document.getElementById('models').textContent.includes('last picture')")
    for model in models:
        assert model["name"] in visit.text("#models"), model
    for device in server.names("devices"):
        assert (device["name"] in visit.text("#devices")) == device.get("isUsed", True), device
    visit.end()


def check_choice_of_a_model(browser, server):
    visit = Visit(browser, server)
    entries = [{"name": name, "bytes": 4_600_000, "task": "saliency", "loaded": is_first, "isDefault": is_first}
               for name, is_first in (("one", True), ("two", False))]
    visit.page.route("**/v1/models", lambda route: route.fulfill(json={"models": entries}))
    asked = []

    def without_model(route):
        body = route.request.post_data_buffer or b""
        asked.append(b'name="model"\r\n\r\ntwo' in body)
        route.fulfill(status=200, content_type="image/png", body=server.remove(ball()))

    visit.page.reload()
    visit.open("engine-box")
    with visit.answers(without_model):
        visit.choose(file("ball.png", ball()))
        visit.wait(1)
        visit.page.wait_for_selector('#models input[value="two"]')
        assert "loaded" in visit.text("#models .card:nth-child(1)")
        assert "loads on first use" in visit.text("#models .card:nth-child(2)")
        with visit.change_of_result():
            visit.page.click("#models .card:nth-child(2)")
        visit.wait(1)
    assert asked == [False, True], asked
    assert visit.text("#engine-now") == "two"
    visit.end()
