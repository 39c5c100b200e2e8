"""Booting: light, several workers at once, whatever the database does."""

import json
import os
import re
import sqlite3
import subprocess
import sys

import pytest

from mealplan.database import Database, DatabaseUrlError
from mealplan.settings import read_settings

HEAVY = {
    *("numpy", "pandas", "sklearn", "scipy", "joblib", "pulp", "faiss", "torch", "xlsxwriter"),
    *("openpyxl", "sentence_transformers", "transformers"),
    # Only where they are used: at a migration, at the first password, by a PostgreSQL URL.
    *("alembic", "mako", "argon2", "psycopg"),
}
PLUGIN = re.compile(r"mealplan_plugins\.\w+\.\w+")
BOOT = """
import json, sys
from mealplan.main import app
client = app.test_client()
statuses = [client.get("/api/v1" + path).status_code for path in ("/health", "/ready", "/version")]
print(json.dumps({"modules": sorted(sys.modules), "statuses": statuses}))
"""


def environment(tmp_path, **more):
    url = f"sqlite:///{tmp_path / 'users.sqlite3'}"
    own = {"DATABASE_URL": url, "MEALPLAN_SECRET_KEY": "x" * 32, "MEALPLAN_ADMIN_TOKEN": "operator"}
    return {**os.environ, **own, **more}


