import os
from pathlib import Path

import pytest

from bootfit.limits.boundary import open_boundary, strongest_kind
from bootfit.limits.hierarchies import read_hierarchies
from bootfit.measure import agent_run, describe, measure_project
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.errors import DoesNotFitError, UndeterminedError, UsageError
from bootfit.model.finding import Severity

MIB = 1024 * 1024


def measure(apps, python, rung, *, exercise="rungs:quiet", monkeypatch=None, **options):
    ladder = (
        ImplementationDeclaration(rung, f"rungs:{rung}", exercise=exercise),
        ImplementationDeclaration("quiet", "rungs:quiet", exercise="rungs:quiet"),
    )
    root = apps / "misbehaving"
    description = describe(root, python, None, declared=[PluginDeclaration("p", ladder)])
    measurements, findings = measure_project(
        description, root, python, samples=1, unions=[], **options
    )
    about = [one for one in findings if one.subject == f"p:{rung}"]
    assert measurements.of("alone", "p:quiet").status == "measured"
    return measurements.of("alone", f"p:{rung}"), about


@pytest.mark.parametrize(
    ("rung", "status", "code", "words"),
    [
        ("raises", "raised", "BF304", "RuntimeError: the model file is damaged, in rungs.py:15"),
        ("exits", "raised", "BF304", "SystemExit: configuration missing"),
        ("asks_for_too_much", "out_of_memory", "BF308", "MemoryError"),
        ("needs_what_is_not_there", "not_installed", "BF303", "no_such_library"),
        ("leaves", "crashed", "BF305", "exit code 3"),
        ("segfaults", "crashed", "BF305", "SIGSEGV) while it was loaded, in rungs.py:"),
        ("kills_itself", "killed", "BF305", "SIGKILL"),
        ("floods", "flooded", "BF307", "without end"),
    ],
)
def test_each_failure_is_one_finding(apps, python, rung, status, code, words):
    result, findings = measure(apps, python, rung)
    assert result.status == status
    assert words in result.detail
    assert [one.code for one in findings] == [code]


def test_a_hang_is_ended_and_its_line_named(apps, python):
    result, findings = measure(apps, python, "hangs", time_limit_seconds=2)
    assert result.status == "timed_out"
    assert "rungs.py:" in result.detail
    assert [one.code for one in findings] == ["BF306"]
    assert findings[0].place.path == "rungs.py"


def test_failing_at_work_is_told_from_failing_at_load(apps, python):
    result, _ = measure(apps, python, "quiet", exercise="rungs:kills_itself_on")
    assert result.status == "measured"  # the fallback's own exercise is the quiet one
    result, findings = measure(apps, python, "chatters", exercise="rungs:missing")
    assert result.status == "raised"
    assert "no attribute 'missing'" in findings[0].message


@pytest.mark.parametrize(
    "rung", ["chatters", "closes_everything", "forks_and_returns", "pools_by_spawning"]
)
def test_odd_and_harmless_is_measured(apps, python, rung):
    result, findings = measure(apps, python, rung)
    assert result.status == "measured"
    assert findings == []


def test_a_pool_that_the_traced_run_spawns_starts_once(apps, python):
    """Its processes must not run the file of the agent, which cannot import there."""
    rung = "pools_by_spawning"
    ladder = (ImplementationDeclaration(rung, f"rungs:{rung}", exercise="rungs:quiet"),)
    root = apps / "misbehaving"
    description = describe(root, python, None, declared=[PluginDeclaration("p", ladder)])
    measurements, _ = measure_project(
        description, root, python, samples=1, unions=[], time_limit_seconds=10
    )
    assert measurements.attributed(f"p:{rung}") is not None


def test_a_daemon_is_told_and_ended(apps, python):
    result, findings = measure(apps, python, "becomes_a_daemon")
    assert result.status == "measured"
    assert [one.code for one in findings] == ["BF310"]
    assert result.figures.children_peak_bytes.median > 0


def test_a_thread_that_never_ends_does_not_hold_the_figures_back(apps, python):
    result, _ = measure(apps, python, "never_lets_go", time_limit_seconds=60)
    assert result.status == "measured"


def in_a_group():
    return strongest_kind() != "watchdog"


