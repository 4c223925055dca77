"""Makes the files of this folder and ../ResizeGolden.swift. Needs Pillow, numpy and scikit-image; the tests need none.

Lossless pictures hold sample(x, y, c, bits) below, which the tests compute again. A lossy `name.jpg` or `name.webp`
comes with `name.expected.png`, what Pillow decodes it to.
"""
import io, os, struct, zlib
import numpy as np
from PIL import Image, ImageCms, ImageOps
from skimage import transform

HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 13, 9


def sample(x, y, c, bits):
    return (x * 3701 + y * 9107 + c * 5303 + x * y * 501) % 65536 >> (16 - bits)


def save(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, bits, color, value, extra=b"", interlaced=False, after=b""):
    """A PNG whose samples are value(x, y, channel); libraries do not write every kind, so this does."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for x0, y0, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for y in range(y0, height, dy):
            row = [value(x, y, c) for x in range(x0, width, dx) for c in range(channels)]
            if not row:
                continue
            text = "".join(format(v, f"0{bits}b") for v in row)
            text += "0" * (-len(text) % 8)
            raw += b"\0" + int(text, 2).to_bytes(len(text) // 8, "big")
    head = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + after
            + chunk(b"IEND", b""))


def exif(orientation, order="<"):
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def pngs():
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    for interlaced in (False, True):
        end = "-interlaced.png" if interlaced else ".png"
        for kind, color, depths in (("grey", 0, (1, 2, 4, 8, 16)), ("grey-alpha", 4, (8, 16)), ("rgb", 2, (8, 16)),
                                    ("rgba", 6, (8, 16))):
            for bits in depths:
                value = lambda x, y, c, bits=bits: sample(x, y, c, bits)
                save(f"{kind}-{bits}{end}", png(W, H, bits, color, value, gamma, interlaced))
        for bits in (1, 2, 4, 8):
            palette = bytes(sample(i, 7, c, 8) for i in range(1 << bits) for c in range(3))
            plte = chunk(b"PLTE", palette)
            value = lambda x, y, c, bits=bits: sample(x, y, c, bits)
            save(f"palette-{bits}{end}", png(W, H, bits, 3, value, plte, interlaced))
            trns = chunk(b"tRNS", bytes(sample(i, 3, 0, 8) for i in range(1 << bits)))
            save(f"palette-trns-{bits}{end}", png(W, H, bits, 3, value, plte + trns, interlaced))
        value = lambda x, y, c: sample(x, y, c, 8)
        save(f"grey-trns-8{end}", png(W, H, 8, 0, value, chunk(b"tRNS", struct.pack(">H", value(2, 1, 0))), interlaced))
        key = struct.pack(">HHH", *(value(2, 1, c) for c in range(3)))
        save(f"rgb-trns-8{end}", png(W, H, 8, 2, value, chunk(b"tRNS", key), interlaced))
    rgb = lambda x, y, c: sample(x, y, c, 8)
    save("exif-6.png", png(W, H, 8, 2, rgb, chunk(b"eXIf", exif(6, ">"))))
    save("exif-6-at-end.png", png(W, H, 8, 2, rgb, after=chunk(b"eXIf", exif(6))))
    block = b"Exif\0\0" + b"MM" + struct.pack(">HIHHHIII", 42, 8, 1, 0x0112, 4, 1, 6, 0)
    density = chunk(b"pHYs", struct.pack(">IIB", 11811, 5906, 1))
    save("raw-exif-6.png", png(W, H, 8, 2, rgb, density + chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
        b"\nexif\n%8d\n%s\n" % (len(block), block.hex().encode())))))
    save("1x1.png", png(1, 1, 8, 2, rgb))
    save("1x4000.png", png(1, 4000, 8, 0, lambda x, y, c: y % 251))
    save("claims-60000x60000.png", png(1, 1, 8, 2, rgb).replace(
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))))


def picture(width=32, height=24):
    """Smooth colours with one edge, so that a lossy codec has something to lose."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / 5 + c) * np.cos(y / (6 + c)) for c in range(3)]
    image = np.stack(planes, -1)
    image[height // 2:, : width // 3] = (230, 40, 20)
    return image.clip(0, 255).astype(np.uint8)


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def lossy(name, data):
    save(name, data)
    image = Image.open(io.BytesIO(data))
    mode = "RGBA" if image.mode in ("RGBA", "LA") else "RGB"
    save(os.path.splitext(name)[0] + ".expected.png", encoded(image.convert(mode), "PNG"))


def jpegs():
    rgb = Image.fromarray(picture())
    lossy("baseline-444.jpg", encoded(rgb, "JPEG", quality=85, subsampling=0))
    lossy("baseline-420.jpg", encoded(rgb, "JPEG", quality=85, subsampling=2))
    lossy("progressive.jpg", encoded(rgb, "JPEG", quality=85, progressive=True))
    lossy("restarts.jpg", encoded(rgb, "JPEG", quality=85, restart_marker_blocks=2))
    lossy("grey.jpg", encoded(rgb.convert("L"), "JPEG", quality=85))
    lossy("rgb.jpg", encoded(rgb, "JPEG", quality=85, keep_rgb=True))
    cmyk = encoded(rgb.convert("CMYK"), "JPEG", quality=85)
    lossy("cmyk.jpg", cmyk)
    adobe = cmyk.index(b"Adobe")
    lossy("ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # no date, so that the files are the same every time
    save("icc.jpg", encoded(rgb, "JPEG", quality=60, icc_profile=profile))
    save("icc.png", encoded(rgb.resize((4, 3)), "PNG", icc_profile=profile))
    save("icc.webp", encoded(rgb.resize((4, 3)), "WEBP", icc_profile=profile))
    # Blocks of one colour survive JPEG almost unharmed.
    upright = Image.fromarray(np.kron(picture(3, 2), np.ones((8, 8, 1), np.uint8)))
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}
    for orientation in range(1, 9):
        stored = upright.transpose(undo[orientation]) if orientation in undo else upright
        described = b"Exif\0\0" + exif(orientation, "<>"[orientation % 2])
        data = encoded(stored, "JPEG", quality=95, subsampling=0, exif=described)
        assert np.abs(np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))).astype(int) - upright).max() < 4
        save(f"exif-{orientation}.jpg", data)
    save("exif.expected.png", encoded(upright, "PNG"))


