"""Connections to users' data: SQLite by default, PostgreSQL by URL. SQLAlchemy Core.

Alembic is not imported here, and so never by a process that serves: an empty database gets its
tables from `mealplan.schema`, and one of another revision is refused until it is migrated.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from mealplan.schema import ACCOUNTS, METADATA, REVISION

_LOG = logging.getLogger(__name__)
_BUSY_SECONDS = 5.0
#: Option of a connection whose transaction writes.
_WRITES = "mealplan_writes"
#: Alembic's own table, made as Alembic makes it.
_VERSION_TABLE = "alembic_version"
_CREATE_VERSION_TABLE = (
    "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
#: Any number will do, but of all that use the database only what makes tables may take it.
_POSTGRESQL_LOCK = 0x6D65616C

#: What a database that is broken, out of reach or no database at all raises, by SQLAlchemy or not.
_UNUSABLE = (DBAPIError, sqlite3.Error, OSError, ValueError, TypeError)


class DatabaseUrlError(RuntimeError):
    """DATABASE_URL is no URL, names a driver that is not installed, or a database in memory."""


class DatabaseUnavailable(RuntimeError):  # noqa: N818 - a state, which may pass
    """The database cannot be reached or is none."""


class DatabaseOutdated(DatabaseUnavailable):
    """The database's tables are those of another version of the app."""


class Database:
    """Connections to users' data.

    SQLite files are opened anew by each piece of work, so nothing is carried over a fork, and
    several processes may serve one file: writers wait for each other. Connections to PostgreSQL
    are kept, by each process its own.

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
            connection.execute(select(ACCOUNTS.c.id).limit(1))

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
            where = self.engine.url.render_as_string(hide_password=True)
            try:
                self._create_tables()
            except DatabaseOutdated as error:
                raise DatabaseOutdated(f"the database {where} {error}") from None
            except _UNUSABLE as error:
                told = error.orig if isinstance(error, DBAPIError) else error
                raise DatabaseUnavailable(f"the database {where} cannot be used: {told}") from error
            finally:
                # No connection of this process must be used by one that is forked from it.
                self.engine.dispose()
            self._prepared = True

    def _create_tables(self) -> None:
        make_place(self.engine)
        with self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                _lock_tables(connection)
                if _is_new(connection):
                    connection.exec_driver_sql(_CREATE_VERSION_TABLE)
                    connection.execute(
                        text("INSERT INTO alembic_version VALUES (:revision)"),
                        {"revision": REVISION},
                    )
                for table in METADATA.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))


def make_place(engine: Engine) -> None:
    """Make the folder of a SQLite file, and have the file written ahead."""
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        _write_ahead(engine)


def _lock_tables(connection: Connection) -> None:
    """Wait for others that create or change tables. SQLite has one writer in any case."""
    if connection.dialect.name == "postgresql":
        # Two that create the same table at once fail there, whatever they say.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))


def _is_new(connection: Connection) -> bool:
    """Return whether the database carries no revision and none of our tables.

    Raises:
        DatabaseOutdated: it has the tables of another revision.
    """
    tables = set(inspect(connection).get_table_names())
    found = None
    if _VERSION_TABLE in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found == REVISION:
        return False
    if found is None and not tables & set(METADATA.tables):
        return True
    raise DatabaseOutdated(
        f"has tables of revision {found or 'none'}, and this version of the app needs {REVISION}:"
        " run `python -m mealplan migrate` with the same DATABASE_URL"
    )


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        server = create_engine(url, pool_pre_ping=True)
        if server.dialect.name == "postgresql":
            event.listen(server, "connect", _on_server_connect)
        return server
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


def _on_server_connect(connection: Any, _record: object) -> None:
    # As long as SQLite's writers wait for each other.
    before = connection.autocommit
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{_BUSY_SECONDS:g}s'")
    connection.autocommit = before


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


@contextmanager
def write_exclusively(database: Database) -> Iterator[Connection]:
    """Hand out a connection whose transaction may change tables, one at a time of all processes.

    Raises:
        DatabaseUnavailable: the database cannot be reached, or is none.
    """
    engine = database.engine
    try:
        make_place(engine)
        connection = engine.connect()
    except _UNUSABLE as error:
        told = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseUnavailable(f"the database cannot be used: {told}") from error
    try:
        if engine.dialect.name == "sqlite":
            # A table is changed by making it anew, which must not delete what refers to it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr] # it is connected
        connection.execution_options(**{_WRITES: True})
        with connection.begin():
            _lock_tables(connection)
            yield connection
    finally:
        connection.close()
        engine.dispose()
