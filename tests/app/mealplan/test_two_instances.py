"""Two instances of two workers each, under gunicorn, on one database: no state in a process."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

V1 = "/api/v1"
SECRET = "a-secret-of-the-tests-that-is-long-enough"
PASSWORD = "correct horse battery"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def instance(url, folder):
    """Start a server, yield its address once it answers, and end it."""
    address = f"127.0.0.1:{free_port()}"
    log = (folder / f"{address}.log").open("wb")
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "2", "--preload"),
        *("--worker-class", "gthread", "--bind", address, "mealplan.main:app"),
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "GUNICORN_CMD_ARGS"},
        "DATABASE_URL": url,
        "MEALPLAN_SECRET_KEY": SECRET,
        "MEALPLAN_ADMIN_TOKEN": "operator",
        "MEALPLAN_RATE_LIMITS": "sign_up=99/60, sign_in=99/60, search=8/3600",
        "BOOTFIT_FORBID": "meal_distribution:scikit_learn,week_optimizer:pulp",
    }
    with log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if ask(address, "GET", "/ready")[0] == 200:
                    break
            except OSError:
                if time.monotonic() > until or server.poll() is not None:
                    raise
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def ask(address, method, path, body=None, **headers):
    """Return status, JSON and cookie of an answer."""
    request = urllib.request.Request(
        f"http://{address}{V1}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
            return answer.status, json.loads(answer.read() or b"null"), cookie
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null"), ""


@pytest.mark.slow
def test_two_instances_of_two_workers_are_one_app(database_url, tmp_path):
    with (
        instance(database_url, tmp_path) as first,
        instance(database_url, tmp_path) as second,
        ThreadPoolExecutor(8) as pool,
    ):
        both = (first, second)

        def live(number):
            """Sign up at one instance, and go on at both by turns, as a load balancer has it."""
            credentials = {"email": f"user{number}@example.org", "password": PASSWORD}
            status, told, cookie = ask(both[number % 2], "POST", "/auth/sign-up", credentials)
            assert status == 201, told
            signed = {"Cookie": cookie, "X-CSRF-Token": told["csrf_token"]}
            person = {"age_years": 34, "sex": "female", "weight_kg": 68, "height_cm": 170}
            meal = {"meal": "lunch", "items": [{"food": 8120, "grams": 60}]}
            assert ask(second, "PUT", "/profile", person, **signed)[0] == 200
            made = ask(first, "POST", "/plans/week", {"seed": number}, **signed)
            assert made[0] == 201, made
            plan = f"/plans/{made[1]['id']}"
            for turn in range(6):
                where = both[turn % 2]
                assert ask(where, "POST", "/analysis/meals", {"meals": [meal]}, **signed)[0] == 201
                shown = ask(where, "GET", plan, **signed)
                assert shown[1]["days"] == made[1]["days"]
            assert ask(first, "GET", "/analytics", **signed)[1]["meals"] == 6
            assert ask(second, "POST", "/auth/sign-out", **signed)[0] == 204
            assert ask(first, "GET", plan, **signed)[0] == 401
            return made[1]["id"]

        numbers = list(pool.map(live, range(6)))
        assert len(set(numbers)) == 6
        statuses = [ask(both[n % 2], "GET", "/foods/search?q=oats")[0] for n in range(12)]
        # A window may end in between, never twice.
        assert statuses.count(200) in range(8, 12)
        assert 429 in statuses
        operator = {"Authorization": "Bearer operator"}
        found = ask(second, "GET", "/admin/users", **operator)[1]
        assert found["count"] == 7
        assert ask(first, "GET", "/admin/analyses", **operator)[1]["count"] == 36