def test_nothing_heavy_is_imported_at_boot(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", BOOT],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert told["statuses"] == [200, 200, 200]
    assert HEAVY & set(told["modules"]) == set()
    # Of the plugins, only what goes in and comes out.
    assert {name.rsplit(".", 1)[-1] for name in told["modules"] if PLUGIN.match(name)} == {
        "contract"
    }


def test_the_plugins_can_be_described_without_flask(tmp_path):
    code = (
        "import sys; from mealplan.plugins import PLUGINS; PLUGINS.describe();"
        "print(sorted(set(sys.modules) & {'flask', 'sqlalchemy', 'numpy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


WORKER = """
import sys
from mealplan import create_app
client = create_app().test_client()
operator = {"Authorization": "Bearer operator"}
print("ready", flush=True)
sys.stdin.readline()
meal = {"meal": "lunch", "items": [{"food": 8120, "grams": 60}]}
for _ in range(10):
    answer = client.post("/api/v1/analysis/meals", json={"meals": [meal]}, headers=operator)
    assert answer.status_code == 201, answer.json
"""


def test_several_workers_may_start_and_write_at_once(tmp_path):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER],
            env=environment(tmp_path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ready = [worker.stdout.readline() for worker in workers]
    ends = [worker.communicate("go\n", timeout=90) for worker in workers]
    assert ready == ["ready\n"] * 3, ends
    assert [worker.returncode for worker in workers] == [0] * 3, ends
    with sqlite3.connect(tmp_path / "users.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM analysis").fetchone() == (30,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_liveness_does_not_hang_on_the_database_and_readiness_does(make_app, tmp_path):
    folder = tmp_path / "not-a-file"
    folder.mkdir()
    client = make_app(DATABASE_URL=f"sqlite:///{folder}").test_client()
    assert client.get("/api/v1/health").status_code == 200
    answer = client.get("/api/v1/ready")
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "database_unavailable"
    assert client.get("/api/v1/plans").status_code == 503
    assert client.get("/api/v1/analytics/export?format=csv").status_code == 503
    person = {"age_years": 34, "sex": "female", "weight_kg": 68, "height_cm": 170}
    assert client.post("/api/v1/targets/energy", json=person).status_code == 200


@pytest.mark.parametrize("kind", ["broken", "below a file"])
def test_a_database_that_is_none_is_one_line_at_boot_and_503_later(
    make_app, tmp_path, caplog, kind
):
    there = tmp_path / "there"
    there.write_bytes(b"this is no database, whatever its name may say" * 100)
    url = {
        "broken": f"sqlite:///{there}",
        "below a file": f"sqlite:///{there}/folder/users.sqlite3",
    }[kind]
    client = make_app(DATABASE_URL=url, TESTING=False).test_client()
    (told,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert "cannot be used" in told.getMessage()
    assert told.exc_info is None
    for path in ("/api/v1/ready", "/api/v1/plans", "/api/v1/analytics"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == "database_unavailable"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_breaks_while_running_is_503(make_app, tmp_path):
    client = make_app(TESTING=False).test_client()
    assert client.get("/api/v1/plans").status_code == 200
    for one in tmp_path.iterdir():
        one.write_bytes(b"torn" * 2000)
    assert client.get("/api/v1/plans").status_code == 503


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_was_taken_away_is_made_anew(make_app, tmp_path):
    client = make_app(TESTING=False).test_client()
    assert client.get("/api/v1/plans").status_code == 200
    for one in tmp_path.iterdir():
        one.unlink()
    assert client.get("/api/v1/plans").status_code == 200
    with sqlite3.connect(tmp_path / "mealplan.sqlite3") as connection:
        connection.execute("DROP TABLE planned_meal")
        connection.execute("DROP TABLE plan")
    assert client.get("/api/v1/plans").status_code == 503
    assert client.get("/api/v1/plans").status_code == 200


def test_a_database_that_comes_back_is_used(make_app, tmp_path):
    folder = tmp_path / "later.sqlite3"
    folder.mkdir()
    client = make_app(DATABASE_URL=f"sqlite:///{folder}").test_client()
    assert client.get("/api/v1/ready").status_code == 503
    folder.rmdir()
    assert client.get("/api/v1/ready").status_code == 200
    assert client.get("/api/v1/plans").json["plans"] == []


def test_a_writer_waits_for_another(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'users.sqlite3'}")
    database.prepare()
    with database.writing() as first, database.reading() as second:
        first.exec_driver_sql(
            "INSERT INTO search (created_at, query, mode, served_mode, results)"
            " VALUES ('', '', '', '', 0)"
        )
        found = second.exec_driver_sql("SELECT count(*) FROM search").scalar_one()
        assert found == 0  # and it did not wait
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM search").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/plans/1", "/nowhere"])
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers
    secure = client.get(path, base_url="https://localhost").headers
    assert "Strict-Transport-Security" in secure


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "postgresql+nosuchdriver://host/name",
        "postgresql://host:port/name",
        "sqlite:///users\0.sqlite3",
        "sqlite:///users.sqlite3?timeout=soon",
    ],
)
def test_a_database_url_that_cannot_be_used_is_named(make_app, url):
    with pytest.raises(DatabaseUrlError, match="DATABASE_URL"):
        make_app(DATABASE_URL=url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:users?mode=memory&uri=true",
    ],
)
def test_a_database_in_memory_is_refused_by_name(make_app, url):
    with pytest.raises(DatabaseUrlError, match="in memory"):
        make_app(DATABASE_URL=url)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p@h/db", "postgresql+psycopg://u:p@h/db"),
        ("postgresql://h/db", "postgresql+psycopg://h/db"),
        ("sqlite:////data/x.sqlite3", "sqlite:////data/x.sqlite3"),
    ],
)
def test_the_database_url_is_the_environments(monkeypatch, tmp_path, given, read):
    monkeypatch.setenv("MEALPLAN_SECRET_KEY", "x" * 32)
    monkeypatch.setenv("DATABASE_URL", given)
    assert read_settings(str(tmp_path))["DATABASE_URL"] == read


def test_without_a_url_the_file_goes_where_it_can(monkeypatch, tmp_path):
    monkeypatch.setenv("MEALPLAN_SECRET_KEY", "x" * 32)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    instance = tmp_path / "instance"
    url = read_settings(str(instance))["DATABASE_URL"]
    assert url == f"sqlite:///{instance / 'mealplan.sqlite3'}"
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    url = read_settings(str(blocked / "instance"))["DATABASE_URL"]
    assert url == f"sqlite:///{tmp_path / 'mealplan.sqlite3'}"
