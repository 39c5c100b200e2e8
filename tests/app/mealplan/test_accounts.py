"""Accounts: who is signed in, what they may do, and that nobody sees what is somebody else's."""

import subprocess
import sys
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from mealplan.schema import API_TOKENS, METADATA, SESSIONS
from mealplan.settings import Rate, SettingsError, rates_of, read_settings

PASSWORD = "correct horse battery"
V1 = "/api/v1"


def credentials(email="a@example.org", password=PASSWORD, **more):
    return {"email": email, "password": password, **more}


def test_signing_up_in_and_out(anonymous, app):
    answer = anonymous.post(f"{V1}/auth/sign-up", json=credentials("  A@Example.ORG ", name="Ann"))
    assert answer.status_code == 201
    assert answer.json["user"]["email"] == "a@example.org"
    assert answer.json["user"]["role"] == "user"
    told = anonymous.get(f"{V1}/auth/session").json
    assert told["user"]["name"] == "Ann"
    csrf = {"X-CSRF-Token": told["csrf_token"]}
    assert anonymous.post(f"{V1}/auth/sign-out", headers=csrf).status_code == 204
    assert anonymous.get(f"{V1}/auth/session").status_code == 401
    assert anonymous.post(f"{V1}/auth/sign-up", json=credentials()).status_code == 409
    assert anonymous.post(f"{V1}/auth/sign-in", json=credentials()).status_code == 200
    assert anonymous.get(f"{V1}/auth/session").json["user"]["email"] == "a@example.org"


def test_the_cookie_is_for_this_site_alone_and_secure_where_the_connection_is(anonymous):
    anonymous.post(f"{V1}/auth/sign-up", json=credentials())
    for base, secure in (("http://localhost", False), ("https://localhost", True)):
        answer = anonymous.post(f"{V1}/auth/sign-in", json=credentials(), base_url=base)
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


def test_a_session_outlives_the_process_and_holds_in_another_one(anonymous, make_app):
    anonymous.post(f"{V1}/auth/sign-up", json=credentials())
    cookie = anonymous.get_cookie("mealplan_session").value
    other = make_app()
    another = FlaskClient(other, other.response_class)
    another.set_cookie("mealplan_session", cookie)
    assert another.get(f"{V1}/auth/session").json["user"]["email"] == "a@example.org"
    stranger = make_app(SECRET_KEY="another secret, another secret, another")
    third = FlaskClient(stranger, stranger.response_class)
    third.set_cookie("mealplan_session", cookie)
    assert third.get(f"{V1}/auth/session").status_code == 401


def test_a_session_ends(anonymous, app):
    anonymous.post(f"{V1}/auth/sign-up", json=credentials())
    with app.extensions["mealplan"].database.writing() as connection:
        connection.execute(update(SESSIONS).values(expires_at=int(time.time()) - 1))
    assert anonymous.get(f"{V1}/auth/session").status_code == 401
    anonymous.post(f"{V1}/auth/sign-in", json=credentials())
    with app.extensions["mealplan"].database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SESSIONS)).scalar_one() == 1


def test_neither_a_wrong_address_nor_a_wrong_password_is_told_apart(anonymous):
    anonymous.post(f"{V1}/auth/sign-up", json=credentials())
    wrong = [
        anonymous.post(f"{V1}/auth/sign-in", json=one)
        for one in (credentials(password="wrong password"), credentials("b@example.org"))
    ]
    assert [one.status_code for one in wrong] == [401, 401]
    assert wrong[0].json == wrong[1].json


def test_nobody_signs_in_to_the_operators_account(client, anonymous):
    assert client.get(f"{V1}/auth/session").json["user"]["email"] == "operator"
    assert anonymous.post(f"{V1}/auth/sign-in", json=credentials("operator")).status_code == 422


def test_what_changes_something_by_cookie_needs_the_csrf_token(sign_up, profile):
    browser = sign_up("a@example.org")
    right = browser.csrf
    for wrong in ("", "x" * 64, "\xfc"):
        browser.csrf = wrong
        answer = browser.put(f"{V1}/profile", json=profile)
        assert answer.status_code == 403
        assert answer.json["error"]["code"] == "csrf"
        assert browser.get(f"{V1}/profile").status_code == 404
    browser.csrf = right
    assert browser.put(f"{V1}/profile", json=profile).status_code == 200
    # Another session's token is none.
    browser.csrf = sign_up("b@example.org").csrf
    assert browser.delete(f"{V1}/profile").status_code == 403