@pytest.fixture(params=["kernel", "sampled"])
def held_by(request, monkeypatch):
    """Hold the memory of probes by the kernel where it can be had, and by sampling."""
    if request.param == "sampled":
        monkeypatch.setattr("bootfit.measure.agent_run.strongest_kind", lambda: "watchdog")
    elif not in_a_group():
        pytest.skip("no memory limit of the kernel can be had here")
    return request.param


def limit(monkeypatch, limit_bytes):
    for module in ("project", "description"):
        monkeypatch.setattr(
            f"bootfit.measure.{module}.memory_limit", lambda budget, jobs: limit_bytes
        )


def own_groups():
    hierarchies = read_hierarchies()
    mounted = [*hierarchies.by_controller.values(), hierarchies.unified]
    parents = {group for one in mounted if one for group in one.groups_upwards()}
    return [one for parent in parents for one in parent.glob(f"bootfit-*-{os.getpid()}-*")]


def test_what_runs_away_is_out_of_memory_with_the_limit_that_it_hit(
    apps, python, monkeypatch, held_by
):
    limit(monkeypatch, 100 * MIB)
    result, findings = measure(apps, python, "hogs", budget_bytes=50 * MIB)
    assert result.status == "out_of_memory"
    assert "100.0 MiB" in result.detail
    assert "while it was loaded" in result.detail
    assert ("sampled" in result.detail) == (held_by == "sampled")
    assert [(one.code, one.severity) for one in findings] == [("BF308", Severity.ERROR)]
    assert own_groups() == []


def test_the_kernel_ends_it_near_the_limit_however_fast_it_grows(apps, python, monkeypatch):
    """A sampled cap lets 600 MiB that are taken at once go far beyond it."""
    if not in_a_group():
        pytest.skip("no memory limit of the kernel can be had here")
    seen = []
    ran_out = agent_run.ran_out

    def spy(readings, most, **how):
        seen.append((most, readings))
        return ran_out(readings, most, **how)

    monkeypatch.setattr(agent_run, "ran_out", spy)
    limit(monkeypatch, 100 * MIB)
    measure(apps, python, "hogs")
    assert len(seen) > 1
    assert max(most for most, _ in seen) <= 100 * MIB
    assert any(readings.oom_kills for _, readings in seen)


def test_a_child_that_is_killed_for_its_memory_makes_the_rung_out_of_memory(
    apps, python, monkeypatch
):
    """The solver dies, its parent goes on and ends well: what it took is not known."""
    if not in_a_group():
        pytest.skip("no memory limit of the kernel can be had here")
    limit(monkeypatch, 100 * MIB)
    result, findings = measure(apps, python, "solves_in_a_hog")
    assert result.status == "out_of_memory"
    assert [one.code for one in findings] == ["BF308"]


def test_over_the_budget_and_below_the_limit_is_measured_truly(apps, python):
    result, findings = measure(apps, python, "takes_60", budget_bytes=48 * MIB)
    assert result.status == "measured"
    (finding,) = findings
    assert (finding.code, finding.severity) == ("BF301", Severity.ERROR)
    assert result.figures.peak_anonymous_bytes.median == pytest.approx(63 * MIB, abs=3 * MIB)


def test_the_first_import_has_a_limit_too(apps, python, monkeypatch, held_by):
    limit(monkeypatch, 100 * MIB)
    with pytest.raises(UndeterminedError) as caught:
        describe(apps / "misbehaving", python, "hogs_at_import:app")
    assert "took more than the 100.0 MiB that a probe may have" in caught.value.message
    assert "SIGKILL" not in caught.value.message
    assert own_groups() == []


def test_a_first_import_beyond_a_limit_that_is_above_the_budget_does_not_fit(
    apps, python, monkeypatch, held_by
):
    limit(monkeypatch, 100 * MIB)
    with pytest.raises(DoesNotFitError) as caught:
        describe(apps / "misbehaving", python, "hogs_at_import:app", budget_bytes=50 * MIB)
    assert (caught.value.finding.code, caught.value.finding.subject) == ("BF308", "app")
    with pytest.raises(UndeterminedError, match=r"100\.0 MiB"):
        describe(apps / "misbehaving", python, "hogs_at_import:app", budget_bytes=200 * MIB)


