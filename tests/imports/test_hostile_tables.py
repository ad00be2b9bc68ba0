"""A file that is meant to break the reader is refused in words that say what fits, and costs bounded memory."""

import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest

from api.adapters.sheets.reading import read_rows
from api.adapters.sheets.rows import UnreadableFile
from api.routes.imports.services import OVER_HTTP
from tests.imports.handing_in import HandIn, MakeWorkbook
from tests.support.world import World

HEAD = b"external_id,name,listed_price\n"
MOST_MEMORY = 48 << 20


def _repacked(content: bytes, **parts: bytes) -> bytes:
    """A workbook with other parts, or more of them."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
CELLS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter + 1, b"&%c;" % letter * 10) for letter in range(97, 106))
    + b"]>"
)


def _files(workbook: bytes) -> dict[str, tuple[bytes, str]]:
    """Each with a part of the words that refuse it."""
    lying = bytearray(_repacked(workbook, **{SHEET: CELLS % (b"<row/>" * 3_000_000)}))
    directory = lying.index(b"PK\x01\x02", lying.rindex(SHEET.encode()) - 46)
    lying[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    return {
        "zip bomb": (_repacked(workbook, **{SHEET: b"0" * (200 << 20)}), "unpacked it is larger"),
        "zip bomb that lies about its size": (bytes(lying), "damaged"),
        "styles without end": (_repacked(workbook, **{STYLES: b" " * (2 << 20)}), "is larger than 1 MiB"),
        "billion laughs": (_repacked(workbook, **{SHEET: LAUGHS + CELLS % b"<row><c><v>&j;</v></c></row>"}), "damaged"),
        "huge cell": (HEAD + b"1," + b"x" * 150_000 + b",5\n", "more than 6500 characters"),
        "huge line": (HEAD + b"1," + b"x" * 1_900_000 + b",5\n", "longer than 200000 bytes"),
        "a hundred thousand columns": (b"," * 150_000 + b"\n", "at most 60"),
        "a million columns": (b"," * 1_000_000 + b"\n", "longer than 200000 bytes"),
        "a cell in the last column": (
            _repacked(workbook, **{SHEET: CELLS % b'<row r="1"><c r="XFD1"><v>1</v></c></row>'}),
            "row 1 has more than 60 columns",
        ),
        "a value behind an empty column": (
            _repacked(workbook, **{SHEET: CELLS % b'<row r="1"><c r="A1"><v>1</v></c><c r="BZ1"><v>1</v></c></row>'}),
            "row 1 has more than 60 columns",
        ),
        "rows that are wide and empty": (
            _repacked(workbook, **{SHEET: CELLS % (b'<row><c r="XFD1"/></row>' * 2_000)}),
            "row 1 has more than 60 columns",
        ),
        "a row beyond all": (
            _repacked(workbook, **{SHEET: CELLS % b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'}),
            "is empty",
        ),
        "NUL bytes": (HEAD + b"1,Ri\0ce,5\n", "NUL byte"),
        "Latin-1": (HEAD + "1,Café,5\n".encode("latin-1"), "line 2 is not UTF-8"),
        "UTF-16": (HEAD.decode().encode("utf-16"), "UTF-16"),
        "a quote never closed": (HEAD + b'1,"Rice,5\n2,Tea,6\n', "never closed"),
        "macros": (_repacked(workbook, **{"xl/vbaProject.bin": b"x"}), "macros"),
        "a renamed zip": (_repacked(b"PK\x05\x06" + bytes(18), readme=b"hello"), "no workbook"),
        "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), ".xls"),
        "a workbook cut off": (workbook[: len(workbook) // 2], "damaged"),
        "nothing": (b"", "empty"),
        "too many rows": (HEAD + b"1,a,5\n" * 2_500, "more than 2000 rows"),
    }


def _read_whole(content: bytes) -> None:
    with suppress(UnreadableFile):
        for _ in read_rows(BytesIO(content), OVER_HTTP):
            pass


async def test_each_hostile_file_is_a_400_that_says_what_is_wrong(
    world: World, hand_in: HandIn, workbook: MakeWorkbook
) -> None:
    seller = await world.person("seller")
    for what, (content, words) in _files(workbook([["external_id", "name", "listed_price"]])).items():
        reply = await hand_in(seller, "products", content, dry_run=False)
        told = reply.json()
        assert (reply.status_code, told["code"]) == (400, "file_unreadable"), f"{what}: {reply.status_code} {told}"
        assert words in told["errors"]["file"], f"{what}: {told}"


def test_reading_a_hostile_file_takes_bounded_memory(workbook: MakeWorkbook) -> None:
    files = _files(workbook([["external_id", "name", "listed_price"]]))
    for what, (content, _) in files.items():
        tracemalloc.start()
        try:
            _read_whole(content)
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < MOST_MEMORY, f"{what}: {peak >> 20} MiB"


async def test_a_file_larger_than_the_limit_is_413(world: World, hand_in: HandIn) -> None:
    assert (await hand_in(await world.person("seller"), "products", b"x" * (3 << 20))).status_code == 413


@pytest.mark.parametrize("make", [lambda book: book([["external_id", "name", "listed_price"], [1, "=1+1", 5]])])
async def test_a_formula_in_a_workbook_is_named_with_its_place(
    world: World, hand_in: HandIn, workbook: MakeWorkbook, make: Callable[[MakeWorkbook], bytes]
) -> None:
    reply = await hand_in(await world.person("seller"), "products", make(workbook), dry_run=False)
    assert reply.json()["problems"] == [{"row": 2, "column": "name", "detail": "is a formula: put its value there"}]