def test_a_wrong_token_is_refused_whatever_the_cookie(sign_up):
    browser = sign_up("a@example.org")
    answer = browser.get(f"{V1}/plans", headers={"Authorization": "Bearer mealplan_wrong"})
    assert answer.status_code == 401


def test_tokens_do_what_their_scope_says_until_they_are_revoked(sign_up, anonymous, app, profile):
    browser = sign_up("a@example.org")
    made = {
        scope: browser.post(f"{V1}/auth/tokens", json={"name": scope, "scope": scope})
        for scope in ("read", "write", "admin")
    }
    assert made["admin"].status_code == 403  # a user has no such thing to hand out
    read, write = (
        {"Authorization": f"Bearer {made[scope].json['token']}"} for scope in ("read", "write")
    )
    assert anonymous.get(f"{V1}/plans", headers=read).status_code == 200
    assert anonymous.put(f"{V1}/profile", json=profile, headers=read).status_code == 403
    assert anonymous.put(f"{V1}/profile", json=profile, headers=write).status_code == 200
    assert anonymous.get(f"{V1}/admin/users", headers=write).status_code == 403
    listed = browser.get(f"{V1}/auth/tokens")
    assert [one["scope"] for one in listed.json["tokens"]] == ["write", "read"]
    assert made["read"].json["token"] not in listed.text
    number = made["read"].json["id"]
    assert browser.delete(f"{V1}/auth/tokens/{number}").status_code == 204
    assert anonymous.get(f"{V1}/plans", headers=read).status_code == 401
    with app.extensions["mealplan"].database.writing() as connection:
        connection.execute(update(API_TOKENS).values(expires_at=int(time.time()) - 1))
    assert anonymous.get(f"{V1}/plans", headers=write).status_code == 401


def test_a_token_hands_out_no_more_than_it_has(client, anonymous):
    made = client.post(f"{V1}/auth/tokens", json={"name": "r", "scope": "write"}).json
    write = {"Authorization": f"Bearer {made['token']}"}
    answer = anonymous.post(
        f"{V1}/auth/tokens", json={"name": "x", "scope": "admin"}, headers=write
    )
    assert answer.status_code == 403
    # An administrator's token without the scope opens no admin page.
    assert anonymous.get(f"{V1}/admin/users", headers=write).status_code == 403


def test_no_secret_is_kept_as_it_is(sign_up, app):
    browser = sign_up("a@example.org")
    token = browser.post(f"{V1}/auth/tokens", json={"name": "t"}).json["token"]
    secrets = {PASSWORD, token, browser.get_cookie("mealplan_session").value, browser.csrf}
    with app.extensions["mealplan"].database.reading() as connection:
        rows = [
            str(tuple(row))
            for table in METADATA.sorted_tables
            for row in connection.execute(select(table))
        ]
    assert not [row for row in rows for secret in secrets if secret in row]
    assert any("$argon2id$" in row for row in rows)


def test_a_new_password_ends_every_session(sign_up, anonymous):
    browser = sign_up("a@example.org")
    asked = credentials(new_password="another horse, another battery")
    wrong = {**asked, "password": "wrong password"}
    assert anonymous.post(f"{V1}/auth/password", json=wrong).status_code == 401
    assert anonymous.post(f"{V1}/auth/password", json=asked).status_code == 204
    assert browser.get(f"{V1}/auth/session").status_code == 401
    assert anonymous.post(f"{V1}/auth/sign-in", json=credentials()).status_code == 401
    new = credentials(password=asked["new_password"])
    assert anonymous.post(f"{V1}/auth/sign-in", json=new).status_code == 200


