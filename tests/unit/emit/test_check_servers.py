import pytest

from bootfit.emit.checking import check_files, weigh_files
from bootfit.emit.checking.server_settings import (
    gunicorn_words,
    settings_from_file,
    settings_from_words,
)
from bootfit.model.finding import Place, Severity
from bootfit.model.sizes import MIB
from bootfit.platforms import load_platform
from bootfit.tune import Wishes, tune, what_if
from unit.emit.emitting import PLUGINS, a_plan
from unit.tune.measured import measured, probe

RENDER, HEROKU = load_platform("render-free"), load_platform("heroku-basic")
AT = Place("Procfile", 1)


def codes(texts, platform=HEROKU):
    return [(f.code, str(f.place)) for f in check_files(texts, platform)]


def blueprint(command, variables=""):
    return (
        "services:\n  - type: web\n    name: shop\n    runtime: python\n"
        f"    startCommand: {command}\n{variables}"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gunicorn -w 4 a:b", {"workers": "4"}),
        ("gunicorn -w4 --threads=2 a:b", {"workers": "4", "threads": "2"}),
        ("python -m gunicorn --workers 3 a:b", {"workers": "3"}),
        ("flask db upgrade && exec gunicorn -t 90 a:b", {"timeout": "90"}),
        ("WEB_CONCURRENCY=3 gunicorn a:b", {"workers": "3"}),
        ("poetry run gunicorn --preload a:b", {"preload_app": "True"}),
        ("gunicorn 'a b' -b 0.0.0.0:$PORT", {"bind": "0.0.0.0:$PORT"}),
    ],
)
def test_a_command_line_is_read_as_gunicorn_does(line, expected):
    found = settings_from_words(gunicorn_words(line), AT)
    assert {name: one.value for name, one in found.items()} == expected


@pytest.mark.parametrize(
    "line", ["uvicorn a:b", "python app.py", "gunicorn 'a", "", "echo gunicorn"]
)
def test_what_is_no_gunicorn_is_passed_over(line):
    assert gunicorn_words(line) is None


def test_a_configuration_file_is_read_and_not_run():
    found = settings_from_file("import os\nworkers = 4\nthreads = os.abort()\n", "gunicorn.conf.py")
    assert found["workers"].value == "4"
    assert found["workers"].place == Place("gunicorn.conf.py", 2, 1)
    assert found["threads"].value == "os.abort()"
    assert settings_from_file("workers = (", "gunicorn.conf.py") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web: gunicorn a:b\nworker: rq worker\n", []),
        ("web gunicorn a:b\n", [("BF412", "Procfile:1")]),
        ("web: gunicorn a:b\n  --workers 2\n", [("BF412", "Procfile:2")]),
        ("web:\n", [("BF412", "Procfile:1")]),
        ("web: a\nweb: b\n", [("BF412", "Procfile:2")]),
        ("Web: gunicorn a:b\n", [("BF413", "Procfile:1")]),
        ("worker: rq\n", [("BF413", "Procfile")]),
        ("web: gunicorn -b 127.0.0.1:8000 a:b\n", [("BF412", "Procfile:1")]),
        ("web: gunicorn -w $(nproc) a:b\n", [("BF418", "Procfile:1")]),
    ],
)
def test_a_procfile(text, expected):
    assert codes({"Procfile": text}) == expected


def test_the_platforms_own_preload_is_told_where_nobody_replaced_it():
    (finding,) = check_files({"render.yaml": blueprint("gunicorn a:b")}, RENDER)
    assert (finding.code, str(finding.place)) == ("BF415", "render.yaml:5:19")
    assert finding.severity is Severity.NOTE
    conf = "# no\npreload_app = False\n"
    (finding,) = check_files(
        {"render.yaml": blueprint("gunicorn a:b"), "gunicorn.conf.py": conf}, RENDER
    )
    assert finding.severity is Severity.WARNING
    assert "gunicorn.conf.py:2" in finding.message
    replaced = '    envVars:\n      - key: GUNICORN_CMD_ARGS\n        value: "--access-logfile -"\n'
    assert list(check_files({"render.yaml": blueprint("gunicorn a:b", replaced)}, RENDER)) == []
    wanted = {"render.yaml": blueprint("gunicorn a:b"), "gunicorn.conf.py": "preload_app = True\n"}
    assert list(check_files(wanted, RENDER)) == []


def test_the_platform_that_sets_nothing_is_not_blamed():
    assert codes({"Procfile": "web: gunicorn a:b\n"}) == []


def test_a_setting_that_another_beats():
    texts = {
        "render.yaml": blueprint(
            "gunicorn -w 3 --preload a:b",
            "    envVars:\n      - key: WEB_CONCURRENCY\n        value: 2\n",
        ),
        "gunicorn.conf.py": "workers = 5\n",
    }
    found = [f for f in check_files(texts, RENDER) if f.code == "BF413"]
    assert [(str(f.place)) for f in found] == ["render.yaml:8:16", "gunicorn.conf.py:1:1"]
    assert "render.yaml:5:19 says 3" in found[1].message


def test_workers_from_the_hosts_processors():
    conf = "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n# cpu_count()\n"
    found = codes({"Procfile": "web: gunicorn a:b\n", "gunicorn.conf.py": conf})
    assert found == [("BF418", "gunicorn.conf.py:2")]


MEASURED = measured(
    40,
    probe("export:pandas", after=90, transient=30, cpu=0.6),
    probe("search:big", after=600, cpu=6.0),
    probe("search:faiss", after=55, cpu=0.2),
    probe("search:numpy", after=50, cpu=0.1),
)


def weighed(texts, platform=HEROKU):
    wishes = Wishes(python="3.11.9")
    plan, _ = tune(MEASURED, PLUGINS, platform, wishes)
    need = what_if(plan, MEASURED, PLUGINS, platform, wishes)
    return plan, need, list(weigh_files(texts, platform, plan, need))


def test_the_plans_own_settings_need_what_the_plan_says():
    plan, need, _ = weighed({})
    assert need(plan.workers, plan.threads, plan.preload) == plan.memory
    assert need(8, 1, False).predicted_peak_bytes > 512 * MIB


def test_more_workers_than_fit_are_found_where_they_are_written():
    plan, _, (finding,) = weighed({"Procfile": "web: gunicorn -w 8 --timeout 300 a:b\n"})
    assert (finding.code, finding.severity) == ("BF416", Severity.ERROR)
    assert str(finding.place) == "Procfile:1"
    assert "8 worker(s) with 1 thread(s)" in finding.message
    assert f"{plan.workers} worker(s)" in finding.remedy
    _, _, (finding,) = weighed(
        {"Procfile": "web: gunicorn a:b\n", "gunicorn.conf.py": "timeout = 300\nworkers = 8\n"}
    )
    assert str(finding.place) == "gunicorn.conf.py:2:1"


def test_settings_that_fit_are_silent():
    _, _, findings = weighed({"Procfile": "web: gunicorn -w 1 --timeout 300 a:b\n"})
    assert findings == []


def test_a_timeout_below_the_slowest_first_request():
    texts = {"Procfile": "web: gunicorn -w 1 --timeout 1 a:b\n"}
    plan, _, (finding,) = weighed(texts)
    assert (finding.code, finding.severity) == ("BF416", Severity.WARNING)
    assert str(plan.timeout_seconds) in finding.remedy
    # Threads answer gunicorn while a request is slow.
    assert weighed({"Procfile": "web: gunicorn -w 1 --threads 2 --timeout 1 a:b\n"})[2] == []


def test_a_plan_of_a_test_is_one_that_fits():
    assert a_plan().refusal is None
