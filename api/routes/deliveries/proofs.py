"""Photos and signatures in request bodies: base64, with or without a ``data:`` prefix, of pictures."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from api.adapters.images import NotAPicture, check_picture, remade
from api.http.forms import FormFiles, with_files
from api.http.schemas import CODE
from api.monitoring import counters
from api.routes.deliveries.sent_pictures import PREFIX
from dispatch.errors import Invalid

Made = TypeVar("Made")

NO_PICTURE = "A picture cannot be used."
LONGEST_PX = 1280
# Somebody may have to read a label or a house number.
LONGEST_PROOF_PX = 1600
LONGEST_DOCUMENT_PX = 2400
MAX_PHOTO_BYTES = 5 * 2**20
# Two photos of a body in base64, and the rest of it.
MAX_BODY_BYTES = 15 * 2**20
PICTURE = {
    "format": "picture",
    "description": "A JPEG, PNG or WebP in base64; or `upload:` and the id of one that was sent in parts.",
}
AS_FILES = "a JPEG, PNG or WebP"
Base64 = Annotated[str, Meta(max_length=MAX_PHOTO_BYTES * 4 // 3 + 100_000, extra=CODE, extra_json_schema=PICTURE)]
# Decoding takes processor and memory, so few at a time; the others wait for their turn.
_decoders = ThreadPoolExecutor(2, "pictures")


def picture_files(*names: str) -> dict[str, Any]:
    """For ``opt=``: the route takes these pictures as files of a form too."""
    return with_files(FormFiles(names, AS_FILES, MAX_PHOTO_BYTES))


async def decoded_pictures(**texts: str | bytes | None) -> dict[str, bytes | None]:
    """The pictures of the fields that were sent, made anew of their pixels: nothing else of what came is kept.

    Raises Invalid naming each that is no picture.
    """
    return await _each(texts, lambda text: remade(_bytes_of(text), LONGEST_PROOF_PX))


async def check_pictures(**texts: str | None) -> None:
    """Raises Invalid naming each field that was sent and is no picture; makes nothing of the others."""
    here = {name: text for name, text in texts.items() if text is None or not text.startswith(PREFIX)}
    await _each(here, lambda text: check_picture(_bytes_of(text)))


async def remade_picture(field: str, text: str) -> bytes:
    """A picture of a field, made anew of its pixels. Raises Invalid naming the field where it is no picture."""
    return await _act(field, text, lambda sent: remade(_bytes_of(sent), LONGEST_PX))


async def remade_document(field: str, text: str | bytes) -> bytes:
    """The same of a document, whose small print is to be read."""
    return await _act(field, text, lambda sent: remade(_bytes_of(sent), LONGEST_DOCUMENT_PX))


async def _each(texts: Mapping[str, str | bytes | None], act: Callable[[str | bytes], Made]) -> dict[str, Made | None]:
    found: dict[str, Made | None] = {}
    wrong: list[Invalid] = []
    for field, text in texts.items():
        try:
            found[field] = await _act(field, text, act) if text else None
        except Invalid as error:
            wrong.append(error)
    if wrong:
        raise Invalid(NO_PICTURE, fields={name: words for error in wrong for name, words in error.fields.items()})
    return found


async def _act(field: str, text: str | bytes, act: Callable[[str | bytes], Made]) -> Made:
    try:
        return await asyncio.get_running_loop().run_in_executor(_decoders, act, text)
    except NotAPicture as error:
        counters.pictures_refused.inc()
        raise Invalid(NO_PICTURE, fields={field: str(error)}) from None


def _bytes_of(text: str | bytes) -> bytes:
    if isinstance(text, bytes):  # it came in parts, and its length was told before the first
        return text
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)  # phones break it into lines
    except (binascii.Error, ValueError):
        raise NotAPicture("must be base64, with or without a data: prefix") from None
    if len(content) > MAX_PHOTO_BYTES:
        raise NotAPicture(f"must have at most {MAX_PHOTO_BYTES} bytes")
    return content
