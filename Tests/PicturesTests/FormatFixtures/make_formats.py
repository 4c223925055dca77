"""Makes the files of this folder. Needs Pillow 13, numpy, tifffile, imagecodecs, pillow-heif and pillow-jxl-plugin; the
tests need none.

Lossless pictures hold sample(x, y, c, bits) of ../Fixtures/make_fixtures.py. Others come with `name.expected.png`, what
Pillow decodes them to.
"""
import io, os, struct, zlib
import numpy as np
import imagecodecs, pillow_heif, pillow_jxl, tifffile
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()
HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 13, 9


def sample(x, y, c, bits):
    return (x * 3701 + y * 9107 + c * 5303 + x * y * 501) % 65536 >> (16 - bits)


def array(channels, bits=8, w=W, h=H):
    kind = np.uint8 if bits <= 8 else np.uint16
    return np.array([[[sample(x, y, c, bits) for c in range(channels)] for x in range(w)] for y in range(h)], kind)


def smooth(channels=3, w=48, h=32):
    """A picture that lossy codecs keep: gradients, and a white corner that tells how it lies."""
    y, x = np.mgrid[0:h, 0:w]
    planes = [x * 5, y * 7, 255 - x * 3 - y * 2, 255 - (x * 5) % 256]
    picture = np.stack(planes[:channels], -1).clip(0, 255).astype(np.uint8)
    picture[:8, :8, :3] = 255
    return picture


