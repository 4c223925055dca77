"""Clients of remove.bg: PyPI's removebg, and each parameter and error by itself."""

import base64
import io
import logging
import zipfile

import numpy as np
import removebg.removebg
import requests
from pictures import BOMB, BROKEN, PICTURE, array, decoded, difference, disc, encoded, flat

LARGE = encoded(disc(3000, 2000), "JPEG")


def post(context, headers=None, file=PICTURE, **fields):
    files = {"image_file": file} if file else None
    return requests.post(
        f"{context.address}/v1.0/removebg", files=files, data=fields, headers={"X-Api-Key": "key"} | (headers or {}),
        timeout=120)


def result(answer, kind="image/png"):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == kind, answer.headers["Content-Type"]
    pixels = array(answer.content)
    assert (int(answer.headers["X-Height"]), int(answer.headers["X-Width"])) == pixels.shape[:2]
    assert answer.headers["X-Credits-Charged"] == "0"
    return pixels


def refused(answer, code, word="", status=400):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:200]}"
    errors = answer.json()["errors"]
    assert len(errors) == 1 and errors[0]["code"] == code, errors
    assert word in errors[0]["title"], errors
    assert "script" not in answer.text


def assert_same(one, other):
    """Cut-outs that differ in the colours of invisible pixels at most."""
    visible = other[..., 3] > 0
    assert (one[visible] == other[visible]).all() and (one[~visible] == 0).all()


def box(answer):
    top, left, width, height = (int(answer.headers[f"X-Foreground-{n}"]) for n in ("Top", "Left", "Width", "Height"))
    return top, left, top + height, left + width


def box_of(alpha):
    rows, columns = np.where((alpha > 12).any(1))[0], np.where((alpha > 12).any(0))[0]
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def check_python_client(context):
    """PyPI's removebg 0.4, unchanged but for the address and the key."""
    removebg.removebg.API_ENDPOINT = f"{context.address}/v1.0/removebg"
    source = context.folder / "picture.jpg"
    source.write_bytes(PICTURE)
    client = removebg.RemoveBg("key", str(context.folder / "error.log"))
    client.remove_background_from_img_file(str(source))
    picture = decoded((context.folder / "picture.jpg_no_bg.png").read_bytes())
    assert picture.mode == "RGBA" and picture.width * picture.height <= 250_000
    client.remove_background_from_img_file(str(source), size="4k", bg_color="green")
    corner = array((context.folder / "picture.jpg_no_bg.png").read_bytes())[0, 0]
    assert np.abs(corner - (0, 128, 0)).max() < 3, corner
    target = context.folder / "base64.png"
    client.remove_background_from_base64_img(base64.b64encode(PICTURE), size="hd", new_file_name=str(target))
    assert decoded(target.read_bytes()).size == (640, 480)
    try:
        client.remove_background_from_img_url("http://example.com/a.jpg", new_file_name=str(target))
        raise AssertionError("an address was fetched")
    except requests.HTTPError as error:
        refused(error.response, "invalid_parameters", "--allow-url")
    logging.shutdown()


def check_sources(context):
    url = f"{context.address}/v1.0/removebg"
    text = base64.b64encode(PICTURE).decode()
    first = post(context, size="full").content
    for request in [
        {"data": {"image_file_b64": text, "size": "full"}},
        {"json": {"image_file_b64": text, "size": "full", "crop": False, "image_url": None, "bg_color": ""}},
        {"json": {"image_file_b64": f"data:image/jpeg;base64,{text}", "size": "full"}},
        {"files": {"image_file_b64": (None, text), "size": (None, "full")}},
        {"files": {"image_file": ("", b"")}, "data": {"image_file_b64": text, "size": "full"}},
    ]:
        answer = requests.post(url, timeout=60, **request)
        assert answer.status_code == 200 and answer.content == first, answer.text[:200]
    refused(requests.post(url, data={"size": "full"}, timeout=60), "missing_source")
    refused(requests.post(url, json={}, timeout=60), "missing_source")
    refused(post(context, image_file_b64=text), "multiple_sources")
    refused(post(context, image_url="http://example.com/"), "multiple_sources")
    refused(post(context, None, None, image_file_b64="***"), "invalid_parameters")
    refused(post(context, None, BROKEN), "invalid_file_type")
    refused(post(context, None, b"text"), "invalid_file_type")
    refused(post(context, None, BOMB), "resolution_too_high")
    refused(post(context, None, bytes(34 << 20)), "file_too_large")
    refused(post(context, None, encoded(flat(), "PNG")), "unknown_foreground")
    refused(requests.get(url, timeout=60), "wrong_method", status=405)


def check_same_as_ours(context):
    own = requests.post(f"{context.address}/v1/remove", files={"image": PICTURE}, timeout=60)
    assert_same(result(post(context, size="full")), array(own.content))
    assert (result(post(context, size="full", channels="alpha")) == array(own.content)[..., 3]).all()


