"""Hostile names come back from YAML, Python and the shell as they went in."""

import json
import os
import shlex
import sys
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bootfit.emit import emit_all
from bootfit.emit.lock_install import is_tool_lock
from bootfit.model.errors import UsageError
from unit.emit.emitting import a_context, a_plan

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
#: A lock that pip cannot read is installed in another way.
FILE_NAMES = TEXT.filter(lambda text: "/" not in text and not is_tool_lock(text))
PLAN, CONTEXT = a_plan(), a_context()
FLY_PLAN, FLY = a_plan("fly-512"), a_context("fly-512")


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
@given(path=FILE_NAMES, distribution=st.booleans())
def test_requirement_files_of_any_name(path, distribution):
    context = replace(CONTEXT, requirements={path: "flask\n"}, is_distribution=distribution)
    found = loaded(emit_all(PLAN, context, ["render"])["render.yaml"], "1.2")
    words = shlex.split(found["buildCommand"])
    assert words[words.index("-r") + 1] == path


@settings(max_examples=200, deadline=None)
@given(service=ANY, health=ANY, value=ANY)
def test_toml(service, health, value):
    plan = replace(FLY_PLAN, environment={"BOOTFIT_FORBID": value})
    context = replace(FLY, service=service, health_path=health)
    found = tomllib.loads(emit_all(plan, context, ["fly"])["fly.toml"])
    assert found["app"] == service
    assert found["env"] == {"BOOTFIT_FORBID": value}
    assert found["http_service"]["checks"][0]["path"] == health
    assert found["vm"] == [{"size": "shared-cpu-1x", "memory": "512mb"}]


@settings(max_examples=200, deadline=None)
@given(value=ANY)
def test_compose(value):
    plan = replace(FLY_PLAN, environment={"BOOTFIT_FORBID": value})
    text = emit_all(plan, FLY, ["compose"])["compose.yaml"]
    for version in ("1.1", "1.2"):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        service = yaml.load(text)["services"]["web"]
        # Compose puts variables in; two dollar signs stand for one.
        assert service["environment"]["BOOTFIT_FORBID"].replace("$$", "$") == value
        assert service["mem_limit"] == f"{512 * 2**20}b"


def instructions(text):
    """The instructions of a Dockerfile that continues no line: (name, rest)."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert not any(line.endswith("\\") for line in lines)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


@settings(max_examples=200, deadline=None)
@given(app=ANY, value=ANY, path=FILE_NAMES)
def test_dockerfile(app, value, path):
    plan = replace(FLY_PLAN, app=app, environment={"BOOTFIT_FORBID": value})
    context = replace(FLY, requirements={path: "flask\n"})
    hostile = any(not text.isprintable() or len(text.splitlines()) > 1 for text in (app, value))
    try:
        text = emit_all(plan, context, ["dockerfile"])["Dockerfile"]
    except UsageError:
        assert hostile or not path.isprintable()
        return
    assert not hostile
    found = instructions(text)
    (command,) = [rest for name, rest in found if name == "CMD"]
    assert json.loads(command)[-1] == app
    (assigned,) = [rest for _, rest in found if rest.startswith("BOOTFIT_FORBID=")]
    assert shlex.split(assigned)[0].replace("\\$", "$") == f"BOOTFIT_FORBID={value}"
    (build,) = [rest for name, rest in found if name == "RUN" and "install" in rest]
    words = shlex.split(build)
    assert words[words.index("-r") + 1] == path
