"""Whether bytes are a picture: decided by decoding them, never by their name or their first bytes."""

import io
import struct
import zlib

from PIL import Image

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


class NotAPicture(Exception):
    """The text says what the picture must be."""


def check_picture(content: bytes) -> None:
    """Decode all of a picture. Raises NotAPicture. Takes up to a second and 100 MB: not for the event loop."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise NotAPicture(f"must have at most {MAX_PIXELS // 1_000_000} million pixels")
            if picture.format != "JPEG" and getattr(picture, "is_animated", False):
                raise NotAPicture("must be one picture, not an animation")
            picture.draft("RGB", (max(1, width // DRAFT), max(1, height // DRAFT)))
            picture.load()
    except BROKEN as error:
        raise NotAPicture("must be a whole JPEG, PNG or WebP picture") from error
