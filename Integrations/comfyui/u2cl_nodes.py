"""Nodes of ComfyUI that remove backgrounds with u2cl.

Install the package into ComfyUI's Python (pip install u2cl), and copy this file into ComfyUI/custom_nodes.

IMAGE is a tensor [batch, height, width, channels] of float32 from 0 to 1, MASK is [batch, height, width], 1 where the
subject is. A picture with alpha keeps it: the result's alpha is at most the picture's.
"""

from functools import lru_cache

import numpy
import torch

import u2cl

EDGES = ["refined", "matted", "interpolated"]
DEVICES = ["auto", "gpu", "cpu"]


@lru_cache(maxsize=2)
def session(model, device):
    """A session, kept while ComfyUI runs. A published model is downloaded and verified at its first use."""
    return u2cl.new_session(model, device=device, resample="default")


class RemoveBackground:
    """Cuts out what stands out in each picture of a batch."""

    CATEGORY = "image/u2cl"
    DESCRIPTION = "Removes the background with U²-Net, through OpenCL: NVIDIA, AMD and Intel GPUs, and CPUs."
    RETURN_TYPES = ("IMAGE", "MASK")
    RETURN_NAMES = ("cutout", "mask")
    FUNCTION = "remove"

    @classmethod
    def INPUT_TYPES(cls):
        names = [model["name"] for model in u2cl.models.list() if model["name"] != "u2net_portrait"]
        return {
            "required": {
                "image": ("IMAGE",),
                "model": (names, {"default": "u2cl-default"}),
                "edges": (EDGES, {"default": "refined"}),
                "device": (DEVICES, {"default": "auto"}),
            }
        }

    def remove(self, image, model, edges, device):
        pictures = [to_array(picture) for picture in image]
        cutouts = session(model, device).cutouts(pictures, edges=edges)
        result = torch.from_numpy(numpy.stack(cutouts)).to(torch.float32) / 255
        return result, result[..., 3]


def to_array(picture):
    """A tensor [height, width, channels] from 0 to 1 as an array of 8 bits, which u2cl takes."""
    values = picture.detach().cpu().to(torch.float32).clamp(0, 1).mul(255).round()
    array = values.to(torch.uint8).numpy()
    return array[..., 0] if array.shape[-1] == 1 else array


NODE_CLASS_MAPPINGS = {"u2cl RemoveBackground": RemoveBackground}
NODE_DISPLAY_NAME_MAPPINGS = {"u2cl RemoveBackground": "Remove Background (u2cl)"}
