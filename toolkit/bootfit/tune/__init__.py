"""Measurements and a platform become a plan."""

from bootfit.tune.planning import tune, union_to_measure
from bootfit.tune.wishes import Wishes

__all__ = ["Wishes", "tune", "union_to_measure"]
