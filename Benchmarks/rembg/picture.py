"""The picture that both cut out."""

import random

from PIL import Image, ImageDraw, ImageFilter


def draw(path, width=1280, height=720):
    """Writes a JPEG of a figure like a person in front of a room."""
    generator = random.Random(3)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, side = generator.randrange(width), generator.randrange(height), generator.randint(10, 120)
        canvas.rectangle((x, y, x + side, y + side), fill=tuple(generator.randint(60, 130) for _ in range(3)))
    image = image.filter(ImageFilter.GaussianBlur(4))
    canvas = ImageDraw.Draw(image)
    canvas.ellipse((540, 80, 740, 300), fill=(224, 172, 140))
    canvas.rounded_rectangle((440, 290, 840, 720), 120, fill=(180, 30, 40))
    noise = Image.effect_noise(image.size, 12).convert("RGB")
    Image.blend(image, noise, 0.06).save(path, quality=90)
