"""A hand-made blueprint keeps all that is not the plan's, whatever it holds."""

import io
import json
import shlex
from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bootfit.emit.merging import merge
from bootfit.emit.yaml_scalar import scalar
from bootfit.model.deployment import Deployment, KeyValueTable, PostgresTable, WorkerTable
from unit.emit.emitting import a_context, a_plan

PLAN, CONTEXT = a_plan(), a_context()
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
PLAIN = st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True)
#: Comments and values as people write them, on one line.
LINE = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)
NUMBER = st.integers(0, 10**6) | st.booleans() | st.none()
VALUE = st.recursive(
    NUMBER | LINE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)


def written(data, draw):
    """``data`` as one of several ways to write it, indented by nothing."""
    if draw(st.booleans()):
        return json.dumps(data, ensure_ascii=draw(st.booleans())) + "\n"
    yaml = YAML()
    yaml.width = draw(st.sampled_from([20, 80, 2**20]))
    yaml.default_flow_style = draw(st.sampled_from([False, None]))
    yaml.indent(mapping=draw(st.sampled_from([2, 4])), sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


@st.composite
def services(draw):
    """(the text of a foreign service, as an item of a list)."""
    data = {"name": draw(PLAIN.filter(lambda name: name != "shop")), "type": "cron"}
    data["other"] = draw(VALUE)
    lines = written(data, draw).splitlines(keepends=True)
    comment = draw(st.none() | LINE)
    head = "" if comment is None else f"  # {comment}\n"
    return head + "  - " + "    ".join(lines)


@st.composite
def own_service(draw):
    """The service of the app, with things of its own and some that the plan decides."""
    data = {"type": "web", "name": "shop", "own": draw(VALUE)}
    if draw(st.booleans()):
        data["plan"] = draw(LINE)
    if draw(st.booleans()):
        data["startCommand"] = draw(LINE)
    if draw(st.booleans()):
        data["envVars"] = [
            {"key": draw(PLAIN | st.sampled_from(["PYTHON_VERSION", "WEB_CONCURRENCY"]))}
            | draw(st.sampled_from([{"value": "x"}, {"value": 3}, {"sync": False}]))
            for _ in range(draw(st.integers(0, 3)))
        ]
    lines = written(data, draw).splitlines(keepends=True)
    return "  - " + "    ".join(lines)


def loaded(text):
    return YAML(typ="safe", pure=True).load(text)


#: Shrinking a blueprint takes minutes, and a failing one is short anyway.
@settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    before=st.lists(services(), max_size=2),
    own=own_service(),
    after=st.lists(services(), max_size=2),
    tail=st.sampled_from(["", "# end\n", "databases:\n  - name: base\n", "\n\n"]),
)
def test_foreign_parts_stay_byte_for_byte_and_merging_again_changes_nothing(
    before, own, after, tail
):
    text = "# ours\nservices:\n" + "".join([*before, own, *after]) + tail
    merged = merge(text, PLAN, CONTEXT)
    head = "# ours\nservices:\n" + "".join(before)
    rest = "".join(after) + tail
    assert merged.startswith(head)
    assert merged.endswith(rest)
    assert merge(merged, PLAN, CONTEXT) == merged
    there, here = loaded(text)["services"], loaded(merged)["services"]
    position = len(before)
    assert here[:position] == there[:position]
    assert here[position + 1 :] == there[position + 1 :]
    mine = here[position]
    assert mine["own"] == there[position]["own"]
    assert mine["plan"] == "free"
    found = {one["key"]: one.get("value") for one in mine["envVars"]}
    for name, value in PLAN.environment.items():
        assert str(found[name]) == value
    for one in there[position].get("envVars", []):
        assert one["key"] in found


@settings(max_examples=60, deadline=None)
@given(app=TEXT, value=TEXT, health=TEXT, command=TEXT, flow=st.booleans())
def test_hostile_values_come_back_as_they_went_in(app, value, health, command, flow):
    plan = replace(PLAN, app=app, environment={"BOOTFIT_FORBID": value, "WEB_CONCURRENCY": "1"})
    wanted = Deployment(
        worker=WorkerTable(command=command, name="jobs"),
        key_value=KeyValueTable(name="queue"),
        postgres=PostgresTable(name="base"),
        environment={"LEVEL": value},
    )
    context = replace(CONTEXT, health_path=health, deployment=wanted)
    text = (
        "services:\n  - {type: web, name: shop, envVars: [{key: A, value: b}]}\n"
        if flow
        else "services:\n- type: web\n  name: shop\n  envVars:\n  - key: A\n    value: b\n"
    )
    merged = merge(text, plan, context)
    assert merge(merged, plan, context) == merged
    for version in ("1.1", "1.2"):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        found = yaml.load(merged)
        web, worker, queue = found["services"]
        assert web["healthCheckPath"] == health
        assert shlex.split(web["startCommand"])[-1] == app
        variables = {one["key"]: one.get("value") for one in web["envVars"]}
        assert variables["A"] == "b"
        assert variables["BOOTFIT_FORBID"] == variables["LEVEL"] == value
        assert worker["startCommand"] == command
        assert queue["name"] == "queue"
        assert found["databases"][0]["name"] == "base"


@settings(max_examples=40, deadline=None)
@given(name=TEXT)
def test_a_service_of_any_name_is_found_again(name):
    context = replace(CONTEXT, service=name)
    merged = merge("services: []\n", PLAN, context)
    assert loaded(merged)["services"][0]["name"] == name
    assert merge(merged, PLAN, context) == merged
    assert scalar(name) == name
