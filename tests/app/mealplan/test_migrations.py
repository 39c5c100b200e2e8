"""Migrations, on both kinds of database: what they lead to, what they keep, what is refused."""

import json
import os
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from mealplan.database import Database
from mealplan.migrate import MigrationError, migrate
from mealplan.schema import METADATA, REVISION


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """Return the URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'users.sqlite3'}"
    return request.getfixturevalue("empty_postgresql")


@pytest.fixture
def engine(empty_url):
    made = Database(empty_url).engine
    yield made
    made.dispose()


def differences(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, METADATA)


def columns(engine):
    inspector = inspect(engine)
    return {
        (table, column["name"], column["nullable"])
        for table in inspector.get_table_names()
        for column in inspector.get_columns(table)
    }


def test_the_revision_is_the_last_migration():
    scripts = ScriptDirectory("reference_app/mealplan/migrations")
    assert scripts.get_heads() == [REVISION]


def test_migrations_lead_to_what_an_empty_database_gets(empty_url, engine):
    assert migrate(empty_url) == ("none", REVISION)
    assert differences(engine) == []
    migrated = columns(engine)
    if engine.dialect.name == "sqlite":
        made = Database(f"{empty_url}.new")
        made.prepare()
        assert columns(made.engine) == migrated
    database = Database(empty_url)
    database.prepare()
    database.ping()
    database.engine.dispose()
    assert columns(engine) == migrated


MEAL = (
    "INSERT INTO analysis (id, created_at, eaten_on, meal, result)"
    " VALUES (3, '', '2026-01-02', 'lunch', '{}')"
)


def first_form(url, engine):
    """Make a database of the first form with a plan, a meal that was eaten, and a search."""
    migrate(url, "0001")
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE alembic_version",
            "INSERT INTO plan VALUES (7, '', 2000, 'pulp', '{}', '{}')",
            "INSERT INTO planned_meal VALUES (7, 0, 'lunch', 'dal-rice', 1, 500)",
            MEAL,
            "INSERT INTO eaten VALUES (3, 0, 'food', '8120', 'Oats', 60)",
            "INSERT INTO search VALUES (9, '', 'oats', 'text', 'text', 1)",
        ):
            connection.exec_driver_sql(statement)


ON_ITS_OWN = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ITS_OWN
def test_what_the_first_form_kept_is_the_operators(empty_url, engine, make_app):
    first_form(empty_url, engine)
    app = make_app(DATABASE_URL=empty_url, TESTING=False)
    client = app.test_client()
    answer = client.get("/api/v1/ready")
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "database_outdated"
    assert client.get("/api/v1/health").status_code == 200
    assert migrate(empty_url) == ("0001", REVISION)
    assert differences(engine) == []
    # The process that serves needs no restart.
    assert [one["id"] for one in client.get("/api/v1/plans").json["plans"]] == [7]
    assert [one["id"] for one in client.get("/api/v1/analysis/history").json["analyses"]] == [3]
    with engine.connect() as connection:
        for table in ("planned_meal", "eaten", "search"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1
    assert client.delete("/api/v1/plans/7").status_code == 204
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM planned_meal")).scalar_one() == 0


def test_migrating_back_and_forth_keeps_what_the_first_form_had(empty_url, engine):
    first_form(empty_url, engine)
    migrate(empty_url)
    assert migrate(empty_url, "0001") == (REVISION, "0001")
    assert "account" not in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM plan")).scalar_one() == 7
        assert connection.execute(text("SELECT count(*) FROM planned_meal")).scalar_one() == 1
    assert migrate(empty_url) == ("0001", REVISION)
    assert migrate(empty_url) == (REVISION, REVISION)
    assert differences(engine) == []


@ON_ITS_OWN
def test_a_database_of_a_newer_version_is_left_alone(empty_url, engine, make_app):
    migrate(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MigrationError, match="9999"):
        migrate(empty_url)
    client = make_app(DATABASE_URL=empty_url, TESTING=False).test_client()
    assert client.get("/api/v1/plans").status_code == 503
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert found == "9999"


def run(*arguments, url, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "mealplan", *arguments],
        env={**os.environ, "DATABASE_URL": url, **more},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_several_releases_may_migrate_at_once(empty_url, engine):
    first_form(empty_url, engine)
    engine.dispose()
    ends = [one.communicate(timeout=120) for one in [run("migrate", url=empty_url) for _ in "123"]]
    told = sorted(out.strip() for out, _ in ends)
    assert told == [
        "the database was of revision 0001 and is of 0002",
        *["the database was of revision 0002 and is of 0002"] * 2,
    ], ends
    assert differences(engine) == []


def test_a_database_out_of_reach_is_one_line(tmp_path):
    there = tmp_path / "file"
    there.write_text("")
    out, told = run("migrate", url=f"sqlite:///{there}/users.sqlite3").communicate(timeout=60)
    assert out == ""
    assert told.startswith("error: the database cannot be used")
    assert told.count("\n") == 1


def test_the_first_administrator_is_made_on_the_command_line(tmp_path):
    url = f"sqlite:///{tmp_path / 'users.sqlite3'}"
    out, told = run("create-admin", "Boss@Example.org", url=url).communicate("short\n", timeout=60)
    assert out == ""
    assert "password must have from 10" in told
    out, _ = run("create-admin", "Boss@Example.org", url=url).communicate(
        "correct horse battery\n", timeout=60
    )
    assert out == "boss@example.org is an administrator\n"
    out, told = run("create-admin", "nobody", url=url).communicate("correct horse\n", timeout=60)
    assert "no e-mail address" in told
    from mealplan import create_app

    client = create_app({"DATABASE_URL": url, "SECRET_KEY": "x" * 32, "RATES": {}}).test_client()
    asked = {"email": "boss@example.org", "password": "correct horse battery"}
    assert client.post("/api/v1/auth/sign-in", json=asked).json["user"]["role"] == "admin"
    assert client.get("/api/v1/admin/users").json["count"] == 1


def test_the_document_is_printed(tmp_path):
    out, told = run("openapi", url=f"sqlite:///{tmp_path / 'none'}").communicate(timeout=60)
    assert json.loads(out)["openapi"] == "3.1.0", told
    assert not (tmp_path / "none").exists()
