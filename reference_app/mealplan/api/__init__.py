"""The HTTP interface: one blueprint a module, all below ``/api/v1``."""

from __future__ import annotations

from flask import Blueprint

from mealplan.api.admin import BLUEPRINT as ADMIN
from mealplan.api.analysis import BLUEPRINT as ANALYSIS
from mealplan.api.analytics import BLUEPRINT as ANALYTICS
from mealplan.api.auth import BLUEPRINT as AUTH
from mealplan.api.documentation import BLUEPRINT as DOCUMENTATION
from mealplan.api.feeds import BLUEPRINT as FEEDS
from mealplan.api.foods import BLUEPRINT as FOODS
from mealplan.api.health import BLUEPRINT as HEALTH
from mealplan.api.own import BLUEPRINT as OWN
from mealplan.api.plans import BLUEPRINT as PLANS
from mealplan.api.profile import BLUEPRINT as PROFILE
from mealplan.api.targets import BLUEPRINT as TARGETS

BLUEPRINTS: tuple[Blueprint, ...] = (
    *(HEALTH, AUTH, PROFILE, TARGETS, PLANS, FEEDS, ANALYSIS, FOODS, OWN, ANALYTICS, ADMIN),
    DOCUMENTATION,
)
