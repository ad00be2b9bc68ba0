"""Photos and documents in an S3-compatible store: implements the PhotoStore port.

What is not confirmed has a name of its own (`unconfirmed/`); confirming copies it to its place within the store and
drops the first. Each act may be repeated, so a try that got no answer is made again.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import httpx

from api.adapters.photos import KEY, KINDS, NAME
from api.adapters.s3_signing import UNRESERVED, S3Keys, canonical_query, signed_headers

TRIES: Final = 3
PAUSE_S: Final = 0.2
UNCONFIRMED: Final = "unconfirmed/"
MISSING: Final = 404
NO_BUCKET: Final = b"NoSuchBucket"
"""Nothing is missing alone where the bucket is: that is never fine."""
TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})


class StoreFailed(OSError):
    """The store did not do what it was asked for. The text has neither keys nor what was sent."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where things are kept: the store's address, the bucket, and what all names in it begin with."""

    endpoint: str
    name: str
    prefix: str = ""


class S3PhotoStore:
    """Keeps each picture as an object; the key is the end of its name. Addresses are by path."""

    def __init__(
        self,
        bucket: Bucket,
        keys: S3Keys,
        *,
        timeout_s: float = 10.0,
        pause_s: float = PAUSE_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bucket = bucket
        self._keys = keys
        self._now = now
        self._pause_s = pause_s
        self._http = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def save(self, name: str, content: bytes) -> str:
        """See PhotoStore."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a photo name: {name!r}")
        kind = next((kind for magic, kind in KINDS.items() if content.startswith(magic)), "bin")
        key = f"{name}-{secrets.token_hex(4)}.{kind}"
        await self._ask("PUT", f"{UNCONFIRMED}{key}", content)
        return key

    async def confirm(self, key: str) -> None:
        """See PhotoStore."""
        source = quote(self._path(f"{UNCONFIRMED}{key}"), safe=f"/{UNRESERVED}")
        copied = await self._ask("PUT", key, headers={"x-amz-copy-source": source}, missing_is_fine=True)
        if copied is None and await self._ask("HEAD", key, missing_is_fine=True) is None:
            raise StoreFailed(f"{key} is not in the store")
        if copied is not None and b"<Error" in copied.content:  # a copy may fail after its status was sent
            raise StoreFailed(f"{key} could not be copied to its place")
        await self.discard(key)

    async def discard(self, key: str) -> None:
        """See PhotoStore."""
        await self._ask("DELETE", f"{UNCONFIRMED}{key}", missing_is_fine=True)

    async def remove(self, key: str) -> None:
        """See PhotoStore."""
        if KEY.fullmatch(key):
            await self.discard(key)
            await self._ask("DELETE", key, missing_is_fine=True)

    async def read(self, key: str) -> bytes | None:
        """See PhotoStore."""
        if not KEY.fullmatch(key):
            return None
        for name in (key, f"{UNCONFIRMED}{key}", key):  # it may be confirmed in between
            reply = await self._ask("GET", name, missing_is_fine=True)
            if reply is not None:
                return reply.content
        return None

    async def list_unconfirmed(self, *, older_than_s: float) -> list[str]:
        """See PhotoStore."""
        begins, found, more = f"{self._bucket.prefix}{UNCONFIRMED}", list[str](), dict[str, str]()
        while True:
            query = {"list-type": "2", "prefix": begins} | more
            reply = await self._ask("GET", None, query=query)
            page = ET.fromstring(reply.content if reply is not None else b"<none/>")  # noqa: S314  our own store
            for one in page.iterfind("{*}Contents"):
                at = datetime.fromisoformat(one.findtext("{*}LastModified", ""))
                if (self._now() - at).total_seconds() > older_than_s:
                    found.append(one.findtext("{*}Key", "").removeprefix(begins))
            token = page.findtext("{*}NextContinuationToken")
            if not token:
                return found
            more = {"continuation-token": token}

    async def check(self) -> None:
        """See PhotoStore: the bucket is there, and our keys may list it. Asked once, without further tries."""
        await self._ask("GET", None, query={"list-type": "2", "max-keys": "1", "prefix": self._bucket.prefix}, tries=1)

    def _path(self, name: str | None) -> str:
        inside = "" if name is None else f"/{self._bucket.prefix}{name}"
        return f"{urlsplit(self._bucket.endpoint).path.rstrip('/')}/{self._bucket.name}{inside}"

    async def _ask(
        self,
        method: str,
        name: str | None,
        content: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        missing_is_fine: bool = False,
        tries: int = TRIES,
    ) -> httpx.Response | None:
        """The answer; None where there is no such object and that is fine. Raises StoreFailed after the last try."""
        path, why = self._path(name), ""
        place = urlsplit(self._bucket.endpoint)
        url = f"{place.scheme}://{place.netloc}{quote(path, safe=f'/{UNRESERVED}')}"
        asked = canonical_query(query or {})
        for number in range(1, tries + 1):
            signed = signed_headers(
                self._keys,
                method,
                path,
                query or {},
                {"host": place.netloc} | dict(headers or {}),
                content,
                self._now(),
            )
            try:
                reply = await self._http.request(
                    method, f"{url}?{asked}" if asked else url, headers=signed, content=content
                )
            except httpx.HTTPError as error:
                why = type(error).__name__
            else:
                if reply.is_success:
                    return reply
                if reply.status_code == MISSING and missing_is_fine and NO_BUCKET not in reply.content:
                    return None
                why = f"status {reply.status_code}"
                if reply.status_code not in TRY_AGAIN:
                    break
            if number < tries:
                await asyncio.sleep(self._pause_s * 2**number)
        raise StoreFailed(f"{method} of {name or 'a list'} failed: {why}")
