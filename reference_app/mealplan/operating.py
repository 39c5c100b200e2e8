"""The operator's commands: bring the database to this version, make an administrator."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from mealplan.settings import SHORTEST_SECRET, SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 not, with one line that says why."""
    from mealplan.database import DatabaseUnavailable, DatabaseUrlError
    from mealplan.migrate import MigrationError

    asked = _parser().parse_args(arguments)
    try:
        print(asked.run(asked))
    except (
        *(DatabaseUnavailable, DatabaseUrlError, MigrationError, SettingsError),
        _NotDone,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


class _NotDone(Exception):  # noqa: N818 - said to a person as it is
    """A command that was not carried out, and why."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mealplan", description=__doc__)
    commands = parser.add_subparsers(required=True)
    migrate = commands.add_parser("migrate", help="bring DATABASE_URL to this version's tables")
    migrate.set_defaults(run=_migrate)
    admin = commands.add_parser(
        "create-admin", help="make an account an administrator's; its password is asked for"
    )
    admin.add_argument("email")
    admin.set_defaults(run=_create_admin)
    document = commands.add_parser("openapi", help="print the OpenAPI document")
    document.set_defaults(run=_openapi)
    return parser


def _migrate(_asked: argparse.Namespace) -> str:
    from mealplan.migrate import migrate
    from mealplan.settings import database_url

    before, after = migrate(database_url())
    return f"the database was of revision {before} and is of {after}"


def _create_admin(asked: argparse.Namespace) -> str:
    from mealplan.accounts.passwords import hashed, password_problem
    from mealplan.database import Database
    from mealplan.fields import email_of
    from mealplan.settings import database_url
    from mealplan.store import accounts

    email = email_of(asked.email)
    if email is None:
        raise _NotDone(f"{asked.email!r} is no e-mail address")
    password = (
        getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    if problem := password_problem(password):
        raise _NotDone(f"the password {problem}")
    with Database(database_url()).writing() as connection:
        accounts.make_admin(connection, email, hashed(password))
    return f"{email} is an administrator"


def _openapi(_asked: argparse.Namespace) -> str:
    import json
    import tempfile

    from mealplan.factory import build

    with tempfile.TemporaryDirectory() as folder:
        # The document tells of the code alone: no database of anybody's is touched.
        url = f"sqlite:///{folder}/empty.sqlite3"
        app = build({"DATABASE_URL": url, "SECRET_KEY": "0" * SHORTEST_SECRET})
        return json.dumps(app.test_client().get("/api/v1/openapi.json").json, indent=2)
