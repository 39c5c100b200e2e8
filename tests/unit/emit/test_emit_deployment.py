import shlex
import sys

import pytest
from ruamel.yaml import YAML

from bootfit.emit import emit_all
from bootfit.emit.checking.blueprint import check_blueprint
from bootfit.model.deployment import (
    Deployment,
    KeyValueTable,
    PostgresTable,
    ScalingTable,
    WorkerTable,
)
from bootfit.model.errors import UsageError
from unit.emit.emitting import a_context, a_plan

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ALL = Deployment(
    release="flask db upgrade",
    region="frankfurt",
    auto_deploy="off",
    shutdown_seconds=60,
    environment={"LEVEL": "off"},
    secrets=["TOKEN"],
    generated=["SECRET_KEY"],
    worker=WorkerTable(command="rq worker --url $REDIS_URL"),
    key_value=KeyValueTable(),
    postgres=PostgresTable(version=16),
    scaling=ScalingTable(max=3, memory_percent=70),
)


def blueprint(platform, deployment=ALL):
    context = a_context(platform, deployment=deployment)
    text = emit_all(a_plan(platform), context, ["render"])["render.yaml"]
    assert list(check_blueprint(text)) == [], text
    found = YAML(typ="safe", pure=True).load(text)
    return text, {one["name"]: one for one in found["services"] + found.get("databases", [])}


def variables(service):
    return {one["key"]: {k: v for k, v in one.items() if k != "key"} for one in service["envVars"]}


def test_a_paid_plan_gets_all_of_it():
    text, found = blueprint("render-standard")
    assert list(found) == ["shop", "shop-worker", "shop-queue", "shop-db"]
    web, worker = found["shop"], found["shop-worker"]
    assert web["preDeployCommand"] == "flask db upgrade"
    assert "flask db upgrade" not in web["buildCommand"]
    assert web["autoDeployTrigger"] == "off"
    assert 'autoDeployTrigger: "off"' in text
    assert web["maxShutdownDelaySeconds"] == 60
    assert web["scaling"] == {"minInstances": 1, "maxInstances": 3, "targetMemoryPercent": 70}
    assert worker["type"] == "worker"
    assert worker["plan"] == "standard"
    assert worker["startCommand"] == "rq worker --url $REDIS_URL"
    assert "healthCheckPath" not in worker
    assert found["shop-queue"]["ipAllowList"] == []
    assert found["shop-queue"]["maxmemoryPolicy"] == "noeviction"
    assert found["shop-db"]["postgresMajorVersion"] == "16"
    assert {one["region"] for one in found.values()} == {"frankfurt"}


def test_web_and_worker_share_their_variables():
    _, found = blueprint("render-standard")
    web, worker = variables(found["shop"]), variables(found["shop-worker"])
    for each in (web, worker):
        assert each["LEVEL"] == {"value": "off"}
        assert each["TOKEN"] == {"sync": False}
        assert each["DATABASE_URL"] == {
            "fromDatabase": {"name": "shop-db", "property": "connectionString"}
        }
        assert each["REDIS_URL"]["fromService"]["name"] == "shop-queue"
        assert each["PYTHON_VERSION"] == {"value": "3.11.9"}
    assert web["SECRET_KEY"] == {"generateValue": True}
    # One secret, not two.
    assert worker["SECRET_KEY"] == {
        "fromService": {"type": "web", "name": "shop", "envVarKey": "SECRET_KEY"}
    }
    assert "BOOTFIT_FORBID" not in worker


def test_the_free_plan_gets_what_there_is_and_is_told_the_rest():
    text, found = blueprint("render-free")
    web = found["shop"]
    assert "preDeployCommand" not in web
    assert web["buildCommand"].endswith(" && flask db upgrade")
    assert not {"scaling", "maxShutdownDelaySeconds"} & web.keys()
    assert found["shop-worker"]["plan"] == "starter"
    assert found["shop-db"]["plan"] == "free"
    for words in ("pre-deploy command needs a paid", "Scaling is left out", "shutdown delay"):
        assert words in text


def test_the_procfile_has_all_processes():
    text = emit_all(a_plan(), a_context(deployment=ALL), ["procfile"])["Procfile"]
    assert text == (
        "web: gunicorn -c gunicorn.conf.py shop.main:app\n"
        "worker: rq worker --url $REDIS_URL\n"
        "release: flask db upgrade\n"
    )
    hostile = Deployment(release="flask db upgrade\nweb: evil")
    with pytest.raises(UsageError, match="Procfile"):
        emit_all(a_plan(), a_context(deployment=hostile), ["procfile"])


def test_fly_has_a_release_command_and_processes():
    context = a_context("fly-512", deployment=ALL)
    found = tomllib.loads(emit_all(a_plan("fly-512"), context, ["fly"])["fly.toml"])
    assert found["deploy"] == {"release_command": "flask db upgrade"}
    assert shlex.split(found["processes"]["web"])[0] == "gunicorn"
    assert found["processes"]["worker"] == "rq worker --url $REDIS_URL"
    assert found["http_service"]["processes"] == ["web"]
