"""Small pictures that are pictures."""

import base64
import io

from PIL import Image


def picture_bytes(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    """A picture in a format of Pillow's."""
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(made, kind)
    return made.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> str:
    """The same as request bodies carry it."""
    return base64.b64encode(picture_bytes(kind, size)).decode()
