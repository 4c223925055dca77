"""Other programs, each in a process that has loaded its model: `python -m benchmarks.jobs.tools TOOL WEIGHTS`."""

import io
import os
import resource
import sys
import time
from pathlib import Path

from ..shared.worker import serve


class Rembg:
    """rembg, as its server calls it."""

    def __init__(self, weights):
        os.environ["U2NET_HOME"] = str(Path(weights).resolve().parent)
        import rembg

        self.remove = rembg.remove
        self.session = rembg.new_session("u2net_custom", model_path=os.path.realpath(weights))

    def make(self, kind, data):
        """The bytes of a result."""
        if kind == "composite":
            return converted(self.remove(data, session=self.session, bgcolor=(255, 255, 255, 255)), "JPEG")
        made = self.remove(data, session=self.session, only_mask=kind == "mask")
        return converted(made, "WEBP") if kind == "cutout-webp" else made


class BackgroundRemover:
    """backgroundremover with its own u2netp."""

    def __init__(self, weights):
        from backgroundremover.bg import remove

        self.remove = remove

    def make(self, kind, data):
        """The bytes of a result."""
        made = self.remove(data, model_name="u2netp", only_mask=kind == "mask")
        return {"cutout-webp": lambda: converted(made, "WEBP"), "composite": lambda: converted(made, "JPEG")}.get(
            kind, lambda: made
        )()


class TransparentBackground:
    """transparent-background with the weights that it downloads."""

    FORMS = {"mask": "map", "composite": "white"}

    def __init__(self, weights):
        from transparent_background import Remover

        self.remover = Remover(mode="base")

    def make(self, kind, data):
        """The bytes of a result."""
        from PIL import Image

        made = self.remover.process(Image.open(io.BytesIO(data)).convert("RGB"), type=self.FORMS.get(kind, "rgba"))
        formats = {"cutout-webp": "WEBP", "composite": "JPEG"}
        return encoded(made, formats.get(kind, "PNG"))


def converted(data, form):
    """A result in another format."""
    from PIL import Image

    return encoded(Image.open(io.BytesIO(data)), form)


def encoded(image, form):
    """The bytes of a file; JPEG over white."""
    from PIL import Image

    if form == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    file = io.BytesIO()
    (image.convert("RGB") if form == "JPEG" else image).save(file, form, **({} if form == "PNG" else {"quality": 90}))
    return file.getvalue()


TOOLS = {
    "rembg": Rembg,
    "backgroundremover": BackgroundRemover,
    "transparent-background": TransparentBackground,
}
CAN = {"mask", "cutout", "cutout-webp", "composite"}


class Served:
    """A tool that answers requests."""

    def __init__(self, name, weights):
        self.name, self.weights, self.tool = name, weights, None

    def load(self):
        """Loads the model."""
        self.tool = TOOLS[self.name](self.weights)
        return {}

    def run(self, kind, pictures, out):
        """Seconds, and the processor's seconds, of some pictures."""
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        for picture in map(Path, pictures):
            Path(out, picture.stem).write_bytes(self.tool.make(kind, picture.read_bytes()))
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"seconds": time.perf_counter() - start, "cpu": cpu}


if __name__ == "__main__":
    served = Served(*sys.argv[1:])
    serve({"load": served.load, "run": served.run})
