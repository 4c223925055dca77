"""A web page that removes backgrounds: pip install u2cl gradio, then python gradio_app.py [MODEL]."""

import sys

import gradio

from u2cl import Session

KINDS = ["cutout", "mask", "composite", "blur", "overlay", "heatmap", "contour"]
session = Session(sys.argv[1] if len(sys.argv) > 1 else None)


def compose(image, kind, edges):
    if image is None:
        raise gradio.Error("Choose a picture first.")
    return session.compose(image, kind, edges=edges)


page = gradio.Interface(
    compose,
    [gradio.Image(type="pil", image_mode=None, label="Picture"), gradio.Dropdown(KINDS, value="cutout", label="Result"),
     gradio.Radio(["default", "interpolated", "refined", "matted"], value="default", label="Edges")],
    gradio.Image(type="pil", format="png", label="Result"),
    title="Background removal", description=f"U²-Net on {session.info['device']}", flagging_mode="never",
)

if __name__ == "__main__":
    page.launch()
