"""What pyproject.toml says about the app holds: its requests, and its pinned requirements."""

import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mealplan.settings import rates_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = PROJECT["tool"]["bootfit"]


def pins(name):
    found = {}
    for line in (ROOT / "reference_app" / name).read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found |= pins(text[3:].strip())
        elif text:
            requirement = Requirement(text)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", text
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


@pytest.mark.parametrize(
    ("name", "extras"),
    [("requirements.txt", ["app"]), ("requirements-ml.txt", ["app", "ml"])],
)
def test_pins_are_the_extras_and_within_their_bounds(name, extras):
    wanted = [
        Requirement(one)
        for extra in extras
        for one in PROJECT["project"]["optional-dependencies"][extra]
    ]
    found = pins(name)
    # The file constrains pip as well, and constraints name no extras: psycopg's is pinned by name.
    names = {
        name for one in wanted for name in (one.name, *(f"{one.name}-{e}" for e in one.extras))
    }
    assert set(found) == {canonicalize_name(name) for name in names}
    for one in wanted:
        version = found[canonicalize_name(one.name)]
        assert one.specifier.contains(version, prereleases=True), (one, version)


def test_the_declared_requests_reach_every_endpoint_with_their_statuses(make_app):
    declared = DECLARED["environment"]
    app = make_app(
        ADMIN_TOKEN=declared["MEALPLAN_ADMIN_TOKEN"],
        SECRET_KEY=declared["MEALPLAN_SECRET_KEY"],
        RATES=rates_of(declared["MEALPLAN_RATE_LIMITS"]),
    )
    client = FlaskClient(app, app.response_class)
    reached = set()
    for asked in DECLARED["requests"]:
        method = asked.get("method", "GET")
        answer = client.open(
            asked["path"],
            method=method,
            json=asked.get("json"),
            headers=asked.get("headers"),
            buffered=True,
        )
        expected = asked.get("expect", 200)
        expected = expected if isinstance(expected, list) else [expected]
        assert answer.status_code in expected, (asked, answer.get_data(as_text=True)[:300])
        if answer.status_code == 404:
            pytest.fail(f"{asked['path']} asks for what was not made before")
        adapter = app.url_map.bind("localhost")
        endpoint, _ = adapter.match(asked["path"].split("?")[0], method=method)
        reached.add((method, endpoint))
    every = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert reached == every
    used = {
        one["plugin"] for one in client.get("/api/v1/version").json["plugins"] if one["calls"] > 0
    }
    assert used == {plugin.name for plugin in app.extensions["mealplan"].plugins}
