"""Time and memory of each implementation, taken in fresh processes."""

from bootfit.measure.deep import deep_dive
from bootfit.measure.description import describe
from bootfit.measure.drift import COMPARED_WITH_TARGET, environment_drift
from bootfit.measure.environment import import_costs, look_at_environment
from bootfit.measure.interpreter import find_interpreter
from bootfit.measure.project import measure_project, measure_union
from bootfit.measure.remaining import lazy_savings
from bootfit.measure.verdict import Verdict, judge
from bootfit.measure.why import explain_module

__all__ = [
    "COMPARED_WITH_TARGET",
    "Verdict",
    "deep_dive",
    "describe",
    "environment_drift",
    "explain_module",
    "find_interpreter",
    "import_costs",
    "judge",
    "lazy_savings",
    "look_at_environment",
    "measure_project",
    "measure_union",
]
