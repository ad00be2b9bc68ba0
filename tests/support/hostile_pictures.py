"""Pictures that are made to do harm, by what they are."""

import gzip
import io
import zlib
from collections.abc import Callable

from PIL import Image

from tests.support.pictures import picture_bytes

SCRIPT = b"<html><script>alert(document.cookie)</script></html>"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def _png(width: int, height: int, rows: bytes) -> bytes:
    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _bomb() -> bytes:
    """A few kilobytes that unfold to more pixels than are allowed, all of them there."""
    width, height = 30_000, 1_000
    return _png(width, height, zlib.compress(b"\0" * (3 * width + 1) * height, 9))


def _wide_webp() -> bytes:
    """A WebP that says it is as large as one can be, with the bytes of a small one."""
    whole = bytearray(picture_bytes("WEBP", (16, 16)))
    whole[26:30] = (16383).to_bytes(2, "little") * 2
    return bytes(whole)


def _animation(frames: int) -> bytes:
    made = io.BytesIO()
    shades = [Image.new("RGB", (8, 8), (shade * 40, 0, 0)) for shade in range(frames)]
    shades[0].save(made, "PNG", save_all=True, append_images=shades[1:])
    return made.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a decompression bomb": _bomb,
    "50,000 pixels each way": lambda: _png(50_000, 50_000, zlib.compress(b"\0" * 1_000_000)),
    "the largest WebP there is": _wide_webp,
    "a drawing with a script": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a packed drawing": lambda: gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a truncated photo": lambda: picture_bytes("JPEG", (900, 600))[:-900],
    "another type by its name": lambda: b"\xff\xd8\xff\xe0" + SCRIPT,
    "an animation": lambda: _animation(5),
    "a page that begins like a photo": lambda: picture_bytes("JPEG")[:20] + SCRIPT * 50,
    "a document": lambda: b"%PDF-1.7\n" + SCRIPT,
}
