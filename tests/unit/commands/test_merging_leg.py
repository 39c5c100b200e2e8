"""What a render.yaml that cannot be merged with means: an end for `emit`, a note for `fit`."""

from dataclasses import replace

import pytest

from bootfit.commands.emit_leg import emit
from bootfit.commands.walk import Walk
from bootfit.model.errors import UsageError
from run_documents import full_run
from unit.emit.emitting import a_plan

TWO = (
    "services:\n"
    "  - {type: web, name: a, runtime: python}\n"
    "  - {type: web, name: b, runtime: python}\n"
)


@pytest.fixture
def walk(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.bootfit]\nname = "shop"\n')

    def begun(command, blueprint, **options):
        (tmp_path / "render.yaml").write_text(blueprint)
        given = {"project": tmp_path, "platform": None, "python": None, "requirements": ()}
        walk = Walk(command, {**given, "quiet": True, **options})
        walk.run = replace(walk.run, app=full_run().app, plan=a_plan())
        return walk

    return begun


def test_emit_ends_and_fit_goes_on_with_a_note(walk):
    with pytest.raises(UsageError, match="a, b"):
        emit(walk("emit", TWO))
    fitting = walk("fit", TWO)
    emit(fitting)
    (note,) = [f for f in fitting.run.findings if f.subject == "render.yaml"]
    assert note.code == "BF902"
    assert "a, b" in note.message
    assert {f.path: f.state for f in fitting.run.emitted}["render.yaml"] == "hand-made"


def test_what_can_be_merged_differs_and_is_the_projects_own(walk):
    one = TWO.replace("name: b, runtime: python", "name: b, runtime: node")
    merging = walk("fit", one)
    emit(merging)
    (file,) = [f for f in merging.run.emitted if f.path == "render.yaml"]
    assert file.state == "differs"
    assert "{type: web, name: b, runtime: node}" in file.text
    forced = walk("emit", one, force=True)
    emit(forced)
    assert forced.files["render.yaml"].startswith("# Written by bootfit")
    assert not forced.merged


def test_a_plan_of_bootfits_own_is_not_merged_with(walk):
    first = walk("emit", "")
    (first.root / "render.yaml").unlink()
    emit(first)
    (first.root / "render.yaml").write_text(first.files["render.yaml"])
    emit(first)
    assert not first.merged
    assert {f.path: f.state for f in first.run.emitted}["render.yaml"] == "same"