def test_kernel_memory_is_recorded_where_the_kernel_tells_it(apps, python, held_by):
    result, _ = measure(apps, python, "quiet")
    if held_by == "sampled":
        assert result.figures.kernel_bytes is None
    elif told_by_the_kernel() is not None:
        assert 0 < result.figures.kernel_bytes.median < 16 * MIB


def told_by_the_kernel():
    """Return what a group here says of the kernel memory of a process; None where it is silent."""
    with open_boundary(64 * MIB) as boundary:
        boundary.spawn(["/bin/sh", "-c", ":"], env={}, cwd=Path("/")).wait()
        return boundary.readings().kernel_bytes


@pytest.mark.parametrize(
    ("app", "message", "hint"),
    [
        (
            "reads_environment:app",
            "KeyError: 'SHOP_SECRET_OF_NO_ONE', in reads_environment.py:3",
            "SHOP_SECRET_OF_NO_ONE",
        ),
        ("raises_at_import:app", "ValueError: no settings, in raises_at_import.py:2", "mend it"),
        ("bad_syntax:app", "bad_syntax.py:1", "mend it"),
        ("lacks_dependency:app", "lacks_dependency.py:1", "install no_such_framework"),
        ("factory:app", "the module factory has no app", "factory:create_app()"),
        ("nowhere:app", "no module named nowhere", "reads_environment"),
        ("factory.sub:app", "no module named factory.sub", "asynchronous, bad_syntax, factory"),
    ],
)
def test_an_app_that_cannot_be_imported_is_one_clear_line(apps, python, app, message, hint):
    with pytest.raises(UndeterminedError) as caught:
        describe(apps / "misbehaving", python, app)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_an_app_that_never_returns_is_ended(apps, python):
    with pytest.raises(UndeterminedError, match=r"within 1 s.*hangs_at_import\.py:3"):
        describe(apps / "misbehaving", python, "hangs_at_import:app", time_limit_seconds=1)


def test_the_environment_of_the_project_reaches_the_app(apps, python):
    found = describe(
        apps / "misbehaving",
        python,
        "reads_environment:app",
        environment={"SHOP_SECRET_OF_NO_ONE": "s"},
    )
    assert found.interface == "wsgi"


def test_factories_and_asynchronous_apps(apps, python):
    root = apps / "misbehaving"
    assert describe(root, python, "factory:create_app()").interface == "wsgi"
    assert describe(root, python, "asynchronous:app").interface == "asgi"


def test_flask_tells_its_routes(apps, python):
    pytest.importorskip("flask")
    found = describe(apps / "misbehaving", python, "flask_shop:app")
    assert (found.interface, found.framework) == ("wsgi", "flask")
    routes = [(one.method, one.path, one.parameters) for one in found.routes]
    assert routes == [
        ("GET", "/dishes/<int:dish>/photo/<name>", ("dish", "name")),
        ("POST", "/dishes", ()),
    ]


def test_an_interpreter_that_is_none_is_a_usage_error(apps):
    with pytest.raises(UsageError, match="cannot run the interpreter"):
        describe(apps / "misbehaving", Path("/no/such/python"), "factory:create_app()")


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        ("registries:MISSING", "the module registries has no MISSING"),
        ("registries:NO_REGISTRY", "AttributeError: 'str' object has no attribute 'describe'"),
        ("registries:RAISING", "by zero, in registries.py:"),
        ("registries:OBJECTS", "lists, dicts and texts"),
        ("registries:NAMELESS", "KeyError: 'name'"),
        ("registries:LADDERLESS", "KeyError: 'ladder'"),
    ],
)
def test_a_registry_that_is_none_is_one_clear_line(apps, python, registry, message):
    with pytest.raises(UndeterminedError) as caught:
        describe(apps / "misbehaving", python, None, registry)
    assert message in caught.value.message
    assert registry in caught.value.message


def test_plugins_of_the_configuration_are_plain_imports(apps, python):
    rung = ImplementationDeclaration(
        "calendar", "", imports=("calendar",), exercise="registries:make_a_calendar"
    )
    root = apps / "misbehaving"
    plugins = [PluginDeclaration("calendar", (rung,))]
    description = describe(root, python, None, "registries:FINE", plugins)
    assert [one.name for one in description.plugins] == ["calendar", "words"]
    found, _ = measure_project(description, root, python, samples=1, unions=[])
    assert found.of("alone", "calendar:calendar").status == "measured"