def check_sizes(context):
    for size, limit in {
        "preview": 0.25, "small": 0.25, "regular": 0.25, "medium": 1.5, "hd": 4, "full": 25, "4k": 25, "auto": 25,
        "50MP": 50,
    }.items():
        pixels = result(post(context, None, LARGE, size=size, format="jpg"), "image/jpeg")
        height, width = pixels.shape[:2]
        assert height * width <= min(limit * 1e6, 6_000_000)
        assert height * width > 0.97 * min(limit * 1e6, 6_000_000), (size, pixels.shape)
        assert abs(width / height - 1.5) < 0.01
    assert result(post(context)).shape[:2] == result(post(context, size="preview")).shape[:2]
    # A scaled result looks like the large one.
    large, small = post(context, None, LARGE, size="full"), post(context, None, LARGE, size="preview")
    scaled = decoded(large.content).convert("RGBa").resize(decoded(small.content).size).convert("RGBA")
    limit = difference(np.asarray(scaled)[..., 3].astype(int), result(small)[..., 3])
    assert limit < 1.5, limit
    refused(post(context, size="huge"), "invalid_parameters", "size")


def check_formats(context):
    assert result(post(context)).shape[2] == 4
    assert result(post(context, bg_color="fff"), "image/jpeg").shape[2] == 3
    jpeg = result(post(context, format="jpg"), "image/jpeg")
    assert jpeg[0, 0].min() >= 253
    assert decoded(post(context, format="webp").content).format == "WEBP"
    assert decoded(post(context, format="png", bg_color="fff").content).format == "PNG"
    answer = post(context, format="zip", size="full")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None and archive.namelist() == ["color.jpg", "alpha.png"]
        color, alpha = (array(archive.read(name)) for name in archive.namelist())
    assert (alpha == result(post(context, size="full", channels="alpha"))).all()
    assert color.shape == (480, 640, 3)
    assert difference(color[alpha == 0], array(PICTURE)[alpha == 0]) < 3
    refused(post(context, format="gif"), "invalid_parameters", "format")
    refused(post(context, format="zip", channels="alpha"), "invalid_parameters", "zip")


def check_invisible_pixels(context):
    for fields in ({}, {"size": "full"}, {"crop": "true", "crop_margin": "20px"}, {"scale": "50%"}):
        pixels = result(post(context, **fields))
        assert (pixels[pixels[..., 3] == 0] == 0).all(), "the background is still there"


def check_crop(context):
    whole = post(context, size="full")
    assert box(whole) == box_of(result(whole)[..., 3])
    top, left, bottom, right = box(whole)
    cropped = post(context, size="full", crop="true")
    assert (result(cropped) == result(whole)[top:bottom, left:right]).all()
    assert box(cropped) == (0, 0, bottom - top, right - left)
    for margin, (above, beside, below, before) in {
        "30px": (30, 30, 30, 30), "10": (10, 10, 10, 10), "10px 20px": (10, 20, 10, 20), "1px 2px 3px 4px": (1, 2, 3, 4),
        "10%": tuple(round(0.1 * n) for n in (bottom - top, right - left, bottom - top, right - left)), "500px": (500,) * 4,
    }.items():
        answer = post(context, size="full", crop="true", crop_margin=margin)
        expected = bottom - top + above + below, right - left + beside + before
        assert result(answer).shape[:2] == expected, (margin, result(answer).shape, expected)
        assert box(answer)[:2] == (above, before)
    assert (result(post(context, size="full", crop_margin="30px")) == result(whole)).all()
    for margin in ("501px", "51%", "-3px", "1px 2px 3px", "wide", "1e9"):
        refused(post(context, crop="true", crop_margin=margin), "invalid_parameters", "crop_margin")
    refused(post(context, crop="perhaps"), "invalid_parameters", "crop")


def check_scale_and_position(context):
    answer = post(context, size="full", scale="50%")
    top, left, bottom, right = box(answer)
    assert result(answer).shape[:2] == (480, 640)
    assert abs(max((bottom - top) / 480, (right - left) / 640) - 0.5) < 0.01
    assert abs(top + bottom - 480) <= 2 and abs(left + right - 640) <= 2
    whole = box(post(context, size="full"))
    for position, (x, y) in {"0%": (0, 0), "100%": (1, 1), "0% 100%": (0, 1), "center": (0.5, 0.5), "25% 75%": (0.25, 0.75)}.items():
        top, left, bottom, right = box(post(context, size="full", position=position))
        assert abs(left - x * (640 - (whole[3] - whole[1]))) <= 1, (position, left)
        assert abs(top - y * (480 - (whole[2] - whole[0]))) <= 1, (position, top)
    assert box(post(context, size="full", position="original", scale="original")) == whole
    kept = box(post(context, size="full", position="original", scale="40%"))
    assert abs(kept[0] + kept[2] - whole[0] - whole[2]) <= 2
    answer = post(context, size="full", crop="true", crop_margin="50px", scale="100%")
    assert result(answer).shape[0] == box(answer)[2] - box(answer)[0] or result(answer).shape[1] == box(answer)[3] - box(answer)[1]
    for name, values in {"scale": ["5%", "101%", "2", "big"], "position": ["left", "101%", "1% 2% 3%", "10px"]}.items():
        for value in values:
            refused(post(context, **{name: value}), "invalid_parameters", name)


