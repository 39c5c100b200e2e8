"""The OpenAPI document: complete, true of what is accepted, and attacked by schemathesis."""

import base64
import hashlib
import re

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from app.mealplan.test_declared_requests import DECLARED

V1 = "/api/v1"


@pytest.fixture
def document(client):
    return client.get(f"{V1}/openapi.json").json


def test_every_endpoint_is_told_of(app, document):
    told = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert told == {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))


def test_every_schema_is_one(document):
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"].endswith("."), path
            for parameter in operation["parameters"]:
                jsonschema.Draft202012Validator.check_schema(parameter["schema"])
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                jsonschema.Draft202012Validator.check_schema(content["schema"])


def test_it_accepts_the_requests_that_bootfit_sends(document):
    seen = 0
    for asked in DECLARED["requests"]:
        if "json" not in asked:
            continue
        path = asked["path"].split("?")[0]
        (operation,) = [
            methods[asked["method"].lower()]
            for template, methods in document["paths"].items()
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
            and asked["method"].lower() in methods
        ]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(asked["json"], schema)
        seen += 1
    assert seen > 15


def test_it_tells_of_nobodys_own_dishes(client, document):
    parts = [{"food": 1001, "grams": 5}]
    made = client.post(f"{V1}/own/dishes", json={"name": "Secret butter", "ingredients": parts})
    assert made.status_code == 201
    assert client.get(f"{V1}/openapi.json").json == document


def test_the_page_may_run_its_own_script_and_nothing_else(anonymous):
    answer = anonymous.get(f"{V1}/docs")
    policy = answer.headers["Content-Security-Policy"]
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert re.findall(r"(?:src|href)=\"?(?:https?:)?//", answer.text) == []


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """Return an app whose database all attacks share, and its loaded document."""
    from app.mealplan.conftest import LIGHT, TOKEN
    from bootfit.lazy import Registry
    from mealplan import create_app
    from mealplan.plugins import PLUGINS

    app = create_app(
        {
            "TESTING": False,
            "PROPAGATE_EXCEPTIONS": False,
            "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('attack') / 'x.sqlite3'}",
            "SECRET_KEY": "a-secret-of-the-tests-that-is-long-enough",
            "ADMIN_TOKEN": TOKEN,
            "RATES": {},
            "PLUGINS": Registry(*PLUGINS, environ={"BOOTFIT_FORBID": LIGHT}),
        }
    )
    return app, schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", app), TOKEN


@pytest.mark.slow
def test_no_request_that_the_document_allows_or_forbids_is_a_500(attacked):
    app, schema, token = attacked
    client = app.test_client()
    operator = {"Authorization": f"Bearer {token}"}
    person = {"age_years": 34, "sex": "female", "weight_kg": 68, "height_cm": 170}
    client.put(f"{V1}/profile", json=person, headers=operator)
    client.post(f"{V1}/plans/week", json={}, headers=operator)
    statuses = set()

    # No answer has the status 500 in the document.
    def attack(operation, mode):
        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=8,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def send(case):
            if "id" in " ".join(case.path_parameters or {}):
                # Half of the numbers that are drawn are of what there is.
                case.path_parameters = {
                    name: 1 if value in {0, 1, 2} else value
                    for name, value in case.path_parameters.items()
                }
            answer = case.call(headers=operator)
            statuses.add(answer.status_code)
            told = operation.responses
            assert str(answer.status_code) in told.status_codes, (
                case.as_curl_command(),
                answer.text,
            )

        send()

    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in schemathesis.GenerationMode:
            attack(operation, mode)
    assert {200, 201, 204, 404, 422} <= statuses
