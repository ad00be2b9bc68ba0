"""What Vite has built from ``web/`` into ``api/pages/``: read once, each file beside its packed forms."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException

import api
from api.http.middleware.compression import KEPT, takes_gzip
from api.http.queries import OPEN_QUERY
from api.http.security import PUBLIC
from dispatch.errors import Unavailable

FOLDER: Final = Path(api.__file__).parent / "pages"
KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
PAGE: Final[dict[str, Any]] = PUBLIC | OPEN_QUERY
"""For ``opt=``: a page, made for each request."""
SAME_PAGE: Final[dict[str, Any]] = PAGE | KEPT
"""For ``opt=``: a page that is the same for everyone until the next release."""
ASSET: Final[dict[str, Any]] = PAGE | {"kept": KEPT_FOR_EVER.encode()}
"""For ``opt=``: a file whose name says its content."""

NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.([a-z0-9]+)")
MEDIA_TYPES: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "woff": "font/woff",
    "woff2": "font/woff2",
}
NOT_BUILT: Final = "The pages are not built yet. Run `make pages` and load this again."


def page_policy(tiles_origin: str | None) -> bytes:
    """Nothing inline; nothing of another host but the tiles that the operator allowed.

    Workers are files of ours that load other files of ours, so files say it too.
    """
    sources = "'self'" if tiles_origin is None else f"'self' {tiles_origin}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src {sources}; worker-src 'self'; manifest-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ).encode()


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """A file as it is, and packed where that was worth it."""

    media_type: str
    plain: bytes
    gzip: bytes | None
    brotli: bytes | None

    def answer(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """In the smallest form that the client understands."""
        asked = dict(request.scope["headers"])
        headers = {} if self.gzip is None else {"Vary": "Accept-Encoding"}
        if self.brotli is not None and _takes_brotli(asked.get(b"accept-encoding", b"")):
            return Response(self.brotli, media_type=self.media_type, headers=headers | {"Content-Encoding": "br"})
        if self.gzip is not None and takes_gzip(asked):
            return Response(self.gzip, media_type=self.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(self.plain, media_type=self.media_type, headers=headers)


def asset(name: str) -> BuiltFile:
    """A file that a page loads. Raises NotFoundException for whatever the build has not made."""
    fits = NAME.fullmatch(name)
    media_type = MEDIA_TYPES.get(fits[1]) if fits else None
    found = _read(FOLDER / "assets" / name, media_type) if media_type else None
    if found is None:
        raise NotFoundException("There is no such file.")
    return found


def page(name: str, folder: Path = FOLDER, language: str = "en") -> bytes:
    """The page of a folder of ``web/``, begun in a language. Raises Unavailable where nothing was built."""
    return _text(folder / name / ("index.html" if language == "en" else f"index.{language}.html"))


def app_file(page_name: str, name: str, folder: Path = FOLDER) -> Response[bytes]:
    """A file of a page that phones install, under an address that stays. Raises Unavailable where nothing was built."""
    return Response(_text(folder / page_name / name), media_type=MEDIA_TYPES[name.rpartition(".")[2]])


def words(folder: Path = FOLDER) -> bytes:
    """Every sentence of the pages in each language, as JSON. Raises Unavailable where nothing was built."""
    return _text(folder / "words.json")


def calendar(folder: Path = FOLDER) -> bytes:
    """The tables of the Bikram Sambat calendar, as JSON. Raises Unavailable where nothing was built."""
    return _text(folder / "bikram_sambat.json")


def html(name: str, language: str) -> Response[bytes]:
    """A page as an answer, which begins in the reader's language."""
    told = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(page(name, language=language), media_type=MediaType.HTML, headers=told)


def _text(path: Path) -> bytes:
    try:
        return _bytes_of(path, path.stat().st_mtime_ns)
    except OSError:
        raise Unavailable(NOT_BUILT, code="pages_not_built") from None


@lru_cache(maxsize=64)
def _bytes_of(path: Path, changed_ns: int) -> bytes:
    del changed_ns  # a rebuild is seen without a restart
    return path.read_bytes()


@lru_cache(maxsize=256)
def _known(path: Path, media_type: str) -> BuiltFile:
    packed = [path.with_name(f"{path.name}.{kind}") for kind in ("gz", "br")]
    gzip, brotli = (one.read_bytes() if one.is_file() else None for one in packed)
    return BuiltFile(media_type, path.read_bytes(), gzip, brotli)


def _read(path: Path, media_type: str) -> BuiltFile | None:
    try:
        return _known(path, media_type)
    except OSError:
        return None


def _takes_brotli(accepted: bytes) -> bool:
    for one in accepted.lower().split(b","):
        name, _, weight = one.partition(b";")
        if name.strip() == b"br":
            return not re.fullmatch(rb"\s*q=0(\.0*)?\s*", weight)
    return False
