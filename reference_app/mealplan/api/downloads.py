"""Tables as files: JSON and CSV by the app itself, Excel by a plugin."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import Response, stream_with_context

from mealplan.api.paging import choice
from mealplan.errors import ApiError
from mealplan.served import call
from mealplan.services.tables import RecordTable, to_csv, to_json
from mealplan_plugins.spreadsheet_export.contract import ExcelUnavailable, Pivot, Sheet

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK_BYTES = 64 * 1024


def asked_format() -> str:
    """Return the format that the query string asks for; JSON where it is silent.

    Raises:
        ApiError: 422 for one that there is not.
    """
    return choice("format", ("json", "csv", "xlsx"), default="json")


def download(name: str, tables: Sequence[RecordTable], pivots: Sequence[Pivot] = ()) -> Response:
    """Return ``tables`` as a file; JSON and CSV hold the first one alone.

    Raises:
        ApiError: 503 where Excel cannot be written.
    """
    wanted = asked_format()
    if wanted == "json":
        text = stream_with_context(to_json(tables[0]))
        return _attached(Response(text, mimetype="application/json"), name, wanted)
    if wanted == "csv":
        text = stream_with_context(to_csv(tables[0]))
        return _attached(Response(text, mimetype="text/csv"), name, wanted)
    return _attached(Response(_workbook(tables, pivots), mimetype=_EXCEL), name, wanted)


def _workbook(tables: Sequence[RecordTable], pivots: Sequence[Pivot]) -> Iterator[bytes]:
    """Write a workbook and return its bytes, which are read as they are sent."""
    sheets = [Sheet(table.title, table.columns, table.rows) for table in tables]
    with tempfile.TemporaryDirectory(prefix="mealplan-") as folder:
        path = Path(folder) / "export.xlsx"
        try:
            call("spreadsheet_export", "write", path, sheets, tuple(pivots))
        except ExcelUnavailable as error:
            raise ApiError(
                503,
                "excel_unavailable",
                f"Excel files cannot be written here ({error}); take format=json or format=csv",
                fields={"format": "json and csv always work"},
            ) from None
        # The name goes with the folder; the open file lives until its last byte is sent.
        opened = path.open("rb")
    return _sent(opened)


def _sent(opened: object) -> Iterator[bytes]:
    with opened as file:  # type: ignore[attr-defined] # a binary file
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _attached(response: Response, name: str, extension: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return response
