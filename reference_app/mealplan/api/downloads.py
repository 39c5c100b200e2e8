"""Tables as files: JSON and CSV by the app itself, Excel by a plugin."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from flask import Response, send_file, stream_with_context

from mealplan.errors import ApiError
from mealplan.fields import Fields
from mealplan.served import call, served_by
from mealplan.services.tables import RecordTable, to_csv, to_json
from mealplan_plugins.spreadsheet_export.contract import (
    ExcelUnavailable,
    NotWritten,
    Pivot,
    Sheet,
)

_LOG = logging.getLogger(__name__)
JSON = "application/json"
CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked_format(query: Fields, *further: str) -> str:
    """Return the format that a query string asks for; JSON where it is silent."""
    return query.choice("format", ("json", "csv", "xlsx", *further), default="json")


def download(
    name: str, wanted: str, tables: Sequence[RecordTable], pivots: Sequence[Pivot] = ()
) -> Response:
    """Return ``tables`` as a file in the ``wanted`` format; JSON and CSV hold the first one alone.

    Raises:
        ApiError: 503 where Excel cannot be written.
    """
    filename = f"{name}.{wanted}"
    if wanted == "xlsx":
        workbook = _workbook(tables, pivots)
        return send_file(workbook, EXCEL, as_attachment=True, download_name=filename)
    to_text, kind = (to_csv, CSV) if wanted == "csv" else (to_json, JSON)
    response = Response(stream_with_context(_started(to_text(tables[0]))), mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return response


def _started(chunks: Iterator[str]) -> Iterator[str]:
    """Return ``chunks`` with the first one made, so that a failure then still gets its answer."""
    return chain([next(chunks)], chunks)


def _workbook(tables: Sequence[RecordTable], pivots: Sequence[Pivot]) -> BinaryIO:
    """Write a workbook and return it, open to be sent."""
    sheets = [Sheet(table.title, table.columns, table.rows) for table in tables]
    try:
        with tempfile.TemporaryDirectory(prefix="mealplan-") as folder:
            path = Path(folder) / "export.xlsx"
            call("spreadsheet_export", "write", path, sheets, tuple(pivots))
            # The name goes with the folder; the file itself lives until its last byte is sent.
            return path.open("rb")
    except (ExcelUnavailable, NotWritten, OSError) as error:
        # A disk that is full or not writable is the server's state, and no fault of the request.
        if not isinstance(error, ExcelUnavailable):
            _LOG.error("no workbook could be written: %s", error)
        told = "" if isinstance(error, OSError) else f" ({error})"
        raise ApiError(
            503,
            "excel_unavailable",
            f"Excel files cannot be written here{told}; take format=json or format=csv",
            fields={"format": "json and csv always work", "served_by": served_by()},
        ) from None
