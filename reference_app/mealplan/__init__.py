"""A meal planner: the app that bootfit is shown on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the app; ``config`` overrides what the environment says.

    Flask is imported here, so that what only wants ``mealplan.plugins`` does not pay for it.
    """
    from mealplan.factory import build

    return build(config)
