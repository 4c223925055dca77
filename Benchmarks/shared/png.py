"""8-bit PNG files with the standard library alone: enough to give u2cl a picture and to read its maps."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write_rgb(path, width, height, rgb):
    """Writes interleaved RGB bytes."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + rgb[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_grey(path):
    """(width, height, bytes) of an 8-bit grey picture that is not interlaced; raises ValueError for any other."""
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(SIGNATURE):
        raise ValueError(f"{path} is no PNG")
    position, packed, header = len(SIGNATURE), b"", None
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        position += length + 12
    width, height, *form = header
    if form != [8, 0, 0, 0, 0]:
        raise ValueError(f"{path} is not plain 8-bit grey")
    return width, height, unfiltered(zlib.decompress(packed), width, height)


def unfiltered(data, width, height):
    """Undoes the filter of every row (PNG specification, section 9); one byte per pixel."""
    pixels, above = bytearray(), bytes(width)
    for y in range(height):
        kind, *row = data[y * (width + 1) : (y + 1) * (width + 1)]
        left = corner = 0
        for x in range(width):
            up = above[x]
            predicted = (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]
            left = row[x] = (row[x] + predicted) & 255
            corner = up
        above = bytes(row)
        pixels += above
    return bytes(pixels)


def paeth(left, up, corner):
    """Which of the three neighbours is nearest to left + up − corner."""
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))
