"""Bringing users' data to this version of the app: what a release runs before it serves.

The only module that imports Alembic, and no process that serves imports it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, inspect, text

from mealplan.database import Database, write_exclusively
from mealplan.schema import FIRST_FORM, METADATA, REVISION

_LOCATION = "mealplan:migrations"


class MigrationError(RuntimeError):
    """The database cannot be brought to this version; nothing was changed."""


def migrate(url: str, revision: str = REVISION) -> tuple[str, str]:
    """Bring the database to ``revision``, all or nothing, and return the one before and after.

    Several may run at once: the others wait and find it done. An empty database gets its tables;
    one of the first form, which carried no revision, is known by them.

    Raises:
        DatabaseUrlError: ``url`` cannot be used at all.
        DatabaseUnavailable: the database cannot be reached.
        MigrationError: it is of a newer version of the app, or rows would lose what they refer to.
    """
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.script.revision import RevisionError
    from alembic.util import CommandError

    with write_exclusively(Database(url)) as connection:
        before = revision_of(connection)
        config = _config(connection)
        if before == FIRST_FORM and not inspect(connection).has_table("alembic_version"):
            command.stamp(config, FIRST_FORM)
        scripts = ScriptDirectory.from_config(config)
        try:
            older = before != "none" and revision in {
                one.revision for one in scripts.iterate_revisions(before, "base")
            }
        except (CommandError, RevisionError):
            raise MigrationError(
                f"the database is of revision {before}, which this version of the app does not"
                " know: install the version that it was last migrated with, or a newer one"
            ) from None
        (command.downgrade if older else command.upgrade)(config, revision)
        _check_references(connection)
    return before, revision


def revision_of(connection: Connection) -> str:
    """Return the revision of a database, or ``none`` for an empty one."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return FIRST_FORM if tables & set(METADATA.tables) else "none"


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _LOCATION)
    config.attributes["connection"] = connection
    return config


def _check_references(connection: Connection) -> None:
    """Refuse what a table that SQLite made anew has lost; its references were not watched."""
    if connection.dialect.name != "sqlite":
        return
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost:
        raise MigrationError(f"rows refer to what is not there: {lost[:5]}")
