"""The administrator's pages: look at, export and delete records. Behind a bearer token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response

from mealplan.api.downloads import asked_format, download
from mealplan.api.paging import page
from mealplan.errors import ApiError, not_found
from mealplan.parts import parts
from mealplan.security import require_admin
from mealplan.served import reply
from mealplan.services.tables import Records, RecordTable
from mealplan.store.collections import COLLECTIONS, Collection
from mealplan_plugins.spreadsheet_export.contract import Cell

BLUEPRINT = Blueprint("admin", __name__)
BLUEPRINT.before_request(require_admin)
_PLUGINS = "plugins"
_PLUGIN_COLUMNS = ("plugin", "implementation", "calls", "failures", "declined")


@BLUEPRINT.get("/admin/<collection>")
def show(collection: str) -> Response:
    """Return the latest records of a collection."""
    if collection == _PLUGINS:
        return reply({"collection": _PLUGINS, "records": parts().plugins.status()})
    found = _collection(collection)
    wanted = page()
    with parts().database.reading() as connection:
        count = found.count(connection)
        rows = list(found.rows(connection, wanted.limit, wanted.offset))
    records = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in rows]
    return reply(
        {"collection": collection, "count": count, "records": records, **wanted.describe()}
    )


@BLUEPRINT.get("/admin/<collection>/export")
def export(collection: str) -> Response:
    """Return all records of a collection as a file."""
    asked_format()
    if collection == _PLUGINS:
        rows = [_plugin_row(status) for status in parts().plugins.status()]
        table = RecordTable(_PLUGINS.title(), _PLUGIN_COLUMNS, Records(lambda: rows))
        return download(_PLUGINS, (table,))
    found = _collection(collection)
    database = parts().database

    def fetch() -> Iterator[Sequence[Cell]]:
        with database.reading() as connection:
            yield from found.rows(connection)

    return download(collection, (RecordTable(collection.title(), found.columns, Records(fetch)),))


@BLUEPRINT.delete("/admin/<collection>/<int:record_id>")
def remove(collection: str, record_id: int) -> Response:
    """Delete a record, with what hangs on it; 204."""
    if collection == _PLUGINS:
        raise ApiError(405, "not_deletable", "plugins cannot be deleted", headers={"Allow": "GET"})
    found = _collection(collection)
    with parts().database.writing() as connection:
        there = record_id < 2**62 and found.remove(connection, record_id)
    if not there:
        raise not_found(f"record {record_id} in {collection}")
    return Response(status=204)


def _collection(name: str) -> Collection:
    if name not in COLLECTIONS:
        raise not_found(f"such collection; there are: {', '.join((*COLLECTIONS, _PLUGINS))}")
    return COLLECTIONS[name]


def _plugin_row(status: dict[str, Any]) -> tuple[Cell, ...]:
    declined = "; ".join(f"{one['implementation']}: {one['reason']}" for one in status["declined"])
    failures = sum(status["failures"].values())
    return (status["plugin"], status["implementation"], status["calls"], failures, declined)


def _plain(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell
