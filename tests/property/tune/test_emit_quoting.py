"""Hostile names come back from YAML, Python and the shell as they went in."""

import os
import shlex
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bootfit.emit import emit_all
from unit.emit.emitting import a_context, a_plan

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
NASTY = st.sampled_from(
    [
        *(
            "off",
            "1e3",
            "0x1f",
            "12:30",
            "~",
            "2024-01-01",
            "<<",
            "=",
            "a: b # c",
            "- x",
            "{",
            "&a",
        ),
        *("'", '"', "\\", "`id`", "$(id)", "${HOME}", "!!int 3", "*a", "&a", "%YAML", "---"),
        *("a\nb", "\t", "\x85", "\u2028"),
    ]
)
ANY = TEXT | NASTY
PLAN, CONTEXT = a_plan(), a_context()


def loaded(text, version):
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    (service,) = yaml.load(text)["services"]
    return service


@settings(max_examples=200, deadline=None)
@given(service=ANY, app=ANY, health=ANY, value=ANY)
def test_yaml_and_shell(service, app, health, value):
    plan = replace(PLAN, app=app, environment={"BOOTFIT_FORBID": value})
    context = replace(CONTEXT, service=service, health_path=health)
    text = emit_all(plan, context, ["render"])["render.yaml"]
    for version in ("1.1", "1.2"):
        found = loaded(text, version)
        assert found["name"] == service
        assert found["healthCheckPath"] == health
        assert found["envVars"][-1] == {"key": "BOOTFIT_FORBID", "value": value}
        assert shlex.split(found["startCommand"])[-1] == app


@settings(max_examples=200, deadline=None)
@given(app=ANY, value=ANY, reason=ANY, folder=ANY, worker_class=ANY)
def test_python(app, value, reason, folder, worker_class):
    choices = tuple(replace(choice, reason=reason, evidence=reason) for choice in PLAN.choices)
    plugins = tuple(replace(each, forbidden={reason: reason}) for each in PLAN.plugins)
    plan = replace(
        PLAN,
        app=app,
        environment={"BOOTFIT_FORBID": value},
        choices=choices,
        plugins=plugins,
        worker_tmp_dir=folder,
        worker_class=worker_class,
    )
    text = emit_all(plan, CONTEXT, ["gunicorn"])["gunicorn.conf.py"]
    before = dict(os.environ)
    names: dict[str, object] = {}
    try:
        os.environ.pop("BOOTFIT_FORBID", None)
        exec(compile(text.encode(), "gunicorn.conf.py", "exec"), names)
        assert os.environ["BOOTFIT_FORBID"] == value
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert names["worker_class"] == worker_class
    assert names["workers"] == plan.workers


@settings(max_examples=200, deadline=None)
@given(path=TEXT.filter(lambda text: "/" not in text), distribution=st.booleans())
def test_requirement_files_of_any_name(path, distribution):
    context = replace(CONTEXT, requirements={path: "flask\n"}, is_distribution=distribution)
    found = loaded(emit_all(PLAN, context, ["render"])["render.yaml"], "1.2")
    words = shlex.split(found["buildCommand"])
    assert words[words.index("-r") + 1] == path
