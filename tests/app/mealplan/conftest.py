"""An app of its own for each test, with plugins of its own, on SQLite and on PostgreSQL."""

import os
import pickle
from copy import deepcopy
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.mealplan.postgresql import cluster, server_programs
from bootfit.lazy import Registry
from mealplan import create_app
from mealplan.catalogue.dishes import DishCatalogue
from mealplan.catalogue.foods import FoodCatalogue
from mealplan.plugins import PLUGINS

#: What answers at once and needs nothing: the rest is each test's own subject.
LIGHT = (
    "meal_distribution:scikit_learn,week_optimizer:pulp,spreadsheet_export:pandas,"
    "text_embeddings:sentence_transformers,vector_search:faiss"
)
TOKEN = "a-token-of-the-tests"
SERVICE_KEY = "a-key-that-two-services-of-one-operator-have"
PROFILE = {
    "age_years": 34,
    "sex": "female",
    "weight_kg": 68,
    "height_cm": 170,
    "activity": "light",
}


@pytest.fixture(scope="session")
def foods():
    return FoodCatalogue()


@pytest.fixture(scope="session")
def dishes(foods):
    return DishCatalogue(foods)


class SignedIn(FlaskClient):
    """A client that is the operator unless a request says who it is."""

    def open(self, *args, headers=None, **kwargs):
        given = dict(headers or {})
        given.setdefault("Authorization", f"Bearer {TOKEN}")
        return super().open(*args, headers=given, **kwargs)


@pytest.fixture(scope="session")
def postgresql_server():
    """Return the folder of a server's socket; its processes end with the tests."""
    programs = server_programs()
    if programs is None:
        told = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with cluster(programs) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server):
    """Return the URL of a database with the app's tables, to be emptied before each test."""
    from mealplan.database import Database

    url = f"postgresql+psycopg://mealplan@/postgres?host={postgresql_server}"
    database = Database(url)
    database.prepare()
    yield url
    database.engine.dispose()


@pytest.fixture
def empty_postgresql(postgresql_server):
    """Return the URL of a database without any tables."""
    from mealplan.database import Database

    url = f"postgresql+psycopg://mealplan@/{{}}?host={postgresql_server}"
    engine = Database(url.format("template1")).engine.execution_options(
        isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS empty WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE empty TEMPLATE template0"))
    yield url.format("empty")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Return the URL of an empty database, on each kind that the app serves from."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mealplan.sqlite3'}"
    return _emptied(request.getfixturevalue("postgresql_database"))


def _emptied(url):
    from mealplan.database import Database
    from mealplan.schema import METADATA

    engine = Database(url).engine
    with engine.begin() as connection:
        names = ", ".join(METADATA.tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()
    return url


@pytest.fixture
def make_app(database_url):
    """Return a maker of apps, given what is forbidden; all share one database."""
    apps = []

    def make(forbid=LIGHT, **config):
        app = create_app(
            {
                "TESTING": True,
                "DATABASE_URL": database_url,
                "SECRET_KEY": "a-secret-of-the-tests-that-is-long-enough",
                "ADMIN_TOKEN": TOKEN,
                "SERVICE_KEY": SERVICE_KEY,
                "RATES": {},
                "PLUGINS": Registry(*PLUGINS, environ={"BOOTFIT_FORBID": forbid}),
                **config,
            }
        )
        app.test_client_class = SignedIn
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["mealplan"].database.engine.dispose()


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def client(app):
    """Return a client that is the operator."""
    return app.test_client()


@pytest.fixture
def anonymous(app):
    """Return a client that is nobody until it signs up."""
    return FlaskClient(app, app.response_class)


@pytest.fixture
def sign_up(app):
    """Return what makes an account, and a client that is signed in to it by its cookie."""

    def make(email, password="correct horse battery"):
        client = Browser(app, app.response_class)
        answer = client.post("/api/v1/auth/sign-up", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.json
        client.csrf = answer.json["csrf_token"]
        client.user = answer.json["user"]
        return client

    return make


class Browser(FlaskClient):
    """A client that sends its cookie, and the CSRF token where it has one."""

    csrf = None
    user = None

    def open(self, *args, headers=None, **kwargs):
        given = dict(headers or {})
        if self.csrf is not None:
            given.setdefault("X-CSRF-Token", self.csrf)
        return super().open(*args, headers=given, **kwargs)


@pytest.fixture(scope="session")
def found_weeks():
    return {}


@pytest.fixture
def weeks_found_once(monkeypatch, found_weeks):
    """Look for the week of a request once, for all databases and all questions about one plan.

    Not for tests of the planner itself: what it says of a request it would say again.
    """
    from mealplan_plugins.week_optimizer.greedy import GreedyPlanner

    find = GreedyPlanner.plan

    def plan(self, request):
        key = pickle.dumps(replace(request, deadline=None))
        if key not in found_weeks:
            found_weeks[key] = find(self, request)
        return deepcopy(found_weeks[key])

    monkeypatch.setattr(GreedyPlanner, "plan", plan)


@pytest.fixture(scope="session")
def encoded_texts():
    return {}


@pytest.fixture
def texts_encoded_once(monkeypatch, encoded_texts):
    """Let MiniLM encode each text once, for all databases: it takes seconds for all dishes."""
    minilm = pytest.importorskip("mealplan_plugins.text_embeddings.sentence_transformers")
    encode = minilm.MiniLmEmbeddings.encode

    def remembered(self, texts):
        fresh = [text for text in texts if text not in encoded_texts]
        encoded_texts.update(zip(fresh, encode(self, fresh), strict=True))
        return [list(encoded_texts[text]) for text in texts]

    monkeypatch.setattr(minilm.MiniLmEmbeddings, "encode", remembered)


@pytest.fixture
def admin():
    """Return the headers of an administrator."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def profile():
    return dict(PROFILE)


@pytest.fixture
def eaten(client):
    """Log one meal and return the answer."""
    meal = {"meal": "breakfast", "items": [{"food": 8120, "grams": 60}]}
    answer = client.post("/api/v1/analysis/meals", json={"eaten_on": "2026-03-02", "meals": [meal]})
    assert answer.status_code == 201
    return answer.json
