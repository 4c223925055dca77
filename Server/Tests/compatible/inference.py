"""Clients of the Open Inference Protocol: Triton's own, and requests by hand."""

import base64
import json
import struct

import numpy as np
import requests
import tritonclient.http as triton
from pictures import BOMB, BROKEN, PICTURE, array, difference, disc
from tritonclient.utils import InferenceServerException

MODEL = "u2cl-default"


def client(context):
    return triton.InferenceServerClient(context.address.removeprefix("http://"))


def own(context, path, **fields):
    return array(requests.post(f"{context.address}{path}", files={"image": PICTURE}, data=fields, timeout=60).content)


def infer(context, request, model=MODEL, **options):
    return requests.post(f"{context.address}/v2/models/{model}/infer", json=request, timeout=60, **options)


def file_input(binary=True):
    tensor = triton.InferInput("image", [1], "BYTES")
    value = PICTURE if binary else base64.b64encode(PICTURE)
    tensor.set_data_from_numpy(np.array([value], dtype=object), binary_data=binary)
    return tensor


def pixels_input(pixels, binary=True):
    tensor = triton.InferInput("pixels", [1, *pixels.shape], "UINT8")
    tensor.set_data_from_numpy(pixels[None], binary_data=binary)
    return tensor


def refused(answer, word, status=400):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:200]}"
    assert word in answer.json()["error"], answer.text
    assert list(answer.json()) == ["error"]


def check_health_and_metadata(context):
    server = client(context)
    assert server.is_server_live() and server.is_server_ready()
    assert server.is_model_ready(MODEL) and server.is_model_ready("u2netp", "1")
    assert not server.is_model_ready("u2net") and not server.is_model_ready(MODEL, "2")
    assert "binary_tensor_data" in server.get_server_metadata()["extensions"]
    metadata = server.get_model_metadata("u2netp")
    assert metadata["name"] == "u2netp" and metadata["versions"] == ["1"]
    assert {t["name"]: t["datatype"] for t in metadata["inputs"]} == {"image": "BYTES", "pixels": "UINT8"}
    assert {t["name"]: t["datatype"] for t in metadata["outputs"]} == {"mask": "UINT8", "map": "FP32", "image": "BYTES"}
    assert {"u2netp", MODEL} <= {entry["name"] for entry in server.get_model_repository_index()}
    try:
        server.get_model_metadata("nothing")
        raise AssertionError("a model that is not there")
    except InferenceServerException as error:
        assert error.status() == "404"


def check_files(context):
    mask = own(context, "/v1/mask")
    for binary in (True, False):
        answer = client(context).infer(MODEL, [file_input(binary)], request_id="a \"name\"")
        assert answer.get_response()["id"] == "a \"name\""
        result = answer.as_numpy("mask")
        assert result.shape == (1, 480, 640, 1) and result.dtype == np.uint8
        assert (result[0, ..., 0] == mask).all()


def check_pixels(context):
    pixels = np.asarray(disc(320, 240))
    answers = [client(context).infer(MODEL, [pixels_input(pixels, binary)]).as_numpy("mask") for binary in (True, False)]
    assert answers[0].shape == (1, 240, 320, 1) and (answers[0] == answers[1]).all()
    nested = infer(context, {"inputs": [
        {"name": "pixels", "shape": [1, 240, 320, 3], "datatype": "UINT8", "data": [pixels.tolist()]}]})
    assert nested.json()["outputs"][0]["data"] == answers[0].flatten().tolist()
    decoded = client(context).infer(MODEL, [pixels_input(array(PICTURE).astype(np.uint8))])
    assert difference(decoded.as_numpy("mask")[0, ..., 0].astype(int), own(context, "/v1/mask")) < 0.5


