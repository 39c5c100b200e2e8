"""Calls that another service signs: right ones pass once, and all others are 401."""

import json
import time

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.mealplan.conftest import SERVICE_KEY
from mealplan.accounts.signing import signature

V1 = "/api/v1"
NONCE = "a-nonce-of-the-tests"


def headers(method, path, *, nonce=NONCE, timestamp=None, body=b"", key=SERVICE_KEY):
    stamp = str(int(time.time())) if timestamp is None else str(timestamp)
    signed = signature(key, method, path, stamp, nonce, body=body)
    return {
        "Authorization": f"Mealplan-HMAC {signed}",
        "X-Timestamp": stamp,
        "X-Nonce": nonce,
    }


@pytest.fixture
def service(app):
    return FlaskClient(app, app.response_class)


def test_a_signed_call_is_the_operators_and_is_made_once(service, make_app, profile):
    path = f"{V1}/admin/searches?limit=5&offset=0"
    once = headers("GET", path)
    assert service.get(path, headers=once).status_code == 200
    # Whichever process it comes to.
    other = make_app()
    again = FlaskClient(other, other.response_class).get(path, headers=once)
    assert again.status_code == 401
    assert "made before" in again.json["error"]["message"]
    told = service.get(
        f"{V1}/auth/session", headers=headers("GET", f"{V1}/auth/session", nonce="n" * 16)
    )
    assert (told.json["by"], told.json["user"]["email"]) == ("service", "operator")
    body = json.dumps(profile).encode()
    signed = headers("PUT", f"{V1}/profile", nonce="m" * 64, body=body)
    answer = service.put(
        f"{V1}/profile", data=body, headers=signed, content_type="application/json"
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "DELETE"},
        {"path": f"{V1}/plans?limit=6"},
        {"path": f"{V1}/plans"},
        {"body": b"x"},
        {"key": "another key that two other services have"},
        {"timestamp": int(time.time()) - 10_000},
        {"timestamp": int(time.time()) + 10_000},
        {"timestamp": "soon"},
        {"timestamp": "-5"},
        {"timestamp": "١٢٣"},
        {"timestamp": ""},
        {"timestamp": "9" * 400},
        {"nonce": ""},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"nonce": "with spaces in between it"},
    ],
)
def test_whatever_is_wrong_is_401(service, wrong):
    asked = {"method": "GET", "path": f"{V1}/plans?limit=5", **wrong}
    method, path = asked.pop("method"), asked.pop("path")
    sent = {
        name: value.encode().decode("latin-1")
        for name, value in headers(method, path, **asked).items()
    }
    answer = service.get(f"{V1}/plans?limit=5", headers=sent)
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "unauthorized"
    # A refused call has taken no nonce.
    right = headers("GET", f"{V1}/plans?limit=5")
    assert service.get(f"{V1}/plans?limit=5", headers=right).status_code == 200


def test_without_a_key_they_are_closed(make_app):
    app = make_app(SERVICE_KEY="")
    client = FlaskClient(app, app.response_class)
    answer = client.get(f"{V1}/plans", headers=headers("GET", f"{V1}/plans", key=""))
    assert answer.status_code == 401
    assert "MEALPLAN_SERVICE_KEY" in answer.json["error"]["message"]


PART = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    st.tuples(PART, PART, PART, PART, st.binary(max_size=8)),
    st.tuples(PART, PART, PART, PART, st.binary(max_size=8)),
)
def test_no_two_calls_have_the_same_signature(one, other):
    first, second = (signature("key", *call[:4], body=call[4]) for call in (one, other))
    assert (first == second) == (one == other)
