"""Clients of rembg's server: the commands and calls of its README, each parameter, and its own results."""

import shlex
import subprocess

import numpy as np
import requests
from pictures import BOMB, BROKEN, PICTURE, WITH_ALPHA, array, decoded, difference
from remove_bg import assert_same

# As in rembg's README, but for the host; $IN and $OUT stand for the files.
README = [
    'curl -s -F file=@$IN "$HOST/api/remove" -o $OUT',
    'curl -s -F file=@$IN -F model=u2netp "$HOST/api/remove" -o $OUT',
    'curl -s -F file=@$IN -F om=true "$HOST/api/remove" -o $OUT',
]


def post(context, file=PICTURE, query=None, **fields):
    return requests.post(f"{context.address}/api/remove", files={"file": file}, data=fields, params=query, timeout=60)


def png(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    return array(answer.content)


def refused(answer, word, status=400):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:200]}"
    detail = answer.json()["detail"]
    text = detail if isinstance(detail, str) else detail[0]["msg"]
    assert word in text, text
    assert "\n" not in text


def check_readme(context):
    source, target = context.folder / "in.jpg", context.folder / "out.png"
    source.write_bytes(PICTURE)
    for line in README:
        command = line.replace("$IN", str(source)).replace("$OUT", str(target)).replace("$HOST", context.address)
        target.unlink(missing_ok=True)
        subprocess.run(shlex.split(command), check=True)
        assert decoded(target.read_bytes()).size == (640, 480)


def check_requests_client(context):
    """The usual client: a file that is open, and the model as data."""
    source = context.folder / "picture.jpg"
    source.write_bytes(PICTURE)
    with open(source, "rb") as file:
        response = requests.post(
            f"{context.address}/api/remove", files={"file": file}, data={"model": "u2netp", "a": False, "ppm": False},
            timeout=60)
    assert png(response).shape == (480, 640, 4)
    # Files without a name, and parameters in the address.
    assert png(post(context, query={"om": "True"})).shape == (480, 640)


def check_mask(context):
    """om is the mask of our own interface, and the alpha of the plain cut-out."""
    mask = png(post(context, om=True, model="u2netp"))
    own = requests.post(f"{context.address}/v1/mask", files={"image": PICTURE}, data={"model": "u2netp"}, timeout=60)
    limit = difference(mask, array(own.content))
    assert limit < 2, limit
    assert (png(post(context, model="u2netp"))[..., 3] == mask).all()


def check_kinds(context):
    plain, clean, matted = (png(post(context, **fields)) for fields in ({}, {"dc": "1"}, {"a": "on"}))
    own = requests.post(f"{context.address}/v1/remove", files={"image": PICTURE}, data={"matting": "true"}, timeout=60)
    assert_same(matted, array(own.content))
    assert (plain[..., 3] == clean[..., 3]).all()
    assert (plain[..., :3] != clean[..., :3]).any()
    inside = plain[..., 3] == 255
    assert difference(plain[..., :3][inside], array(PICTURE)[inside]) < 1e-9


def check_smoothing(context):
    mask = png(post(context, om=True, ppm=True))
    assert set(np.unique(mask)) == {0, 255}
    assert (png(post(context, ppm=True))[..., 3] == mask).all()


def check_background(context):
    result = png(post(context, bgc="255, 0,0,255"))
    assert result.shape == (480, 640, 4) and (result[..., 3] == 255).all()
    assert tuple(result[0, 0]) == (255, 0, 0, 255)
    result = png(post(context, bgc="0,0,255,51"))
    assert tuple(result[0, 0]) == (0, 0, 255, 51)
    # rembg takes the colour of POST from the address.
    assert tuple(png(post(context, query={"bgc": "1,2,3,255"}))[0, 0]) == (1, 2, 3, 255)


def check_alpha_of_input(context):
    mask = png(post(context, WITH_ALPHA, om=True))
    own = array(WITH_ALPHA)[..., 3]
    assert np.abs(png(post(context, WITH_ALPHA))[..., 3] - own * mask / 255).max() <= 1
    assert (png(post(context, WITH_ALPHA, extras='{"putalpha": true}'))[..., 3] == mask).all()


def check_refusals(context):
    refused(post(context, model="u2net"), "u2cl models pull u2net")
    refused(post(context, model="../u2netp"), "installed")
    refused(post(context, model="nothing-like-this"), "installed")
    refused(post(context, model="u2net_cloth_seg"), "u2net_cloth_seg")
    for fields, word in [
        ({"vm": "true"}, "vm"), ({"a": "1", "ae": "15"}, "ae"), ({"a": "1", "ppm": "1"}, "ppm"), ({"af": "256"}, "af"),
        ({"ab": "-1"}, "ab"), ({"ae": "x"}, "ae"), ({"a": "perhaps"}, "a is"), ({"bgc": "1,2,3"}, "bgc"),
        ({"bgc": "red"}, "bgc"), ({"bgc": "1,2,3,256"}, "bgc"), ({"extras": "{"}, "JSON"), ({"extras": '{"a":1}'}, "extras"),
        ({"unknown": "<script>"}, "not known"),
    ]:
        answer = post(context, **fields)
        refused(answer, word)
        assert "script" not in answer.text
    refused(requests.post(f"{context.address}/api/remove", files={"a": PICTURE}, timeout=60), "file")
    refused(requests.post(f"{context.address}/api/remove", data={"om": "1"}, timeout=60), "file", 422)
    refused(requests.get(f"{context.address}/api/remove", timeout=60), "url", 422)
    refused(requests.get(f"{context.address}/api/remove", {"url": "http://example.com/a"}, timeout=60), "--allow-url")
    refused(post(context, BROKEN), "image", 422)
    refused(post(context, b"no picture"), "image", 422)
    refused(post(context, BOMB), "pixels", 413)
    refused(requests.put(f"{context.address}/api/remove", timeout=60), "GET", 405)
    assert requests.get(f"{context.address}/api", timeout=60).status_code == 200


# Prints the path of a file for each case.
PEER = """
import io, sys
from pathlib import Path
from rembg import new_session, remove
folder, source = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
session = new_session("u2netp")
cases = {"mask": {"only_mask": True}, "smooth": {"only_mask": True, "post_process_mask": True}, "plain": {},
  "clean": {"decontaminate": True}, "matted": {"alpha_matting": True}, "put": {"putalpha": True},
  "blue": {"bgcolor": (0, 0, 255, 255)}}
for name, options in cases.items():
    (folder / f"{name}.png").write_bytes(remove(source, session=session, **options))
"""


def check_rembg_itself(context):
    """rembg's results of the same picture and the same weights."""
    if not context.options.rembg:
        return "left out: no --rembg"
    home = context.folder / "rembg"
    home.mkdir()
    (home / "u2netp.onnx").symlink_to(context.options.weights.resolve())
    source = context.folder / "source.jpg"
    source.write_bytes(PICTURE)
    environment = {"U2NET_HOME": str(home), "MODEL_CHECKSUM_DISABLED": "1", "HOME": str(home)}
    command = [context.options.rembg, "-c", PEER, str(home), str(source)]
    subprocess.run(command, check=True, env=environment)
    cases = {"mask": {"om": 1}, "smooth": {"om": 1, "ppm": 1}, "plain": {}, "clean": {"dc": 1}, "matted": {"a": 1},
             "put": {"extras": '{"putalpha": true}'}, "blue": {"bgc": "0,0,255,255"}}
    notes = []
    for name, fields in cases.items():
        ours, peer = png(post(context, model="u2netp", **fields)), array((home / f"{name}.png").read_bytes())
        if name == "blue":
            distance, limit = difference(ours, peer), 3
        elif ours.ndim == 2:
            distance, limit = difference(ours, peer), 2
        else:
            distance, limit = difference(ours[..., 3], peer[..., 3]), 4 if name == "matted" else 2
        notes.append(f"{name} {distance:.3f}")
        assert distance < limit, notes
    return ", ".join(notes)
