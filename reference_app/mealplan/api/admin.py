"""The administrators' pages: look at, export and delete records, and say who is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response

from mealplan.accounts.caller import account
from mealplan.api.downloads import CSV, EXCEL, JSON, asked_format, download
from mealplan.api.endpoint import endpoint
from mealplan.api.paging import Page, page
from mealplan.errors import ApiError, not_found
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.tables import Records, RecordTable
from mealplan.store import accounts
from mealplan.store.collections import COLLECTIONS, Collection
from mealplan_plugins.spreadsheet_export.contract import Cell

BLUEPRINT = Blueprint("admin", __name__)
_PLUGINS = "plugins"
_PLUGIN_COLUMNS = ("plugin", "implementation", "calls", "failures", "declined")


@BLUEPRINT.get("/admin/<collection>")
@endpoint(lock="admin", query=page)
def show(collection: str, query: Page) -> Response:
    """Return the latest records of a collection."""
    if collection == _PLUGINS:
        return reply({"collection": _PLUGINS, "records": parts().plugins.status()})
    found = _collection(collection)
    with parts().database.reading() as connection:
        count = found.count(connection)
        rows = list(found.rows(connection, query.limit, query.offset))
    records = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in rows]
    return reply({"collection": collection, "count": count, "records": records, **query.describe()})


@BLUEPRINT.get("/admin/<collection>/export")
@endpoint(lock="admin", rate="export", query=asked_format, media=(JSON, CSV, EXCEL))
def export(collection: str, query: str) -> Response:
    """Return all records of a collection as a file."""
    if collection == _PLUGINS:
        rows = [_plugin_row(status) for status in parts().plugins.status()]
        table = RecordTable(_PLUGINS.title(), _PLUGIN_COLUMNS, Records(lambda: rows))
        return download(_PLUGINS, query, (table,))
    found = _collection(collection)
    database = parts().database

    def fetch() -> Iterator[Sequence[Cell]]:
        with database.reading() as connection:
            yield from found.rows(connection)

    table = RecordTable(collection.title(), found.columns, Records(fetch))
    return download(collection, query, (table,))


@BLUEPRINT.delete("/admin/<collection>/<int:record_id>")
@endpoint(lock="admin", status=204)
def remove(collection: str, record_id: int) -> Response:
    """Delete a record, with what hangs on it; 204."""
    if collection == _PLUGINS:
        raise ApiError(405, "not_deletable", "plugins cannot be deleted", headers={"Allow": "GET"})
    found = _collection(collection)
    if collection == "users" and record_id == account().id:
        raise ApiError(409, "yourself", "you cannot delete the account that you use")
    with parts().database.writing() as connection:
        there = record_id < 2**31 and found.remove(connection, record_id)
    if not there:
        raise not_found(f"record {record_id} in {collection}")
    return Response(status=204)


@BLUEPRINT.patch("/admin/users/<int:user_id>")
@endpoint(lock="admin", body=lambda fields: fields.choice("role", accounts.ROLES))
def change_user(user_id: int, body: str) -> Response:
    """Say whether a user is an administrator, from the next request on."""
    if user_id == account().id:
        raise ApiError(409, "yourself", "you cannot change the role of the account that you use")
    with parts().database.writing() as connection:
        found = accounts.set_role(connection, user_id, body) if user_id < 2**31 else None
    if found is None:
        raise not_found(f"user {user_id}")
    return reply({"user": found.describe()})


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
