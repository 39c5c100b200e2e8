"""Whether the app lives, whether it can work, and what it runs."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from bootfit import __version__
from mealplan.api.endpoint import endpoint
from mealplan.parts import parts

BLUEPRINT = Blueprint("health", __name__)


@BLUEPRINT.get("/health")
@endpoint(lock="open")
def health() -> Response:
    """Say that the process answers; asks nothing of anything else."""
    return jsonify({"status": "ok"})


@BLUEPRINT.get("/ready")
@endpoint(lock="open")
def ready() -> Response:
    """Say whether the database and the catalogue can be read; 503 where the database cannot."""
    parts().database.ping()
    return jsonify({"status": "ready", "nutrients": len(parts().foods.nutrients)})


@BLUEPRINT.get("/version")
@endpoint(lock="open")
def version() -> Response:
    """Say which version runs, and which implementation serves each plugin. Loads none."""
    ladders = {plugin.name: [rung.name for rung in plugin.ladder] for plugin in parts().plugins}
    return jsonify(
        {"mealplan": __version__, "plugins": parts().plugins.status(), "ladders": ladders}
    )
