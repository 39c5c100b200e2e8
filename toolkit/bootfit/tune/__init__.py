"""Measurements and a platform become a plan."""

from bootfit.tune.planning import serving_to_measure, tune, union_to_measure
from bootfit.tune.settled import settled
from bootfit.tune.what_if import what_if
from bootfit.tune.wishes import Wishes

__all__ = ["Wishes", "serving_to_measure", "settled", "tune", "union_to_measure", "what_if"]
