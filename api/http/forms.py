"""Bodies as a browser's form sends them, `multipart/form-data`: the same fields as in JSON, and files among them.

What comes is brought into the form that the same body has as JSON, a file as base64, so that everything that is checked
there is checked here: one handler, one answer, the same words for what is wrong.
"""

import base64
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from msgspec import inspect
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from dispatch.errors import Invalid

FILES: Final = "form_files"
"""Key of a route's options: which fields may come as files of a form, ``FormFiles``."""
FORM: Final = "multipart/form-data"
MOST_PARTS: Final = 50
MOST_TEXT_BYTES: Final = 64 * 1024
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
TRUTH: Final = {"true": True, "false": False}
UNSAID: Final = frozenset({"", "application/octet-stream"})
Problems = dict[str, str]


@dataclass(frozen=True, slots=True)
class FormFiles:
    """The fields of a body that may be files, of which kinds of content, and how many bytes each has at most."""

    names: tuple[str, ...]
    kinds: str
    most_bytes: int


def with_files(files: FormFiles) -> dict[str, Any]:
    """For ``opt=``: the route takes its body as a form too."""
    return {FILES: files}


def is_form(content_type: str | None) -> bool:
    """Whether a body says that it is one."""
    return content_type is not None and content_type.partition(";")[0].strip().lower() == FORM


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: a file where it has a file's name."""

    name: str
    is_file: bool
    kind: str
    content: bytes


def read_form(body: bytes, content_type: str, wanted: Any, files: FormFiles) -> tuple[dict[str, Any], Problems]:  # noqa: ANN401
    """The fields of a form as JSON would have them, and what is wrong with single ones.

    Raises Invalid for what is no form, or not a whole one.
    """
    content: dict[str, Any] = {}
    problems: Problems = {}
    seen = set()
    numbers, truths, texts = _sorts_of(wanted)
    for part in _parts(body, content_type, files):
        if part.name in seen:
            problems[part.name] = "was sent more than once"
        elif part.is_file and part.name in files.names:
            _take_file(part, files, content, problems)
        elif part.is_file:
            problems[part.name] = f"is no file; these may be: {', '.join(files.names)}"
        else:
            _take_text(part, content, problems)
            said = content.get(part.name)
            if said in TRUTH and part.name in truths:
                content[part.name] = TRUTH[said]
            elif part.name in numbers and isinstance(said, str) and NUMBER.fullmatch(said.strip()):
                content[part.name] = _number(said.strip())
            elif said == "" and part.name not in texts:
                del content[part.name]  # how a form says that nothing was filled in
        seen.add(part.name)
    return content, problems


def _take_file(part: Part, files: FormFiles, content: dict[str, Any], problems: Problems) -> None:
    if part.kind not in UNSAID and not part.kind.startswith("image/"):
        problems[part.name] = f"must be {files.kinds}, not `{part.kind[:100]}`"
    elif len(part.content) > files.most_bytes:
        problems[part.name] = f"must have at most {files.most_bytes} bytes"
    else:
        content[part.name] = base64.b64encode(part.content).decode()


def _number(said: str) -> float | str:
    """As JSON has it; what is beyond every number stays a text, and is refused as one."""
    try:
        number = float(said) if any(sign in said for sign in ".eE") else int(said)
    except ValueError:  # thousands of digits
        return said
    return said if isinstance(number, float) and math.isinf(number) else number


def _take_text(part: Part, content: dict[str, Any], problems: Problems) -> None:
    try:
        content[part.name] = part.content.decode()
    except UnicodeDecodeError:
        problems[part.name] = "must be text in UTF-8, or a file with a name"


def _parts(body: bytes, content_type: str, files: FormFiles) -> Iterator[Part]:
    """Each part, the next one read once this one is taken. Raises Invalid."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary or len(boundary) > 200:  # noqa: PLR2004  70 by its RFC
        raise _no_form("must say its boundary, as in `Content-Type: multipart/form-data; boundary=…`")
    segment: MultipartSegment | None = None
    content = bytearray()
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            for piece in (body, b""):
                if parser.closed:
                    break
                for found in parser.parse(piece):
                    if isinstance(found, MultipartSegment):
                        segment, content = found, bytearray()
                    elif found:
                        content += found
                    elif segment is not None:
                        yield _part_of(segment, bytes(content), files)
    except (MultipartError, UnicodeError) as error:
        raise _no_form(f"is no form that can be read to its end: {str(error)[:100]}") from None


def _part_of(segment: MultipartSegment, content: bytes, files: FormFiles) -> Part:
    if not segment.name:
        raise _no_form("has a part without a name")
    is_file = segment.filename is not None
    if not is_file and len(content) > MOST_TEXT_BYTES and segment.name not in files.names:
        content = content[:MOST_TEXT_BYTES]  # longer than any text may be, and refused as such
    return Part(segment.name, is_file, segment.content_type or "", content)


def _no_form(words: str) -> Invalid:
    return Invalid("The body is not a form.", fields={"body": words})


@cache
def _sorts_of(wanted: Any) -> tuple[Collection[str], Collection[str], Collection[str]]:  # noqa: ANN401
    """The names of the fields that are numbers, truths and texts: all else is written in quotes in JSON too."""
    sorts: dict[type[inspect.Type], set[str]] = {}
    for struct in _members(inspect.type_info(wanted)):
        if isinstance(struct, inspect.StructType):
            for field in struct.fields:
                for kind in _members(field.type):
                    sorts.setdefault(type(kind), set()).add(field.encode_name)
    numbers = sorts.get(inspect.IntType, set()) | sorts.get(inspect.FloatType, set())
    return numbers, sorts.get(inspect.BoolType, set()), sorts.get(inspect.StrType, set())


def _members(kind: inspect.Type) -> Iterator[inspect.Type]:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        for member in kind.types:
            yield from _members(member)
    else:
        yield kind