def save(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def encoded(picture, form, **options):
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def lossy(name, data, picture=None):
    save(name, data)
    if picture is None:
        # pillow-heif turns pictures, and Pillow leaves that to its caller.
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    save(name + ".expected.png", encoded(picture, "PNG"))


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation):
    return b"Exif\0\0II" + struct.pack("<HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def tif(name, data, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, data, metadata=None, **options)
    save(name, buffer.getvalue())


def tiffs():
    tif("rgb-8.tif", array(3), photometric="rgb", compression="lzw", predictor=True)
    tif("rgb-16-big-endian.tif", array(3, 16), photometric="rgb", compression="zlib", byteorder=">")
    tif("rgba-8.tif", array(4), photometric="rgb", extrasamples=["unassalpha"])
    tif("rgba-16.tif", array(4, 16), photometric="rgb", extrasamples=["unassalpha"])
    tif("rgb-8-planes.tif", np.moveaxis(array(3), -1, 0), photometric="rgb", planarconfig="separate")
    tif("rgb-8-tiles.tif", array(3, w=40, h=40), photometric="rgb", tile=(16, 16))
    tif("rgb-8-bigtiff.tif", array(3), photometric="rgb", bigtiff=True)
    tif("grey-8.tif", array(1)[..., 0], photometric="minisblack")
    tif("grey-8-white-is-zero.tif", 255 - array(1)[..., 0], photometric="miniswhite")
    tif("grey-16.tif", array(1, 16)[..., 0], photometric="minisblack")
    tif("grey-alpha-8.tif", array(2), photometric="minisblack", extrasamples=["unassalpha"], planarconfig="contig")
    tif("cmyk.tif", array(4), photometric="separated")
    tif("cmyk-16.tif", array(4, 16), photometric="separated")
    tif("icc-dpi.tif", array(3), photometric="rgb", iccprofile=SRGB, resolution=(300, 150), resolutionunit="inch")
    palette = (np.arange(256, dtype=np.uint16)[None, :] * np.array([[257], [200], [100]], np.uint16)).astype(np.uint16)
    tif("palette.tif", array(1)[..., 0], photometric="palette", colormap=palette)
    for orientation in range(1, 9):
        tif(f"orientation-{orientation}.tif", array(3), photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    # Premultiplied: 8-bit alpha, straight colours recovered within rounding.
    straight = smooth(4, 24, 16).astype(np.uint32)
    straight[..., 3] = np.linspace(0, 255, 24).astype(np.uint32)[None, :]
    associated = straight.copy()
    associated[..., :3] = (straight[..., :3] * straight[..., 3:] + 127) // 255
    tif("rgba-8-associated.tif", associated.astype(np.uint8), photometric="rgb", extrasamples=["assocalpha"])
    save("rgba-8-associated.tif.expected.png", encoded(Image.fromarray(straight.astype(np.uint8), "RGBA"), "PNG"))
    bilevel = Image.fromarray(((array(1)[..., 0] > 127) * 255).astype(np.uint8)).convert("1")
    save("bilevel.tif", encoded(bilevel, "TIFF", compression="group4"))
    frames = [Image.fromarray(array(3)), Image.new("RGB", (5, 4))]
    save("pages.tif", encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    data = encoded(Image.fromarray(smooth()), "TIFF", compression="jpeg", quality=90)
    lossy("jpeg-ycc.tif", data)
    tif("float.tif", array(3).astype(np.float32) / 255, photometric="rgb")


def gifs():
    first = Image.fromarray(array(3)).quantize(64)
    lossy("palette.gif", encoded(first, "GIF"))
    lossy("interlaced.gif", encoded(first, "GIF", interlace=1))
    lossy("transparent.gif", encoded(first, "GIF", transparency=5))
    others = [Image.new("P", (W, H), i) for i in (1, 2)]
    lossy("animated.gif", encoded(first, "GIF", save_all=True, append_images=others, duration=50))
    lossy("grey.gif", encoded(Image.fromarray(array(1)[..., 0]), "GIF"))


def bmps():
    rgb = array(3)[::-1, :, ::-1]
    row = lambda data: b"".join(bytes(r.tobytes()) + b"\0" * (-len(r.tobytes()) % 4) for r in data)

    def bmp(name, bits, pixels, palette=b"", compression=0, header=40, extra=b"", height=H, colors=0, width=W):
        offset = 14 + header + len(extra if header == 40 else b"") + len(palette)
        if header == 12:
            head = struct.pack("<IHHHH", 12, width, height, 1, bits)
        else:
            head = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(pixels), 11811, 5906,
                               colors, 0)
            head = (head + extra).ljust(header, b"\0")
        save(name, b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + head + palette + pixels)

    bmp("rgb-24.bmp", 24, row(rgb))
    bmp("rgb-24-top-down.bmp", 24, row(rgb[::-1]), height=-H)
    bmp("rgb-24-core.bmp", 24, row(rgb), header=12)
    four = np.concatenate([rgb, np.zeros((H, W, 1), np.uint8)], -1)
    bmp("rgb-32.bmp", 32, row(four))
    rgba = array(4)[::-1][..., [2, 1, 0, 3]]
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    bmp("rgba-32-v5.bmp", 32, row(rgba), compression=3, header=124, extra=masks)
    bmp("rgba-32-v4.bmp", 32, row(rgba), compression=3, header=108, extra=masks)
    words = array(3).astype(np.uint16)[::-1]
    bmp("rgb-16-555.bmp", 16, row((words[..., 0] >> 3 << 10) | (words[..., 1] >> 3 << 5) | words[..., 2] >> 3))
    bmp("rgb-16-565.bmp", 16, row((words[..., 0] >> 3 << 11) | (words[..., 1] >> 2 << 5) | words[..., 2] >> 3),
        compression=3, extra=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    for bits in (1, 4, 8):
        palette = b"".join(bytes([sample(i, 7, c, 8) for c in (2, 1, 0)] + [0]) for i in range(1 << bits))
        lines = b""
        for y in reversed(range(H)):
            text = "".join(format(sample(x, y, 0, bits), f"0{bits}b") for x in range(W))
            text += "0" * (-len(text) % 32)
            lines += int(text, 2).to_bytes(len(text) // 8, "big")
        bmp(f"palette-{bits}.bmp", bits, lines, palette)
    palette = b"".join(bytes([sample(i, 7, c, 8) for c in (2, 1, 0)] + [0]) for i in range(16))
    # Runs, absolute parts, a jump and short lines; what is jumped over has colour 0.
    rle8 = bytes([5, 3, 0, 3, 1, 2, 3, 0, 5, 9, 0, 0, 13, 7, 0, 0, 0, 2, 2, 1, 4, 5, 0, 0, 0, 4, 1, 2, 3, 4, 0, 1])
    bmp("rle-8.bmp", 8, rle8, palette, compression=1, colors=16)
    rle4 = bytes([5, 0x34, 0, 5, 0x12, 0x34, 0x50, 0, 3, 0x99, 0, 0, 13, 0x7A, 0, 0, 0, 2, 2, 1, 4, 0x5B, 0, 1])
    bmp("rle-4.bmp", 4, rle4, palette, compression=2, colors=16)
    for name, data, bits in (("rle-8", rle8, 8), ("rle-4", rle4, 4)):
        colors = np.array([[sample(i, 7, c, 8) for c in range(3)] for i in range(16)], np.uint8)
        save(name + ".bmp.expected.png", encoded(Image.fromarray(colors[expand(data, bits)]), "PNG"))


def expand(data, bits):
    """Run lengths of a BMP as indices; Pillow wants every pixel to be there."""
    pixels, x, y, i = np.zeros((H, W), int), 0, H - 1, 0

    def parts(byte):
        return [byte >> 4, byte & 15] if bits == 4 else [byte]

    while i < len(data):
        count, value = data[i], data[i + 1]
        i += 2
        if count:
            run = (parts(value) * count)[:count]
        elif value == 0:
            x, y, run = 0, y - 1, []
        elif value == 1:
            break
        elif value == 2:
            x, y, run = x + data[i], y - data[i + 1], []
            i += 2
        else:
            length = value if bits == 8 else (value + 1) // 2
            run = [p for byte in data[i:i + length] for p in parts(byte)][:value]
            i += length + length % 2
        pixels[y, x:x + len(run)] = run
        x += len(run)
    return pixels


def modern():
    rgb, rgba = Image.fromarray(smooth(), "RGB"), Image.fromarray(smooth(4), "RGBA")
    ten = (smooth().astype(np.uint16) * 257)
    for ending, form in (("heic", "HEIF"), ("avif", "AVIF")):
        # Decoders differ in how they resize subsampled colours.
        options = {"quality": 90, "subsampling": "4:4:4"} if form == "AVIF" else {"quality": 90}
        lossy(f"rgb.{ending}", encoded(rgb, form, **options))
        lossy(f"rgba.{ending}", encoded(rgba, form, **options))
        lossy(f"icc.{ending}", encoded(rgb, form, icc_profile=SRGB, **options))
    buffer = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (48, 32), ten.tobytes()).save(buffer, quality=100, bit_depth=10)
    save("ten-bits.heic", buffer.getvalue())
    save("ten-bits.avif", imagecodecs.avif_encode((ten >> 6).astype(np.uint16), level=100, bitspersample=10))
    # As phones write them: an irot, and an EXIF orientation that says the same and must not be applied again.
    heif = pillow_heif.from_pillow(rgb)
    heif.info["exif"] = exif(6)
    buffer = io.BytesIO()
    heif.save(buffer, quality=90, exif=exif(6))
    lossy("turned.heic", buffer.getvalue())
    lossy("turned.avif", encoded(rgb, "AVIF", quality=90, subsampling="4:4:4", exif=exif(6)))
    save("rgb-8.jxl", imagecodecs.jpegxl_encode(array(3), lossless=True))
    save("rgba-8.jxl", imagecodecs.jpegxl_encode(array(4), lossless=True, photometric="rgb"))
    save("rgb-16.jxl", imagecodecs.jpegxl_encode(array(3, 16), lossless=True))
    save("grey-8.jxl", imagecodecs.jpegxl_encode(array(1)[..., 0], lossless=True))
    save("rgb-8-container.jxl", imagecodecs.jpegxl_encode(array(3), lossless=True, usecontainer=True))
    lossy("lossy.jxl", imagecodecs.jpegxl_encode(smooth(), distance=1.0))
    save("rgb-8.jp2", encoded(Image.fromarray(array(3)), "JPEG2000"))
    save("rgba-8.jp2", encoded(Image.fromarray(array(4), "RGBA"), "JPEG2000"))
    save("grey-8.jp2", encoded(Image.fromarray(array(1)[..., 0]), "JPEG2000"))
    save("rgb-8.j2k", encoded(Image.fromarray(array(3)), "JPEG2000", no_jp2=True))
    save("rgb-16.jp2", imagecodecs.jpeg2k_encode(array(3, 16), level=0, codecformat="jp2"))
    save("rgb-12.jp2", imagecodecs.jpeg2k_encode(array(3, 12), level=0, codecformat="jp2", bitspersample=12))
    lossy("lossy.jp2", encoded(Image.fromarray(smooth()), "JPEG2000", irreversible=True, quality_layers=[10]))


if __name__ == "__main__":
    tiffs()
    gifs()
    bmps()
    modern()
