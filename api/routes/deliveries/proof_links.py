"""Signed links to pictures of handovers and documents: good for a while, for whoever was shown them."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from dispatch.errors import NotFound
from dispatch.ports import Clock

PATH: Final = "/api/proof-pictures"


class OpenLink(Struct, frozen=True):
    """Where a picture can be looked at until then, without signing in."""

    url: str
    until: datetime


class PictureLink(OpenLink, frozen=True):
    """The same of one whose content was noted: ``sha256`` is of it."""

    sha256: str


@dataclass(frozen=True, slots=True)
class ProofLinks:
    """Makes links, and knows its own."""

    key: str
    site_url: str
    good_for_s: int
    clock: Clock
    path: str = PATH
    purpose: str = "proof picture"
    """What tells these links from those to other pictures."""

    def link(self, picture: str | None, sha256: str | None) -> PictureLink | None:
        """To a picture of the photo store, where there is one."""
        if picture is None or sha256 is None:
            return None
        made = self.to(picture)
        return PictureLink(made.url, made.until, sha256)

    def to(self, picture: str) -> OpenLink:
        """To a picture of the photo store."""
        until = (self.clock.now() + timedelta(seconds=self.good_for_s)).replace(microsecond=0)
        ends = int(until.timestamp())
        url = f"{self.site_url}{self.path}/{picture}?until={ends}&signature={self._signature(picture, ends)}"
        return OpenLink(url, until)

    def check(self, picture: str, until: int, signature: str) -> None:
        """Raises NotFound, in the same words for a link that has ended and for one that was never made."""
        made = hmac.compare_digest(self._signature(picture, until).encode(), signature.encode())
        if not made or until <= self.clock.now().timestamp():
            raise NotFound("This link has ended, or was not copied whole. Open its page again.", code="link_ended")

    def _signature(self, picture: str, until: int) -> str:
        return hmac.new(self.key.encode(), f"{self.purpose} {until} {picture}".encode(), hashlib.sha256).hexdigest()
