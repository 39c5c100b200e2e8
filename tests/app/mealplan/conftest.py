"""An app of its own for each test, with plugins of its own."""

import pytest

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


@pytest.fixture
def make_app(tmp_path):
    """Return a maker of apps, given what is forbidden; all share one database."""

    def make(forbid=LIGHT, **config):
        return create_app(
            {
                "TESTING": True,
                "DATABASE_URL": f"sqlite:///{tmp_path / 'mealplan.sqlite3'}",
                "ADMIN_TOKEN": TOKEN,
                "PLUGINS": Registry(*PLUGINS, environ={"BOOTFIT_FORBID": forbid}),
                **config,
            }
        )

    return make


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()


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