@pytest.fixture
def everything(sign_up, client, profile):
    """Return a user who has one of everything, and the addresses of it all."""
    browser = sign_up("a@example.org")
    browser.put(f"{V1}/profile", json=profile)
    plan = browser.post(f"{V1}/plans/week", json={"seed": 3, "starts_on": "2026-03-02"}).json["id"]
    food = browser.post(f"{V1}/own/foods", json={"name": "Loaf", "per_100g": {"energy": 240}}).json
    part = {"food": food["id"], "grams": 80}
    dish = browser.post(f"{V1}/own/dishes", json={"name": "Toast", "ingredients": [part]}).json
    meal = {"meal": "lunch", "items": [part]}
    eaten = browser.post(f"{V1}/analysis/meals", json={"meals": [meal]}).json
    token = browser.post(f"{V1}/auth/tokens", json={"name": "t"}).json["id"]
    feed = browser.post(f"{V1}/feeds").json["id"]
    browser.get(f"{V1}/foods/search?q=oats")
    swap = {"dish": "dal-rice"}
    return browser, [
        ("GET", f"/plans/{plan}", None),
        ("PATCH", f"/plans/{plan}", {"name": "mine"}),
        ("POST", f"/plans/{plan}/copy", {}),
        ("GET", f"/plans/{plan}/alternatives?day=0&meal=lunch", None),
        ("PUT", f"/plans/{plan}/meals/0/lunch", swap),
        ("POST", f"/plans/{plan}/resolve", {}),
        ("GET", f"/plans/{plan}/shopping", None),
        ("GET", f"/plans/{plan}/export", None),
        ("GET", f"/plans/{plan}/export?format=ics", None),
        ("DELETE", f"/plans/{plan}", None),
        ("GET", f"/foods/{food['id']}", None),
        ("PUT", f"/own/foods/{food['id']}", {"name": "Mine", "per_100g": {"energy": 1}}),
        ("DELETE", f"/own/foods/{food['id']}", None),
        ("GET", f"/dishes/{dish['id']}", None),
        ("DELETE", f"/own/dishes/{dish['id']}", None),
        ("DELETE", f"/analysis/{eaten['analyses'][0]['id']}", None),
        ("DELETE", f"/auth/tokens/{token}", None),
        ("DELETE", f"/feeds/{feed}", None),
    ]


def test_nobody_reaches_what_is_somebody_elses(everything, sign_up, client, anonymous, app):
    _, addresses = everything
    stranger = sign_up("b@example.org")
    # Administrators have pages of their own: by these they are users like any.
    for who in (stranger, client):
        for method, path, body in addresses:
            answer = who.open(V1 + path, method=method, json=body)
            assert answer.status_code == 404, (method, path, answer.text)
    for method, path, body in addresses:
        status = anonymous.open(V1 + path, method=method, json=body).status_code
        assert status in {401, 404}, (method, path)
    for path in ("/plans", "/analysis/history", "/own/foods", "/own/dishes", "/feeds"):
        found = stranger.get(V1 + path).json
        assert [rows for rows in found.values() if isinstance(rows, list)] == [[]]
    assert stranger.get(f"{V1}/analytics").json["meals"] == 0
    assert stranger.get(f"{V1}/analytics/export").json == []
    assert stranger.get(f"{V1}/profile").status_code == 404
    found = stranger.get(f"{V1}/foods/search?q=loaf").json["results"]
    assert "Loaf" not in {one["name"] for one in found}
    meal = {"meal": "lunch", "items": [{"food": 1_000_001, "grams": 1}]}
    assert stranger.post(f"{V1}/analysis/meals", json={"meals": [meal]}).status_code == 422


def test_its_owner_reaches_all_of_it(everything):
    browser, addresses = everything
    last = {"PUT", "DELETE"}
    for method, path, body in addresses:
        if method not in last:
            answer = browser.open(V1 + path, method=method, json=body)
            assert answer.status_code in {200, 201}, (method, path, answer.text)


@pytest.mark.parametrize("by", ["the user", "an administrator"])
def test_an_account_goes_with_all_that_is_its(everything, client, anonymous, app, by):
    browser, _ = everything
    if by == "the user":
        wrong = credentials(password="wrong password")
        assert anonymous.post(f"{V1}/auth/delete-account", json=wrong).status_code == 401
        answer = anonymous.post(f"{V1}/auth/delete-account", json=credentials())
    else:
        client.get(f"{V1}/plans")
        answer = client.delete(f"{V1}/admin/users/{browser.user['id']}")
    assert answer.status_code == 204
    assert browser.get(f"{V1}/plans").status_code == 401
    left = {}
    with app.extensions["mealplan"].database.reading() as connection:
        for table in METADATA.sorted_tables:
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            if count:
                left[table.name] = count
    assert set(left) <= {"account", "rate"}
    assert left.get("account", 0) <= 1


def test_an_administrator_cannot_lock_themself_out(client):
    own = client.get(f"{V1}/auth/session").json["user"]["id"]
    assert client.delete(f"{V1}/admin/users/{own}").status_code == 409
    assert client.patch(f"{V1}/admin/users/{own}", json={"role": "user"}).status_code == 409


