import difflib
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from bootfit.emit.checking.blueprint import check_blueprint
from bootfit.emit.merging import merge
from bootfit.emit.writing import compare, write
from bootfit.model.errors import UsageError
from unit.emit.emitting import a_context, a_plan
from unit.emit.test_emit_deployment import ALL

HAND_MADE = """\
# Our blueprint. Do not touch!
services:
  # The shop itself.
  - name:    shop          # as on the sign
    type: web
    env: python
    plan: starter   # since May
    buildCommand: >-
      npm ci &&
      pip install -r requirements.txt
    startCommand: flask db upgrade && exec gunicorn 'shop.main:app' --workers 4
    envVars:
      # Secrets first.
      - key: SECRET
        sync: false
      - {key: LEVEL, value: info}
      - key: PYTHON_VERSION
        value: 3.10.1 # old

  - type: cron
    name: 'nightly'
    runtime: python
    schedule: "0 3 * * *"
    startCommand: "gunicorn is not run here"
    envVars: [{key: A, value: "1"}]
# The end.
"""


def changes(before, after):
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def loaded(text):
    return YAML(typ="safe", pure=True).load(text)


def test_what_the_plan_decides_is_set_and_every_other_byte_stays():
    merged = merge(HAND_MADE, a_plan(), a_context())
    assert changes(HAND_MADE, merged) == [
        "-     plan: starter   # since May",
        "+     plan: free   # since May",
        "-     startCommand: flask db upgrade && exec gunicorn 'shop.main:app' --workers 4",
        '+     startCommand: "flask db upgrade && exec gunicorn -c gunicorn.conf.py shop.main:app"',
        "-         value: 3.10.1 # old",
        '+         value: "3.11.9" # old',
        "+       - key: BOOTFIT_COST",
        '+         value: "export:pandas=50Mi,search:faiss=15Mi"',
        "+       - key: BOOTFIT_FORBID",
        '+         value: "search:big"',
        "+       - key: GUNICORN_CMD_ARGS",
        '+         value: "--access-logfile -"',
        "+       - key: WEB_CONCURRENCY",
        '+         value: "1"',
        "+     healthCheckPath: /health",
    ]


def test_merging_again_changes_nothing():
    merged = merge(HAND_MADE, a_plan(), a_context())
    assert merge(merged, a_plan(), a_context()) == merged


def test_what_an_earlier_plan_forbade_is_taken_out():
    small = merge(HAND_MADE, a_plan(), a_context())
    large = merge(small, a_plan("render-pro"), a_context("render-pro"))
    keys = [one["key"] for one in loaded(large)["services"][0]["envVars"]]
    assert "BOOTFIT_FORBID" in small
    assert "BOOTFIT_FORBID" not in keys
    assert "SECRET" in keys
    assert loaded(large)["services"][0]["plan"] == "pro"


def test_a_blueprint_without_the_app_gets_its_service():
    text = "services:\n- type: keyvalue   # queue\n  name: queue\n  ipAllowList: []\n"
    merged = merge(text, a_plan(), a_context())
    assert merged.startswith(text)
    assert [one["name"] for one in loaded(merged)["services"]] == ["queue", "shop"]
    assert list(check_blueprint(merged)) == []
    assert merge(merged, a_plan(), a_context()) == merged
    databases = "databases:\n  - name: base\n"
    merged = merge(databases, a_plan(), a_context())
    assert merged.startswith(databases)
    assert loaded(merged)["services"][0]["name"] == "shop"


def test_the_service_is_found_by_its_name_then_its_runtime_then_its_command():
    two = (
        "services:\n"
        "  - {type: web, name: a, runtime: python, startCommand: gunicorn other:app}\n"
        "  - {type: web, name: b, runtime: python, startCommand: gunicorn shop.main:app}\n"
    )
    by_command = loaded(merge(two, a_plan(), a_context()))["services"]
    assert by_command[0] == loaded(two)["services"][0]
    assert by_command[1]["plan"] == "free"
    by_name = loaded(merge(two, a_plan(), a_context(service="a")))["services"]
    assert by_name[0]["plan"] == "free"
    assert by_name[1] == loaded(two)["services"][1]
    unclear = two.replace("other:app", "shop.main:app")
    with pytest.raises(UsageError) as caught:
        merge(unclear, a_plan(), a_context())
    assert "a, b" in caught.value.message
    assert "name" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gunicorn a:b -w 3", "gunicorn -c gunicorn.conf.py shop.main:app"),
        ("a | tee log", "gunicorn -c gunicorn.conf.py shop.main:app"),
        ("a.py && uvicorn a:b", "a.py && gunicorn -c gunicorn.conf.py shop.main:app"),
        ("uvicorn a:b", "gunicorn -c gunicorn.conf.py shop.main:app"),
        (
            "X=1 exec venv/bin/gunicorn a:b",
            "X=1 exec venv/bin/gunicorn -c gunicorn.conf.py shop.main:app",
        ),
        ("python -m gunicorn a:b", "python -m gunicorn -c gunicorn.conf.py shop.main:app"),
        ("a 'x && y' && gunicorn a:b", "a 'x && y' && gunicorn -c gunicorn.conf.py shop.main:app"),
    ],
)
def test_what_stands_before_the_server_stays(before, after):
    text = f'services:\n  - type: web\n    name: shop\n    startCommand: "{before}"\n'
    assert loaded(merge(text, a_plan(), a_context()))["services"][0]["startCommand"] == after


