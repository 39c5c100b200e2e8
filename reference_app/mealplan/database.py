"""Users' data: plans, what was eaten, what was searched for. SQLAlchemy Core, SQLite by default."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

_LOG = logging.getLogger(__name__)
_BUSY_SECONDS = 5.0
#: Option of a connection whose transaction writes.
_WRITES = "mealplan_writes"

METADATA = MetaData()
PLANS = Table(
    "plan",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("created_at", String(32), nullable=False, index=True),
    Column("target_kcal", Float, nullable=False),
    Column("implementation", String(40), nullable=False),
    Column("request", JSON, nullable=False),
    Column("result", JSON, nullable=False),
)
PLANNED_MEALS = Table(
    "planned_meal",
    METADATA,
    Column("plan_id", ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("meal", String(20), primary_key=True),
    Column("dish_id", String(80), nullable=False),
    Column("servings", Float, nullable=False),
    Column("energy_kcal", Float, nullable=False),
)
#: Nutrients of an analysis that are columns, so that analytics can be asked of the database.
ANALYTIC_NUTRIENTS = (
    *("energy", "protein", "fat", "carbohydrate", "fiber", "sugars", "saturated_fat", "sodium"),
)
ANALYSES = Table(
    "analysis",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("eaten_on", Date, nullable=False, index=True),
    Column("meal", String(20), nullable=False),
    # NULL where the nutrient is known for none of the foods.
    *(Column(nutrient, Float) for nutrient in ANALYTIC_NUTRIENTS),
    Column("result", JSON, nullable=False),
)
EATEN = Table(
    "eaten",
    METADATA,
    Column("analysis_id", ForeignKey("analysis.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("reference", String(80), nullable=False),
    Column("name", String(300), nullable=False),
    Column("grams", Float, nullable=False),
)
SEARCHES = Table(
    "search",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("query", String(200), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("served_mode", String(10), nullable=False),
    Column("results", Integer, nullable=False),
)


def now() -> str:
    """Return this moment in UTC, ISO 8601 to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


#: What a database that is broken, out of reach or no database at all raises, by SQLAlchemy or not.
_UNUSABLE = (DBAPIError, sqlite3.Error, OSError, ValueError, TypeError)


class DatabaseUrlError(RuntimeError):
    """DATABASE_URL is no URL, names a driver that is not installed, or a database in memory."""


class DatabaseUnavailable(RuntimeError):  # noqa: N818 - a state, which may pass
    """The database cannot be reached or is none."""


class Database:
    """Connections to users' data.

    SQLite files are opened anew by each piece of work, so nothing is carried over a fork, and
    several processes may serve one file: writers wait for each other.

    Raises:
        DatabaseUrlError: ``url`` cannot be used at all.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
        except (ArgumentError, ImportError, ValueError, TypeError) as error:
            raise DatabaseUrlError(
                f"DATABASE_URL cannot be used: {error}; write sqlite:////path/to/file, or install"
                " the driver that it names"
            ) from None
        self._lock = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Create what is missing of the tables; several processes may do so at once.

        A database out of reach is logged and tried again by the next piece of work.
        """
        try:
            self._prepare()
        except DatabaseUnavailable as error:
            _LOG.error("%s; it is tried again by each request, which answers 503 until then", error)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hand out a connection in a transaction that only reads.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or is none.
        """
        self._prepare()
        with self._noticing(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hand out a connection in a transaction that is committed unless an error leaves it.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or is none.
            OperationalError: it stayed busy for five seconds.
        """
        self._prepare()
        with self._noticing(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def ping(self) -> None:
        """Do nothing, if the database can be reached.

        Raises:
            DatabaseUnavailable: it cannot.
        """
        with self.reading() as connection:
            connection.execute(select(PLANS.c.id).limit(1))

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Have the tables made anew by the next piece of work, where this one misses any."""
        try:
            yield
        except DBAPIError:
            # Another process may have put an empty file in the old one's place.
            self._prepared = self._prepared and self._has_tables()
            raise

    def _has_tables(self) -> bool:
        try:
            return set(METADATA.tables) <= set(inspect(self.engine).get_table_names())
        except _UNUSABLE:
            return False

    def _prepare(self) -> None:
        """Create what is missing of the tables, unless that was done and the file is still there.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or is none.
        """
        with self._lock:
            if self._prepared and _is_there(self.engine):
                return
            try:
                self._create_tables()
            except _UNUSABLE as error:
                told = error.orig if isinstance(error, DBAPIError) else error
                where = self.engine.url.render_as_string(hide_password=True)
                raise DatabaseUnavailable(f"the database {where} cannot be used: {told}") from error
            self._prepared = True
        # No connection of this process must be used by one that is forked from it.
        self.engine.dispose()

    def _create_tables(self) -> None:
        if self.engine.dialect.name == "sqlite":
            if self.engine.url.database:
                Path(self.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
            _write_ahead(self.engine)
        with self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                for table in METADATA.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS})
    name = engine.url.database or ":memory:"
    if ":memory:" in name or engine.url.query.get("mode") == "memory":
        raise ValueError(f"{url!r} is a database in memory, which is empty at each connection")
    if "\0" in name:
        raise ValueError(f"{url!r} names a file with a NUL character")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _is_there(engine: Engine) -> bool:
    """Return whether the file of a SQLite database is there; other databases are taken to be."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database.startswith("file:"):
        return True
    try:
        return Path(database).stat().st_size > 0
    except OSError:
        return False


def _on_connect(connection: Any, _record: object) -> None:
    # sqlite3 itself begins no transaction: SQLAlchemy's "begin" does, see _on_begin.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")


def _on_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another writer, so what
    # writes says so at once.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(engine: Engine) -> None:
    """Switch to write-ahead logging, which the file remembers: readers then block no writer.

    SQLite does not wait for a lock here, so this tries again for a while. Where the file cannot
    be had this way the app does without, or fails at its first table with the reason.
    """
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection = engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()
        except (sqlite3.OperationalError, OperationalError) as error:
            if time.monotonic() > until or "locked" not in str(error):
                _LOG.warning("no write-ahead log for the database: %s", error)
                return
            time.sleep(0.05)
        else:
            return
