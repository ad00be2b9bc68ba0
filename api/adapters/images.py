"""Whether bytes are a picture: decided by decoding them, never by their name or first bytes; made anew."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 25_000_000
# What Pillow's decoders raise for bytes that are no picture, or only its beginning.
BROKEN = (
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
# Large JPEGs are decoded at an eighth of their size: every byte is read, a fraction of the memory is taken.
DRAFT = 8
QUALITY = 82
# Modes that are made smaller as they are; the others have palettes or sixteen bits.
FULL_COLOUR = ("L", "RGB", "RGBA")
# What a PDF may hold besides a page cannot be told by looking at it.
PDF = b"%PDF"
NO_PDF = "must be a JPEG, PNG or WebP picture; a PDF is not taken, a photo of the page is"
WHOLE = "must be a whole JPEG, PNG or WebP picture"


class NotAPicture(Exception):
    """The text says what the picture must be."""


def check_picture(content: bytes) -> None:
    """Decode all of a picture. Raises NotAPicture. Takes up to a second and 100 MB: not for the event loop."""
    with _decoded(content, lambda width, height: (max(1, width // DRAFT), max(1, height // DRAFT))):
        pass


def remade(content: bytes, longest_px: int) -> bytes:
    """A picture made anew of the pixels of another, upright and at most so long, as WebP; nothing else of it stays.

    Raises NotAPicture. Takes up to a second and 200 MB: not for the event loop.
    """
    with _decoded(content, lambda _width, _height: (longest_px, longest_px)) as picture:
        try:
            if picture.mode in FULL_COLOUR:  # made small first, so that no copies of many megabytes are turned
                picture.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            plain.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
            made = io.BytesIO()
            plain.save(made, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"")
        except BROKEN as error:
            raise NotAPicture(WHOLE) from error
    return made.getvalue()


@contextmanager
def _decoded(content: bytes, enough: Callable[[int, int], tuple[int, int]]) -> Iterator[Image.Image]:
    """All of a picture, a JPEG not much larger than ``enough`` says of its width and height. Raises NotAPicture."""
    if content.startswith(PDF):
        raise NotAPicture(NO_PDF)
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    except BROKEN as error:
        raise NotAPicture(WHOLE) from error
    with picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise NotAPicture(f"must have at most {MAX_PIXELS // 1_000_000} million pixels")
        if picture.format != "JPEG" and getattr(picture, "is_animated", False):
            raise NotAPicture("must be one picture, not an animation")
        try:
            picture.draft("RGB", enough(width, height))
            picture.load()
        except BROKEN as error:
            raise NotAPicture(WHOLE) from error
        yield picture