def test_a_rate_is_counted_across_processes_and_by_who_asks(make_app):
    rates = {"search": Rate(3, 3600), "sign_in": Rate(2, 3600)}
    apps = [make_app(RATES=rates) for _ in "12"]
    clients = [FlaskClient(app, app.response_class) for app in apps]
    found = [clients[n % 2].get(f"{V1}/foods/search?q=oats").status_code for n in range(5)]
    assert found == [200, 200, 200, 429, 429]
    answer = clients[0].get(f"{V1}/foods/search?q=oats")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert answer.json["error"]["code"] == "too_many_requests"
    # Somebody else is counted for themself: by address, and by account.
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert clients[0].get(f"{V1}/foods/search?q=oats", environ_base=elsewhere).status_code == 200
    assert apps[0].test_client().get(f"{V1}/foods/search?q=oats").status_code == 200
    statuses = [
        client.post(f"{V1}/auth/sign-in", json=credentials()).status_code
        for client in (*clients, clients[0])
    ]
    assert statuses == [401, 401, 429]


def test_passwords_of_one_account_are_guessed_at_from_many_addresses_in_vain(make_app):
    app = make_app(RATES={"sign_in": Rate(100, 3600), "sign_in_account": Rate(3, 3600)})
    client = FlaskClient(app, app.response_class)
    client.post(f"{V1}/auth/sign-up", json=credentials())
    statuses = [
        client.post(
            f"{V1}/auth/sign-in",
            json=credentials(password=f"wrong password {n}"),
            environ_base={"REMOTE_ADDR": f"192.0.2.{n}"},
        ).status_code
        for n in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


def test_a_window_ends(make_app):
    app = make_app(RATES={"search": Rate(1, 1)})
    client = FlaskClient(app, app.response_class)
    until = time.monotonic() + 20
    seen = set()
    while seen != {200, 429} and time.monotonic() < until:
        seen.add(client.get(f"{V1}/foods/search?q=oats").status_code)
    assert seen == {200, 429}
    time.sleep(1.05)
    assert client.get(f"{V1}/foods/search?q=oats").status_code == 200


@pytest.mark.parametrize(
    "text", ["plan", "plan=1", "plan=0/60", "plan=1/0", "plan=-1/60", "naps=1/60", "plan=on"]
)
def test_rates_that_are_none_are_named(text):
    with pytest.raises(SettingsError, match="MEALPLAN_RATE_LIMITS"):
        rates_of(text)


def test_rates_are_the_defaults_but_for_what_is_said():
    found = rates_of(" plan=7/9 ,search=off")
    assert found["plan"] == Rate(7, 9)
    assert "search" not in found
    assert found["export"] == rates_of("")["export"]


def test_behind_a_proxy_it_is_asked_who_it_was_and_only_then(make_app):
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    for count, secure in ((0, False), (1, True)):
        app = make_app(PROXIES=count)
        client = FlaskClient(app, app.response_class)
        headers = client.get(f"{V1}/health", headers=forwarded).headers
        assert ("Strict-Transport-Security" in headers) is secure


def test_without_a_secret_it_does_not_start_and_says_what_to_do(monkeypatch, tmp_path):
    for name in ("MEALPLAN_SECRET_KEY", "MEALPLAN_ENV"):
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run(
        [sys.executable, "-c", "import mealplan.main"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"},
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("mealplan.settings.SettingsError: MEALPLAN_SECRET_KEY is not set")
    assert "token_urlsafe" in last
    monkeypatch.setenv("MEALPLAN_SECRET_KEY", "short")
    with pytest.raises(SettingsError, match="5 characters"):
        read_settings(str(tmp_path))


def test_a_developer_gets_a_secret_that_is_kept(monkeypatch, tmp_path):
    monkeypatch.delenv("MEALPLAN_SECRET_KEY", raising=False)
    monkeypatch.setenv("MEALPLAN_ENV", "development")
    first, second = (read_settings(str(tmp_path))["SECRET_KEY"] for _ in "12")
    assert first == second
    assert len(first) >= 32
    (path,) = tmp_path.glob("*secret*")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (credentials("nobody"), "email"),
        (credentials("a@b"), "email"),
        (credentials(["a@example.org"]), "email"),
        (credentials("a" * 300 + "@example.org"), "email"),
        (credentials(password="short"), "password"),
        (credentials(password="a" * 50), "password"),
        (credentials(password="x" * 201), "password"),
        (credentials(password=7), "password"),
        (credentials(password="ten\ud800 characters"), "password"),
        (credentials(role="admin"), "role"),
        ({}, "email"),
    ],
)
def test_bad_credentials_are_named(anonymous, body, field):
    answer = anonymous.post(f"{V1}/auth/sign-up", json=body)
    assert answer.status_code == 422
    assert field in answer.json["error"]["fields"]
