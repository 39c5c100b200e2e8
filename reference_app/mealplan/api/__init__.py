"""The HTTP interface: one blueprint a module, all below ``/api/v1``."""

from __future__ import annotations

from flask import Blueprint

from mealplan.api.admin import BLUEPRINT as ADMIN
from mealplan.api.analysis import BLUEPRINT as ANALYSIS
from mealplan.api.analytics import BLUEPRINT as ANALYTICS
from mealplan.api.foods import BLUEPRINT as FOODS
from mealplan.api.health import BLUEPRINT as HEALTH
from mealplan.api.plans import BLUEPRINT as PLANS
from mealplan.api.targets import BLUEPRINT as TARGETS

BLUEPRINTS: tuple[Blueprint, ...] = (HEALTH, TARGETS, PLANS, ANALYSIS, FOODS, ANALYTICS, ADMIN)
