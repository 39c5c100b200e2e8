"""Putting the app together: settings, catalogue, database, plugins, blueprints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bootfit.lazy import Registry
from mealplan import errors, security
from mealplan.catalogue.dishes import DishCatalogue
from mealplan.catalogue.foods import FoodCatalogue
from mealplan.database import Database
from mealplan.parts import EXTENSION, Parts
from mealplan.settings import read_settings


def build(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the app; an empty database gets its tables, where it can be reached.

    Raises:
        SettingsError: a setting is missing or wrong.
        DatabaseUrlError: DATABASE_URL cannot be used at all.
    """
    from mealplan.api import BLUEPRINTS

    app = Flask("mealplan", static_folder=None)
    app.config.from_mapping(read_settings(app.instance_path, config or {}))
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask's own provider has it
    _trust_proxies(app)
    foods = FoodCatalogue()
    database = Database(app.config["DATABASE_URL"])
    app.extensions[EXTENSION] = Parts(
        foods, DishCatalogue(foods), database, app.config["PLUGINS"] or _plugins()
    )
    database.prepare()
    errors.register(app)
    security.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix="/api/v1")
    return app


def _trust_proxies(app: Flask) -> None:
    """Believe as many proxies as there are about who asks, and over what."""
    count = app.config["PROXIES"]
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # as Flask's documentation does
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _plugins() -> Registry:
    from mealplan.plugins import PLUGINS

    return PLUGINS
