"""Clients of Photoroom's Remove Background."""

import base64

import requests
from pictures import BROKEN, PICTURE, array, decoded, encoded, flat
from remove_bg import LARGE, assert_same


def post(context, headers=None, file=PICTURE, **fields):
    return requests.post(
        f"{context.address}/v1/segment", files={"image_file": file}, data=fields,
        headers={"x-api-key": "key"} | (headers or {}), timeout=120)


def result(answer, kind="image/png"):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == kind
    return array(answer.content)


def refused(answer, word, status=400):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:200]}"
    problem = answer.json()
    assert problem["status_code"] == status and problem["type"] and word in problem["detail"], problem


def check_parameters(context):
    own = requests.post(f"{context.address}/v1/remove", files={"image": PICTURE}, timeout=60)
    answer = post(context, format="png", channels="rgba", size="full", crop="false", despill="false")
    assert_same(result(answer), array(own.content))
    assert 0 <= float(answer.headers["x-uncertainty-score"]) <= 1
    assert (result(post(context, channels="alpha")) == array(own.content)[..., 3]).all()
    assert tuple(result(post(context, bg_color="#0000ff"))[0, 0]) == (0, 0, 255)
    assert decoded(post(context, format="webp").content).format == "WEBP"
    assert result(post(context, format="jpg"), "image/jpeg").shape == (480, 640, 3)
    cropped = post(context, crop="true")
    assert result(cropped).shape[:2] == tuple(int(cropped.headers[f"X-Foreground-{n}"]) for n in ("Height", "Width"))
    for size, limit in {"preview": 0.25e6, "medium": 1.5e6, "hd": 4e6, "full": 6e6}.items():
        pixels = decoded(post(context, None, LARGE, size=size, format="jpg").content)
        assert 0.97 * limit < pixels.width * pixels.height <= limit


def check_json(context):
    answer = post(context, {"Accept": "application/json"})
    assert base64.b64decode(answer.json()["result_b64"]) == post(context).content
    assert result(post(context, {"Accept": "image/png, application/json"})).shape == (480, 640, 4)


def check_refusals(context):
    for name, value in {
        "format": "gif", "channels": "rgb", "size": "4k", "bg_color": "nocolor", "despill": "true", "crop": "x",
    }.items():
        refused(post(context, **{name: value}), name)
    refused(post(context, shadow="soft"), "not known")
    refused(post(context, channels="alpha", bg_color="red"), "channels")
    refused(requests.post(f"{context.address}/v1/segment", files={"a": (None, "b")}, timeout=60), "image")
    refused(post(context, None, BROKEN), "image")
    refused(post(context, None, encoded(flat(), "PNG")), "nothing stands out")
    refused(requests.get(f"{context.address}/v1/segment", timeout=60), "POST", 405)
