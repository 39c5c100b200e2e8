"""Whatever is imported in whatever order: the parts add up, and a list is closed upwards."""

from hypothesis import given
from hypothesis import strategies as st

from bootfit.measure.module_tree import below, by_total, chain_to, module_costs, module_tree
from bootfit.measure.owners import Owners
from bootfit.measure.trace import Import, Trace
from bootfit.model.attribution import NOTHING, Cost
from bootfit.model.environment import Environment, InstalledDistribution

ENVIRONMENT = Environment(
    (InstalledDistribution("one", ("a", "n.x")), InstalledDistribution("two", ("b", "n.y")))
)
NAMES = ("a", "a.b", "a.b.c", "a.d", "b", "b.a", "n", "n.x", "n.y", "n.y.z", "c", "c.d")
AMOUNTS = st.builds(Cost, st.integers(-9, 99), st.integers(-999, 9999), st.integers(-99, 999))


@st.composite
def traces(draw):
    """Entries whose parents come before them, as an agent tells them; one or two phases."""
    count = draw(st.integers(1, 60))
    second = draw(st.integers(1, count))
    imports = []
    for number in range(count):
        if number in (0, second):
            imports.append(Import("", -1, "", "", 0, draw(AMOUNTS), ""))
            continue
        first = second if number > second else 0
        parent = draw(st.integers(first, number - 1))
        kind = draw(st.sampled_from(["", "", "project", "python", "missing"]))
        name = draw(st.sampled_from(NAMES))
        place = (imports[parent].name, "f.py", number)
        imports.append(Import(name, parent, *place, draw(AMOUNTS), kind))
    uses = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6))
    phases = (0,) if second == count else (0, second)
    return Trace(tuple(imports), phases, (0.0,) * len(phases), True, tuple(uses), (), frozenset())


def added(costs):
    return sum(costs, NOTHING)


@given(traces())
def test_the_parts_add_up(trace):
    tree = module_tree(trace, ENVIRONMENT)
    everything = added(one.own for one in trace.imports)
    assert tree.total == everything
    assert added(one.own for one in tree.modules) + tree.rest + tree.outside == everything
    assert added(one.own for one in tree.owners) + tree.outside == everything


@given(traces())
def test_totals_are_own_parts_of_all_below(trace):
    modules = module_costs(trace, Owners(trace.imports, ENVIRONMENT))
    roots = [one for one in modules if not one.parent]
    assert added(one.total for one in roots) == added(one.own for one in modules)
    for one in modules:
        assert one.total == one.own + added(other.own for other in below(modules, one.module))
        assert one in chain_to(modules, one.module)


@given(traces())
def test_a_package_does_not_hang_below_a_part_of_it_that_asked_for_it(trace):
    for one in module_costs(trace, Owners(trace.imports, ENVIRONMENT)):
        assert not one.parent.startswith(f"{one.module}.")


@given(traces())
def test_a_later_phase_leaves_out_what_came_before(trace):
    if len(trace.phases) == 2:
        tree = module_tree(trace, ENVIRONMENT, first_phase=1)
        assert tree.total == added(one.own for one in trace.imports[trace.phases[1] :])


@given(traces())
def test_every_owner_is_reached_through_direct_ones(trace):
    owners = {one.name: one for one in module_tree(trace, ENVIRONMENT).owners}
    for one in owners.values():
        assert all(owners[name].direct for name in one.through)
        assert not set(one.transitive) & set(one.shared)
        assert one.direct == (one.name in one.through)
        for name in one.transitive:
            assert owners[name].through == (one.name,)


@given(traces())
def test_the_largest_come_first(trace):
    modules = module_costs(trace, Owners(trace.imports, ENVIRONMENT))
    sizes = [one.total.anonymous_bytes for one in by_total(modules)]
    assert sizes == sorted(sizes, reverse=True)