def test_a_variable_that_came_from_elsewhere_and_an_empty_list():
    text = (
        "services:\n  - type: web\n    name: shop\n    envVars:\n"
        "      - key: PYTHON_VERSION\n        sync: false\n"
    )
    found = loaded(merge(text, a_plan(), a_context()))["services"][0]["envVars"][0]
    assert found == {"key": "PYTHON_VERSION", "value": "3.11.9"}
    empty = "services:\n  - type: web\n    name: shop\n    envVars: []   # none\n"
    merged = merge(empty, a_plan(), a_context())
    assert "# none" in merged
    assert loaded(merged)["services"][0]["envVars"][0] == found


def test_an_anchor_that_others_share_is_not_changed_unseen():
    shared = (
        "services:\n"
        "  - {type: web, name: shop, runtime: python, plan: &p starter}\n"
        "  - {type: worker, name: w, runtime: python, plan: *p}\n"
    )
    with pytest.raises(UsageError, match="anchors"):
        merge(shared, a_plan(), a_context())
    # The other way round the alias is replaced.
    turned = (
        "services:\n"
        "  - {type: worker, name: w, runtime: python, plan: &p starter}\n"
        "  - {type: web, name: shop, runtime: python, plan: *p }\n"
    )
    found = loaded(merge(turned, a_plan(), a_context()))["services"]
    assert [one["plan"] for one in found] == ["starter", "free"]
    inherited = (
        "x: &x\n  envVars: [{key: A, value: b}]\n"
        "services:\n  - type: web\n    name: shop\n    <<: *x\n"
    )
    with pytest.raises(UsageError, match="anchor"):
        merge(inherited, a_plan(), a_context())


@pytest.mark.parametrize("text", ["services: [", "- a\n", "", "services: 3\n", "a: &a [*a]\n"])
def test_what_cannot_be_merged_is_one_line(text):
    with pytest.raises(UsageError) as caught:
        merge(text, a_plan(), a_context())
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_line_ends_and_a_missing_last_one_stay():
    windows = HAND_MADE.replace("\n", "\r\n")
    merged = merge(windows, a_plan(), a_context())
    assert merged == merge(HAND_MADE, a_plan(), a_context()).replace("\n", "\r\n")
    bare = "services:\n  - type: web\n    name: shop"
    merged = merge(bare, a_plan(), a_context())
    assert loaded(merged)["services"][0]["plan"] == "free"
    assert merge(merged.rstrip("\n"), a_plan(), a_context()) == merged.rstrip("\n")


def test_what_is_wanted_beside_the_service_is_added_once():
    context = a_context("render-standard", deployment=ALL)
    text = HAND_MADE.replace("name: 'nightly'", "name: shop-worker")
    merged = merge(text, a_plan("render-standard"), context)
    names = [one["name"] for one in loaded(merged)["services"]]
    assert names == ["shop", "shop-worker", "shop-queue"]
    assert loaded(merged)["services"][1] == loaded(text)["services"][1]
    assert loaded(merged)["databases"][0]["name"] == "shop-db"
    assert loaded(merged)["services"][0]["scaling"]["maxInstances"] == 3
    assert merge(merged, a_plan("render-standard"), context) == merged


def test_a_blueprint_of_bootfits_own_with_a_change_by_hand():
    context = a_context("render-standard", deployment=ALL)
    plan = a_plan("render-standard")
    from bootfit.emit import emit_all

    own = emit_all(plan, context, ["render"])["render.yaml"] + "# mine\n"
    assert merge(own, plan, context) == own
    moved = replace(plan, environment={**plan.environment, "WEB_CONCURRENCY": "7"})
    assert merge(own, moved, context) == own.replace('value: "1"', 'value: "7"')


def test_a_merged_file_is_written_and_one_that_is_not_is_refused(tmp_path):
    (tmp_path / "render.yaml").write_text(HAND_MADE)
    files = {"render.yaml": merge(HAND_MADE, a_plan(), a_context())}
    with pytest.raises(UsageError, match="by hand"):
        write(tmp_path, files)
    (state,) = write(tmp_path, files, merged=["render.yaml"])
    assert state.state == "differs"
    assert (tmp_path / "render.yaml").read_text() == files["render.yaml"]
    assert [one.state for one in compare(tmp_path, files, ["render.yaml"])] == ["same"]