def check_outputs(context):
    for binary in (True, False):
        wanted = [triton.InferRequestedOutput(name, binary_data=binary) for name in ("image", "map", "mask")]
        answer = client(context).infer("u2netp", [file_input()], outputs=wanted, model_version="1")
        image = answer.as_numpy("image")[0]
        image = image if binary else base64.b64decode(image)
        assert (array(image) == own(context, "/v1/remove", model="u2netp")).all()
        assert difference(answer.as_numpy("mask")[0, ..., 0].astype(int), own(context, "/v1/mask", model="u2netp")) < 1
        map = answer.as_numpy("map")
        assert map.shape == (1, 1, 320, 320) and map.dtype == np.float32 and 0 <= map.min() < map.max() <= 1
        only = client(context).infer("u2netp", [file_input()], outputs=wanted[1:2]).as_numpy("map")
        assert np.abs(only - map).max() < 1e-5


def check_plain_json(context):
    text = base64.b64encode(PICTURE).decode()
    answer = infer(context, {"id": "1", "inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": [text]}]})
    message = answer.json()
    assert message["model_name"] == MODEL and message["model_version"] == "1" and message["id"] == "1"
    assert message["outputs"][0]["shape"] == [1, 480, 640, 1]
    assert answer.headers["Content-Type"] == "application/json"


def check_refusals(context):
    image = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [base64.b64encode(PICTURE).decode()]}
    tensor = {"name": "input.1", "shape": [1, 3, 2, 2], "datatype": "FP32", "data": [0.5] * 12}
    pixels = {"name": "pixels", "shape": [1, 1, 1, 3], "datatype": "UINT8", "data": [1, 2, 3]}
    for request, word in [
        ({}, "inputs"), ({"inputs": []}, "inputs"), ({"inputs": [image, image]}, "one tensor"),
        ({"inputs": [tensor]}, "own tensor"), ({"inputs": [pixels | {"shape": [1, 1, 2, 3]}]}, "pixels"),
        ({"inputs": [pixels | {"shape": [2, 1, 1, 3]}]}, "pixels"), ({"inputs": [pixels | {"shape": [1, -1, -1, 3]}]}, "pixels"),
        ({"inputs": [pixels | {"data": [1, 2, 300]}]}, "0 to 255"), ({"inputs": [image | {"data": ["***"]}]}, "base64"),
        ({"inputs": [image | {"shape": [2]}]}, "shape"), ({"inputs": [image | {"data": ["", ""]}]}, "base64"),
        ({"inputs": [image], "outputs": [{"name": "d0"}]}, "outputs"), ({"inputs": [image | {"data": None}]}, "data"),
        ({"inputs": [image], "parameters": {"priority": 1}}, "parameters"),
        ({"inputs": [image], "outputs": [{"name": "mask", "parameters": {"classification": 3}}]}, "outputs"),
        ({"inputs": [image | {"parameters": {"binary_data_size": 4}}]}, "binary data"),
        ({"inputs": [image | {"data": [base64.b64encode(BROKEN).decode()]}]}, "image"),
    ]:
        refused(infer(context, request), word)
    refused(infer(context, {"inputs": [image]}, "nothing"), "installed", 404)
    refused(infer(context, {"inputs": [image]}, f"{MODEL}/versions/2"), "version", 404)
    refused(infer(context, {"inputs": [image | {"data": [base64.b64encode(BOMB).decode()]}]}), "pixels", 413)
    refused(infer(context, {"inputs": [pixels | {"data": [1] * (1 << 21)}]}), "binary", 413)
    url = f"{context.address}/v2/models/{MODEL}/infer"
    refused(requests.post(url, data=b"no JSON", timeout=60), "JSON")
    refused(requests.post(url, data=b"[" * 100_000, timeout=60), "JSON")
    refused(requests.post(url, data=b"{}", headers={"Content-Encoding": "gzip"}, timeout=60), "compressed", 415)
    header = json.dumps({"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 8}}]})
    for length, body, word in [
        (len(header), struct.pack("<I", 100) + b"abcd", "length"), (len(header), b"abc", "length"),
        (10**6, b"", "longer"), ("x", b"", "no length"), (-1, b"", "no length"),
    ]:
        headers = {"Inference-Header-Content-Length": str(length)}
        refused(requests.post(url, data=header.encode() + body, headers=headers, timeout=60), word)
    refused(requests.get(url, timeout=60), "POST", 405)