def webps():
    pixel = lambda x, y, channels: [sample(x, y, c, 8) for c in range(channels)]
    grid = lambda channels: np.array([[pixel(x, y, channels) for x in range(W)] for y in range(H)], np.uint8)
    save("lossless.webp", encoded(Image.fromarray(grid(3)), "WEBP", lossless=True))
    save("lossless-alpha.webp", encoded(Image.fromarray(grid(4)), "WEBP", lossless=True, exact=True))
    save("lossless-exif-6.webp", encoded(Image.fromarray(grid(3)), "WEBP", lossless=True, exif=exif(6)))
    rgb = Image.fromarray(picture())
    lossy("lossy.webp", encoded(rgb, "WEBP", quality=80))
    alpha = rgb.copy()
    alpha.putalpha(Image.fromarray(picture()[:, :, 0]))
    lossy("lossy-alpha.webp", encoded(alpha, "WEBP", quality=80))
    frames = [Image.fromarray(np.roll(grid(3), i, 1)) for i in range(3)]
    save("animated.webp", encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    vp8x = b"VP8X" + struct.pack("<IB3x", 10, 2) + (16382).to_bytes(3, "little") * 2
    body = b"WEBP" + vp8x + encoded(Image.fromarray(grid(3)), "WEBP", lossless=True)[12:]
    save("claims-16383x16383.webp", b"RIFF" + struct.pack("<I", len(body)) + body)


def fnv(data):
    state = 0xCBF29CE484222325
    for byte in data:
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


FILTERS = (("triangle", Image.BILINEAR), ("lanczos3", Image.LANCZOS))
FILTERED = [((7, 5), (3, 4), 3), ((4, 3), (9, 7), 1), ((1, 1), (3, 2), 3), ((127, 3), (5, 2), 1), ((13, 9), (13, 4), 3),
            ((13, 9), (6, 9), 1), ((3, 5), (5, 3), 1), ((1, 40), (3, 3), 1)]
HASHED = [((640, 480), (320, 320), 3), ((320, 320), (770, 595), 1), ((1001, 37), (320, 320), 3),
          ((53, 198), (34, 85), 3), ((118, 199), (91, 145), 1)]
BILINEAR = [((7, 5), (3, 4)), ((4, 3), (6, 5)), ((1, 1), (3, 2)), ((127, 3), (4, 2)), ((3, 5), (5, 3))]


def source(width, height, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return ((x * 3701 + y * 9107 + c * 5303 + x * y * 501) % 65536 >> 8).astype(np.uint8)


def wrapped(values, indent=8):
    """The values of a Swift array, in lines."""
    text, lines = "", []
    for value in values:
        if len(text) + len(value) > 108:
            lines.append(text.rstrip())
            text = ""
        text += value + ", "
    return "\n".join(" " * indent + part for part in lines + [text.rstrip()])


def sizes(a, b):
    """The first arguments of a Swift case."""
    return f"      from: Size(height: {a[1]}, width: {a[0]}), to: Size(height: {b[1]}, width: {b[0]}), "


def filtered(cases):
    """(sizes, channels, filter's name, result) by Pillow."""
    for a, b, channels in cases:
        image = source(*a, channels)
        image = Image.fromarray(image if channels == 3 else image[:, :, 0])
        for name, kind in FILTERS:
            yield sizes(a, b) + f"channels: {channels}, filter: .{name},", np.array(image.resize(b, kind))


def golden():
    """ResizeGolden.swift."""
    swift = ["internal import Pictures", "internal import Tensors", "",
             "/// What Pillow and scikit-image make of `sample(x, y, channel, bits: 8)`; written by make_fixtures.py.",
             "enum ResizeGolden {", "  /// Pillow's `resize` of 8-bit samples.",
             "  static let filtered: [FilteredCase] = ["]
    for arguments, result in filtered(FILTERED):
        values = wrapped([str(v) for v in result.flatten()])
        swift += ["    FilteredCase(", arguments, "      expected: [", values, "      ]),"]
    swift += ["  ]", "", "  /// FNV-1a (64 bits) of larger results of Pillow's.",
              "  static let hashed: [HashedCase] = ["]
    for arguments, result in filtered(HASHED):
        swift += ["    HashedCase(", arguments, f"      hash: 0x{fnv(result.tobytes()):016X}),"]
    swift += ["  ]", "", "  /// scikit-image's `resize(order=1, anti_aliasing=False)`, as planes.",
              "  static let bilinear: [BilinearCase] = ["]
    for mode, name in (("edge", "bilinear"), ("constant", "bilinearConstant")):
        for a, b in BILINEAR:
            result = transform.resize(source(*a, 3), (b[1], b[0]), order=1, mode=mode, anti_aliasing=False)
            values = wrapped([f"{v:.7f}" for v in result.transpose(2, 0, 1).flatten()])
            arguments = sizes(a, b) + f"resampling: .{name},"
            swift += ["    BilinearCase(", arguments, "      expected: [", values, "      ]),"]
    swift += ["  ]", "}", ""]
    with open(os.path.join(HERE, "..", "ResizeGolden.swift"), "w") as file:
        file.write("\n".join(swift))


pngs(), jpegs(), webps(), golden()
