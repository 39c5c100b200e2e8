"""What a plan turns out to need is measured under the limits of the other probes."""

from types import SimpleNamespace

from bootfit.commands.missing import union
from bootfit.model.app import AppDescription

MIB = 1024 * 1024


def test_a_union_is_measured_under_the_budget(monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr("bootfit.measure.measure_union", lambda *_, **given: asked.update(given))
    walk = SimpleNamespace(
        root=tmp_path,
        budget_bytes=512 * MIB,
        config=SimpleNamespace(interpreter=None, environment={"A": "1"}),
        options={"samples": 1, "jobs": 2, "time_limit": 9},
        progress=None,
    )
    description = AppDescription("main:app", "wsgi", "", (), ())
    union(walk, description, ["words:best"])
    assert asked["budget_bytes"] == 512 * MIB
    assert asked["environment"] == {"A": "1"}
