"""The last of the next steps is true: the meal planner's core works on requirements-minimal.txt."""

import json
import os
import subprocess
import venv
from dataclasses import asdict
from pathlib import Path

import pytest
import uv

from bootfit.config import load_config
from bootfit.emit import EmitContext, emit_all
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.platforms import load_platform, target_for
from bootfit.requirements import read_requirement_texts
from mealplan.plugins import PLUGINS
from unit.emit.emitting import a_plan

REPOSITORY = Path(__file__).parents[3]
PLATFORM = load_platform("render-free")

pytestmark = [pytest.mark.network, pytest.mark.slow]

#: Run by the new environment: what each declared request answers, and what serves each plugin.
DRIVER = """
import json, sys
from mealplan.main import app
from mealplan.plugins import PLUGINS
client, answers = app.test_client(), []
for request in json.load(sys.stdin):
    sent = {"json": request["json"]} if request["json"] is not None else {}
    answer = client.open(
        request["path"], method=request["method"], headers=request["headers"], **sent
    )
    answers.append([request["path"], answer.status_code, request["expect"]])
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"answers": answers, "status": PLUGINS.status(), "loaded": loaded}))
"""


def minimal():
    """The text of requirements-minimal.txt for the meal planner, and all that it leaves out."""
    config = load_config(REPOSITORY)
    plugins = tuple(
        PluginDeclaration(
            plugin["name"],
            tuple(
                ImplementationDeclaration(
                    rung["name"], rung["target"], distributions=tuple(rung["distributions"])
                )
                for rung in plugin["ladder"]
            ),
        )
        for plugin in PLUGINS.describe()
    )
    context = EmitContext(
        service="mealplan",
        platform=PLATFORM,
        requirements=read_requirement_texts(
            REPOSITORY, config.requirements, target_for(PLATFORM, "3.11.9")
        ),
        plugins=plugins,
    )
    text = emit_all(a_plan(), context, ["requirements-minimal"])["requirements-minimal.txt"]
    return text, config


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """What the planner answers to its declared requests where only the minimum is installed."""
    folder = tmp_path_factory.mktemp("minimal")
    text, config = minimal()
    (folder / "requirements-minimal.txt").write_text(text)
    venv.create(folder / "env", with_pip=False)
    python = folder / "env/bin/python"
    install = [uv.find_uv_bin(), "pip", "install", "-q", "--python", python]
    for what in (["-r", folder / "requirements-minimal.txt"], ["--no-deps", REPOSITORY]):
        done = subprocess.run(
            [*install, *what], capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [python, "-I", "-c", DRIVER],
        input=json.dumps([asdict(request) for request in config.requests]),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith(("MEALPLAN", "BOOTFIT"))},
            **config.environment,
            "DATABASE_URL": f"sqlite:///{folder / 'plans.sqlite3'}",
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return text, json.loads(done.stdout.splitlines()[-1])


def test_what_only_plugins_need_is_left_out(answered):
    text, found = answered
    for name in ("pandas", "scikit-learn", "pulp", "faiss-cpu", "numpy", "xlsxwriter"):
        assert f"\n{name}==" not in text
    assert "\nflask==" in text
    assert not {"pandas", "sklearn", "pulp", "faiss", "numpy", "xlsxwriter"} & set(found["loaded"])


def test_the_core_api_works(answered):
    _, found = answered
    assert len(found["answers"]) > 20
    # Without any library of spreadsheets there are none: the answer says so, and is no fault.
    wrong = [
        (path, status)
        for path, status, expected in found["answers"]
        if status not in expected and "format=xlsx" not in path
    ]
    assert wrong == []
    spreadsheets = {status for path, status, _ in found["answers"] if "format=xlsx" in path}
    assert spreadsheets == {503}


def test_every_plugin_serves_what_needs_nothing(answered):
    _, found = answered
    serving = {one["plugin"]: one["implementation"] for one in found["status"]}
    for plugin in PLUGINS.describe():
        rung = next(r for r in plugin["ladder"] if r["name"] == serving[plugin["name"]])
        assert rung["distributions"] == [] or serving[plugin["name"]] is None
