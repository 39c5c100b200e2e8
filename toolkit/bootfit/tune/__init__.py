"""Measurements and a platform become a plan."""

from bootfit.tune.planning import tune
from bootfit.tune.wishes import Wishes

__all__ = ["Wishes", "tune"]
