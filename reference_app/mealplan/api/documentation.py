"""The OpenAPI document, and a page to try the endpoints on.

The page is a file of our own, 7 KB: Swagger's and Redoc's bundles are more than a megabyte each,
and a generator such as flask-smorest adds marshmallow and apispec to every process from its boot.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, g, jsonify

from mealplan.api.endpoint import endpoint
from mealplan.kitchen import Kitchen

BLUEPRINT = Blueprint("documentation", __name__)
_PAGE = Path(__file__).parents[1] / "data" / "docs.html"


@BLUEPRINT.get("/openapi.json")
@endpoint(lock="open")
def openapi() -> Response:
    """Return the OpenAPI 3.1 document, generated from the code."""
    from mealplan.api.openapi import document

    # What is told to everybody has nobody's own dishes in it.
    g.kitchen = Kitchen({}, {}, {})
    return jsonify(document())


@BLUEPRINT.get("/docs")
@endpoint(lock="open", media=("text/html",))
def page() -> Response:
    """Return the page that shows the document and tries the endpoints."""
    text, policy = _page()
    response = Response(text, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    return response


@lru_cache(maxsize=1)
def _page() -> tuple[str, str]:
    """Return the page and the policy that lets its own script and style run, and nothing else."""
    text = _PAGE.read_text(encoding="utf-8")
    script, style = (
        _hash(re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[0])
        for tag in ("script", "style")
    )
    policy = (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
