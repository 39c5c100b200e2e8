"""The app's settings, read from the environment."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

LARGEST_BODY_BYTES = 256 * 1024


def read_settings(instance_path: str) -> dict[str, object]:
    """Return Flask's configuration from the environment.

    DATABASE_URL: SQLAlchemy's URL; default: ``mealplan.sqlite3`` in the instance folder, or in the
    temporary folder where that cannot be written.
    MEALPLAN_ADMIN_TOKEN: the admin pages' bearer token; no default, without it they are closed.
    """
    return {
        "DATABASE_URL": _given_url() or _default_url(Path(instance_path)),
        "ADMIN_TOKEN": os.environ.get("MEALPLAN_ADMIN_TOKEN", ""),
        "MAX_CONTENT_LENGTH": LARGEST_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY_BYTES,
        #: A `bootfit.lazy.Registry`, or None for the app's own.
        "PLUGINS": None,
    }


def _given_url() -> str:
    """Return DATABASE_URL; platforms hand out ``postgres://``, which SQLAlchemy does not know."""
    return re.sub(
        r"^postgres(?:ql)?://", "postgresql+psycopg://", os.environ.get("DATABASE_URL", "")
    )


def _default_url(instance: Path) -> str:
    try:
        instance.mkdir(parents=True, exist_ok=True)
        writable = os.access(instance, os.W_OK)
    except OSError:
        writable = False
    folder = instance if writable else Path(tempfile.gettempdir())
    return f"sqlite:///{folder / 'mealplan.sqlite3'}"
