"""A folder of mixed pictures from a seed."""

import random

from PIL import Image, ImageDraw, ImageFilter


def make(folder, count, sides, seed):
    """Writes pictures whose sides are within `sides`; gives how many are broken."""
    generator = random.Random(seed)
    return sum(write(generator, folder, index, sides) for index in range(count))


def write(generator, folder, index, sides):
    """Writes one picture; gives 1 where it is broken, else 0."""
    width, height = generator.randint(*sides), generator.randint(*sides)
    image = picture(generator, width, height)
    kind = generator.choices(("jpg", "png", "webp"), weights=(6, 2, 2))[0]
    if generator.random() < 0.1:
        image = image.convert("L")
    elif kind != "jpg" and generator.random() < 0.3:
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    path = folder / f"{index // 100:03}" / f"{index:05}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"quality": generator.randint(70, 95)} if kind != "png" else {"compress_level": 6}
    image.save(path, **options)
    if generator.random() < 0.01:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return 1
    return 0


def picture(generator, width, height):
    """Shapes on a gradient with some grain: about as hard to decode as a photograph."""
    small = Image.effect_noise((max(1, width // 4), max(1, height // 4)), generator.uniform(5, 25))
    gradient = Image.linear_gradient("L").resize(small.size)
    base = Image.merge("RGB", [small, gradient, small.transpose(Image.Transpose.ROTATE_180)])
    image = base.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(generator.randint(1, 6)):
        x, y = generator.randrange(width), generator.randrange(height)
        radius = generator.randint(5, max(6, min(width, height) // 3))
        color = tuple(generator.randrange(256) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    return image.filter(ImageFilter.GaussianBlur(1))
