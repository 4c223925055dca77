"""Writes a network with seeded weights in every form that an engine reads, and what it must answer.

    python -m benchmarks.peers.export u2netp 320 FOLDER

FOLDER then holds model.pth (official names), model.onnx, model.ncnn.param and .bin, input.npy with maps.npy, and
probe.png with probe.npy: float32 maps [7, size, size], computed in float64.
"""

import argparse
import os
import warnings
from pathlib import Path

import numpy as np
import torch

from Tests.Oracle import networks, safetensors
from Tests.Oracle.seeded import seeded_input, seeded_network, uniform

from ..shared import png
from ..shared.repository import ROOT

MEAN = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).reshape(3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).reshape(3, 1, 1)
OUTPUTS = [f"d{index}" for index in range(networks.MAPS)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", choices=networks.TABLES)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    network = seeded_network(options.name)
    check_golden(options.name, network)
    sample = seeded_input(1, options.size)
    torch.save(network.state_dict(), options.folder / "model.pth")
    export_onnx(network, sample, options.folder / "model.onnx")
    export_ncnn(network, sample, options.folder)
    export_answers(network, sample, options.folder)


def check_golden(name, network):
    """Ends the program where the network differs from the authors' definition on the vectors in $U2CL_SHARED."""
    shared = Path(os.environ.get("U2CL_SHARED", ROOT.parent / "shared"))
    files = sorted(shared.glob(f"golden/synthetic_{name}_[0-9]*x[0-9]*.safetensors"))
    files = [file for file in files if "ch_" not in file.name]  # Other numbers of outputs.
    if not files:
        print(f"{name}: no golden vectors in $U2CL_SHARED to check the definition with")
    for file in files:
        height, width = map(int, file.stem.rpartition("_")[2].split("x"))
        with torch.inference_mode():
            maps = dict(zip(OUTPUTS, network(seeded_input(1, height, width))))
        golden = safetensors.load(file)
        worst = max((maps[key] - golden[key].reshape(maps[key].shape)).abs().max().item() for key in golden)
        print(f"{name}: at most {worst:.1e} from {file.name}")
        if not worst < 1e-5:
            raise SystemExit(f"{name}: the definition in Tests/Oracle is wrong")


def export_onnx(network, sample, path):
    """One file, constant sizes, batch norm folded by the exporter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Sizes become constants, and the exporter is the old one: both on purpose.
        torch.onnx.export(
            network, (sample,), str(path), input_names=["input"], output_names=OUTPUTS, opset_version=17, dynamo=False
        )


def export_ncnn(network, sample, folder):
    """By pnnx; where that fails, ncnn's files are missing and the comparison says so."""
    try:
        import pnnx

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pnnx.export(network, str(folder / "model.pt"), (sample,), fp16=False)
    except Exception as error:  # Whatever a converter throws: the others can still be compared.
        print(f"ncnn: not converted: {type(error).__name__}: {error}")
    for file in (*folder.glob("model.pnnx.*"), *folder.glob("*.py"), folder / "model.pt"):
        file.unlink(missing_ok=True)


def export_answers(network, sample, folder):
    """What must come out: of the seeded input, and of a picture, for u2cl, which takes pictures."""
    size = sample.shape[-1]
    pixels = (uniform("probe", size * size * 3) * 256).to(torch.uint8).reshape(size, size, 3)
    pixels[0, 0] = 255  # The authors divide by the picture's maximum.
    png.write_rgb(folder / "probe.png", size, size, pixels.numpy().tobytes())
    probe = (pixels.permute(2, 0, 1).double() / 255 - MEAN) / DEVIATION
    precise = network.double()
    with torch.inference_mode():
        for name, tensor in (("maps", sample.double()), ("probe", probe.unsqueeze(0))):
            maps = torch.cat(precise(tensor), 1)[0].float()
            np.save(folder / f"{name}.npy", maps.numpy())
    np.save(folder / "input.npy", sample.numpy())


if __name__ == "__main__":
    main()
