"""A table's file by what is in it; its name says nothing."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from api.adapters.sheets.csv_reading import read_csv
from api.adapters.sheets.rows import FileLimits, Row, UnreadableFile
from api.adapters.sheets.xlsx_reading import read_xlsx

ZIP: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"


def read_rows(file: BinaryIO, limits: FileLimits) -> Iterator[Row]:
    """The rows of a CSV or XLSX file, the first with the names of the columns. Raises UnreadableFile, some rows on."""
    size = file.seek(0, 2)
    file.seek(0)
    if size > limits.bytes:
        raise UnreadableFile(f"it is larger than {limits.bytes >> 20} MiB: send it in parts")
    if not size:
        raise UnreadableFile("it is empty: the first row names the columns")
    beginning = file.read(4)
    file.seek(0)
    if beginning == OLD_WORKBOOK:
        raise UnreadableFile("it is an old or encrypted workbook (.xls): save it as XLSX or CSV")
    return read_xlsx(file, limits) if beginning == ZIP else read_csv(file, limits)
