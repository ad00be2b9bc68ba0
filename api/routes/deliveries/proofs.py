"""Photos and signatures in request bodies: base64, with or without a ``data:`` prefix, of pictures."""

import asyncio
import base64
import binascii
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from msgspec import Meta

from api.adapters.images import NotAPicture, check_picture, remade
from api.http.schemas import CODE
from dispatch.errors import Invalid

LONGEST_PX = 1280
MAX_PHOTO_BYTES = 5 * 2**20
# Two photos of a body in base64, and the rest of it.
MAX_BODY_BYTES = 15 * 2**20
PICTURE = {"format": "picture", "description": "A JPEG, PNG or WebP in base64."}
Base64 = Annotated[str, Meta(max_length=MAX_PHOTO_BYTES * 4 // 3 + 100_000, extra=CODE, extra_json_schema=PICTURE)]
# Decoding takes processor and memory, so few at a time; the others wait for their turn.
_decoders = ThreadPoolExecutor(2, "pictures")


async def decoded_pictures(**texts: str | None) -> dict[str, bytes | None]:
    """The bytes of the fields that were sent. Raises Invalid naming each that is no picture."""
    found: dict[str, bytes | None] = {}
    wrong: dict[str, str] = {}
    for field, text in texts.items():
        if not text:
            found[field] = None
            continue
        try:
            found[field] = await asyncio.get_running_loop().run_in_executor(_decoders, _decode, text)
        except NotAPicture as error:
            wrong[field] = str(error)
    if wrong:
        raise Invalid("A picture cannot be used.", fields=wrong)
    return found


async def remade_picture(field: str, text: str) -> bytes:
    """A picture of a field, made anew of its pixels. Raises Invalid naming the field where it is no picture."""

    def remake() -> bytes:
        return remade(_bytes_of(text), LONGEST_PX)

    try:
        return await asyncio.get_running_loop().run_in_executor(_decoders, remake)
    except NotAPicture as error:
        raise Invalid("A picture cannot be used.", fields={field: str(error)}) from None


def _decode(text: str) -> bytes:
    content = _bytes_of(text)
    check_picture(content)
    return content


def _bytes_of(text: str) -> bytes:
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)  # phones break it into lines
    except (binascii.Error, ValueError):
        raise NotAPicture("must be base64, with or without a data: prefix") from None
    if len(content) > MAX_PHOTO_BYTES:
        raise NotAPicture(f"must have at most {MAX_PHOTO_BYTES} bytes")
    return content