def check_region(context):
    whole = box(post(context, size="full"))
    answer = post(context, size="full", roi=f"{whole[1] - 20}px {whole[0] - 20}px {whole[3] + 20}px 100%")
    alpha = result(answer)[..., 3]
    assert alpha.shape == (480, 640)
    assert (alpha[:, : whole[1] - 21] == 0).all() and (alpha[: whole[0] - 21] == 0).all()
    assert max(abs(a - b) for a, b in zip(box(answer), whole)) < 12
    assert (result(post(context, size="full", roi="0% 0% 100% 100%")) == result(post(context, size="full"))).all()
    for roi in ("0 0 100%", "a b c d", "1 2 3 4 5"):
        refused(post(context, roi=roi), "invalid_parameters", "roi")
    refused(post(context, roi="5px 5px 5px 5px"), "invalid_file_type", "region")


def check_backgrounds(context):
    for text, color in {
        "81d4fa": (0x81, 0xD4, 0xFA), "#f00": (255, 0, 0), "green": (0, 128, 0), "RebeccaPurple": (0x66, 0x33, 0x99),
    }.items():
        pixels = result(post(context, size="full", bg_color=text, format="png"))
        assert pixels.shape[2] == 3 and tuple(pixels[0, 0]) == color, (text, pixels[0, 0])
    assert tuple(result(post(context, bg_color="81d4fa77"))[0, 0]) == (0x81, 0xD4, 0xFA, 0x77)
    assert tuple(result(post(context, bg_color="f008"))[0, 0]) == (255, 0, 0, 0x88)
    back = encoded(disc(300, 500, (0.1, 0.1), 0.5), "PNG")
    answer = requests.post(
        f"{context.address}/v1.0/removebg", files={"image_file": PICTURE, "bg_image_file": back},
        data={"size": "full", "format": "png"}, timeout=60)
    pixels = result(answer)
    cutout = result(post(context, size="full"))
    behind = np.asarray(decoded(back).resize((640, 1067)).crop((0, 293, 640, 773))).astype(int)
    assert difference(pixels[cutout[..., 3] == 0], behind[cutout[..., 3] == 0]) < 4
    inside = cutout[..., 3] == 255
    assert (pixels[inside] == cutout[..., :3][inside]).all()
    same = encoded(disc(640, 480, (0.9, 0.9)), "PNG")
    answer = requests.post(
        f"{context.address}/v1.0/removebg", files={"image_file": PICTURE, "bg_image_file": same},
        data={"size": "full", "format": "png"}, timeout=60)
    assert (result(answer)[cutout[..., 3] == 0] == array(same)[cutout[..., 3] == 0]).all()
    for color in ("12345", "#gggggg", "nocolor", "<script>"):
        refused(post(context, bg_color=color), "invalid_parameters", "bg_color")
    refused(post(context, bg_color="fff", bg_image_url="http://example.com/"), "invalid_parameters", "bg_color")
    refused(post(context, bg_image_url="http://example.com/"), "invalid_parameters", "bg_image_url")
    refused(post(context, bg_color="fff", channels="alpha"), "invalid_parameters", "channels")


def check_other_parameters(context):
    for fields in (
        {"type": "auto"}, {"type_level": "1"}, {"add_shadow": "false"}, {"semitransparency": "true"},
        {"shadow_type": "none"}, {"channels": "rgba"}, {"roi": ""}, {"size": ""},
    ):
        assert post(context, **fields).headers["X-Type"] == "other", fields
    assert "X-Type" not in post(context, type_level="none").headers
    for name, value in {
        "type": "car", "type_level": "2", "add_shadow": "true", "semitransparency": "false", "shadow_type": "3D",
        "channels": "rgb", "shadow_opacity": "70",
    }.items():
        refused(post(context, **{name: value}), "invalid_parameters", name)
    refused(post(context, type="person"), "invalid_parameters", "u2net_human_seg")
    refused(post(context, nonsense="<script>"), "invalid_parameters", "not known")
    refused(post(context, size=["full", "hd"]), "invalid_parameters", "twice")


def check_json(context):
    answer = post(context, {"Accept": "application/json"}, size="full")
    assert answer.headers["Content-Type"] == "application/json"
    data = answer.json()["data"]
    assert base64.b64decode(data["result_b64"]) == post(context, size="full").content
    top, left, bottom, right = box(answer)
    assert (data["foreground_top"], data["foreground_left"]) == (top, left)
    assert (data["foreground_height"], data["foreground_width"]) == (bottom - top, right - left)


def check_account(context):
    for path in ("/v1.0/account", "/account"):
        attributes = requests.get(f"{context.address}{path}", headers={"X-Api-Key": "key"}, timeout=60).json()["data"]["attributes"]
        assert attributes["credits"]["total"] > 0 and attributes["api"]["free_calls"] > 0
