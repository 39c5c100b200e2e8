"""What the files look like, whole."""

import pytest

from bootfit.emit import emit_all
from unit.emit.emitting import a_context, a_plan
from unit.emit.test_emit_deployment import ALL


@pytest.mark.parametrize("platform", ["render-free", "heroku-basic", "fly-512"])
def test_the_files_of_a_platform(platform, snapshot):
    assert emit_all(a_plan(platform), a_context(platform)) == snapshot


@pytest.mark.parametrize("platform", ["render-free", "render-standard"])
def test_the_files_of_a_whole_deployment(platform, snapshot):
    context = a_context(platform, deployment=ALL)
    assert emit_all(a_plan(platform), context, ["render", "procfile"]) == snapshot


def test_the_choices_and_findings_of_a_plan(snapshot):
    plan = a_plan()
    lines = [f"{c.setting} = {c.value}: {c.reason} [{c.evidence}]" for c in plan.choices]
    lines += [f"{p.plugin} = {p.implementation}: {p.reason} {p.forbidden}" for p in plan.plugins]
    assert lines == snapshot


def test_the_words_of_a_refusal(snapshot):
    assert a_plan(budget_bytes=64 * 2**20).refusal == snapshot
