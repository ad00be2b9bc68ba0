"""Tables handed in over HTTP, and workbooks made for it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import httpx
import openpyxl
import pytest

from tests.imports.handing_in import HandIn, MakeWorkbook
from tests.support.world import Person


@pytest.fixture
def hand_in() -> HandIn:
    """Sends a file as the whole body."""

    async def send(person: Person, kind: str, content: bytes | str, **wish: bool | str) -> httpx.Response:
        body = content.encode() if isinstance(content, str) else content
        params = {name: str(value).lower() for name, value in wish.items()}
        path = f"/api/imports/{kind}/"
        return await person.http.post(path, content=body, params=params, headers=person.headers, timeout=60)

    return send


@pytest.fixture
def workbook() -> MakeWorkbook:
    """An XLSX file of rows."""

    def make(rows: Sequence[Sequence[Any]]) -> bytes:
        book, file = openpyxl.Workbook(), BytesIO()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(file)
        return file.getvalue()

    return make
