"""Documents that the demo's transporters handed in, for whoever tries the queue of an admin."""

import asyncio
import io
from datetime import timedelta
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import exists, select

from api.server.services import Services
from api.simulation.demo.people import CARRIERS, Carrier
from dispatch.accounts.models import User
from dispatch.bikram_sambat import nepal_date
from dispatch.transporters.documents.kinds import DocumentKind
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.documents.service import NewDocument
from dispatch.transporters.models import Transporter

SIZE: Final = (960, 600)
GROUND: Final = (232, 240, 236)
LINE: Final = (60, 90, 80)


class Waiting(NamedTuple):
    """What somebody handed in, and for how long it is good."""

    carrier: Carrier
    kind: DocumentKind
    number: str
    days: int


# Of nobody whose log-in is shown: that one hands in documents of its own.
WAITING: Final = (
    Waiting(CARRIERS[1], DocumentKind.LICENCE, "03-06-00417725", 1826),
    Waiting(CARRIERS[3], DocumentKind.INSURANCE, "MV-2083-118204", 364),
)


async def ensure_waiting_documents(services: Services) -> None:
    """Two that no admin has looked at; whoever has handed in one before is left alone."""
    today = nepal_date(services.clock.now())
    for one in WAITING:
        async with services.database.work() as work:
            of_holder = select(DocumentUpload.id).join(Transporter, Transporter.id == DocumentUpload.transporter_id)
            known = exists(of_holder.where(Transporter.user_id == User.id))
            holder = await work.session.scalar(select(User).where(User.email == one.carrier.person.email, ~known))
            if holder is None:
                continue
            new = NewDocument(one.kind, one.number, today + timedelta(days=one.days))
            picture = await asyncio.to_thread(_draw, one, new)
            await services.transporters.documents.uploads(work).hand_in(holder, new, picture)


def _draw(one: Waiting, new: NewDocument) -> bytes:
    """A card that can be read, and that nobody takes for a real one."""
    image = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), 24, outline=LINE, width=6)
    pen.rectangle((60, 180, 300, 480), outline=LINE, width=4)
    rows = (one.kind.value.title(), one.carrier.person.name, one.number, f"Good until {new.expires_on}")
    pen.text((60, 60), "SPECIMEN OF THE DEMO", fill=LINE, font=ImageFont.load_default(56))
    for place, row in enumerate(rows):
        pen.text((350, 190 + place * 75), row, fill="black", font=ImageFont.load_default(42))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=85)
    return out.getvalue()
