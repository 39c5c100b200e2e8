"""A run in which nothing was to be imported."""

from bootfit.measure.module_tree import module_tree
from bootfit.measure.trace import Trace
from bootfit.model.attribution import NOTHING
from bootfit.model.environment import Environment


def test_a_run_without_phases_is_an_empty_tree():
    tree = module_tree(Trace((), (), (), True, (), (), frozenset()), Environment(()))
    assert (tree.total, tree.modules, tree.owners) == (NOTHING, (), ())
    assert tree.collector_seconds == 0
