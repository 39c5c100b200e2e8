from pathlib import Path

import pytest

from bootfit.model.errors import UsageError
from bootfit.verify.procfile_command import (
    bound_to,
    is_gunicorn,
    read_command,
    run_by,
    start_line,
    web_line,
    without_bind,
)

PYTHON = Path("/project/.venv/bin/python")


def words(line, **environment):
    return read_command(line, environment).words


def test_the_web_line_is_found_among_others():
    procfile = "release: flask db upgrade\nweb:   gunicorn app:app  \nworker: rq worker\n"
    assert web_line(procfile) == "gunicorn app:app"


def test_no_web_line_is_an_error_that_says_so():
    with pytest.raises(UsageError, match="no web: line"):
        web_line("worker: rq worker\n")


RENDER = """\
services:
  - type: pserv
    startCommand: redis-server
  - type: web
    startCommand: gunicorn -c gunicorn.conf.py app:app
"""


def test_the_command_is_what_the_platform_reads():
    conf = {"gunicorn.conf.py": ""}
    line = start_line(conf, "app:create('x')")
    assert words(line) == ("gunicorn", "-c", "gunicorn.conf.py", "app:create('x')")
    assert (
        start_line({**conf, "render.yaml": RENDER}, "x") == "gunicorn -c gunicorn.conf.py app:app"
    )
    assert start_line({"render.yaml": RENDER, "Procfile": "web: other\n"}, "x") == "other"


@pytest.mark.parametrize("text", ["", "services: 3", "services: [{type: web}]", "a: [b"])
def test_a_blueprint_without_a_command_is_an_error(text):
    with pytest.raises(UsageError, match="no web service"):
        start_line({"render.yaml": text}, "x")


def test_files_without_a_command_are_an_error():
    with pytest.raises(UsageError, match="do not say what to run"):
        start_line({".python-version": "3.11.9"}, "x")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gunicorn -b 0.0.0.0:$PORT app:app", ("gunicorn", "-b", "0.0.0.0:8123", "app:app")),
        ("gunicorn -b :${PORT} app:app", ("gunicorn", "-b", ":8123", "app:app")),
        ("run ${NOT_SET:-4} x", ("run", "4", "x")),
        ("run ${NOT_SET-4} x", ("run", "4", "x")),
        ("run ${PORT:-4} x", ("run", "8123", "x")),
        ("run $NOT_SET x", ("run", "x")),
        ('run "$NOT_SET" x', ("run", "", "x")),
        ("run '$PORT' x", ("run", "$PORT", "x")),
        ('run "$PORT is it"', ("run", "8123 is it")),
        ('run "it\'s $PORT"', ("run", "it's 8123")),
        ("run \\$PORT", ("run", "$PORT")),
        ('run "\\$PORT"', ("run", "$PORT")),
        ("run 'app:create_app(\"x\")'", ("run", 'app:create_app("x")')),
        ('run "a;b" "(c)"', ("run", "a;b", "(c)")),
        ("exec gunicorn app:app", ("gunicorn", "app:app")),
        ("run $SPACED", ("run", "two", "words")),
        ('run "$SPACED"', ("run", "two words")),
        ("run --name=$SPACED", ("run", "--name=two words")),
        ("run '`x` $(y)' \\`", ("run", "`x` $(y)", "`")),
        ("run # no comment", ("run", "#", "no", "comment")),
    ],
)
def test_words_are_those_of_a_shell(line, expected):
    assert words(line, PORT="8123", SPACED="two words") == expected


def test_a_value_is_not_read_as_shell_again():
    assert words('run "$X"', X="a; rm -rf $HOME `x` $(y) 'q") == (
        "run",
        "a; rm -rf $HOME `x` $(y) 'q",
    )


def test_assignments_in_front_are_environment():
    command = read_command("WEB_CONCURRENCY=2 NAME='a b' gunicorn x=1 app:app", {})
    assert command.assignments == {"WEB_CONCURRENCY": "2", "NAME": "a b"}
    assert command.words == ("gunicorn", "x=1", "app:app")


@pytest.mark.parametrize(
    "line",
    [
        "flask db upgrade && gunicorn app:app",
        "gunicorn app:app; true",
        "gunicorn app:app | tee log",
        "gunicorn app:app > log",
        "gunicorn -w `nproc` app:app",
        "gunicorn -w $(nproc) app:app",
        'gunicorn -w "$(nproc)" app:app',
        "(gunicorn app:app)",
    ],
)
def test_what_needs_a_shell_is_refused(line):
    with pytest.raises(UsageError, match="needs a shell"):
        words(line)


def test_an_open_quotation_and_an_empty_command_are_errors():
    with pytest.raises(UsageError, match="cannot be read"):
        words("gunicorn 'app:app")
    with pytest.raises(UsageError, match="no command"):
        words("NAME=value")


def test_gunicorn_and_python_are_the_projects_own():
    assert run_by(("gunicorn", "app:app"), PYTHON) == (str(PYTHON), "-m", "gunicorn", "app:app")
    assert run_by(("/usr/bin/gunicorn", "x"), PYTHON)[:3] == (str(PYTHON), "-m", "gunicorn")
    assert run_by(("python3.11", "serve.py"), PYTHON) == (str(PYTHON), "serve.py")
    assert run_by(("waitress-serve", "app:app"), PYTHON) == ("waitress-serve", "app:app")


def test_gunicorn_is_recognised_as_script_and_as_module():
    assert is_gunicorn(("gunicorn", "app:app"))
    assert is_gunicorn((str(PYTHON), "-m", "gunicorn", "app:app"))
    assert not is_gunicorn((str(PYTHON), "serve.py"))


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--bind", "0.0.0.0:1", "--preload"), ("--preload",)),
        (("--bind=0.0.0.0:1", "-w", "2"), ("-w", "2")),
        (("-b", ":1", "-b", ":2", "app:app"), ("app:app",)),
        (("-b:1", "app:app"), ("app:app",)),
        (("--backlog", "5"), ("--backlog", "5")),
    ],
)
def test_only_the_address_is_taken_out(arguments, kept):
    assert without_bind(arguments) == kept


def test_the_address_is_loopback_alone_and_the_platforms_arguments_stay():
    render = "--preload --access-logfile - --bind=0.0.0.0:10000"
    words, environment = bound_to(
        ("python", "-m", "gunicorn", "--bind", "0.0.0.0:8123", "app:app"),
        {"GUNICORN_CMD_ARGS": render, "PORT": "8123"},
        "127.0.0.1:8123",
    )
    assert words == ("python", "-m", "gunicorn", "app:app")
    assert environment == {
        "GUNICORN_CMD_ARGS": "--preload --access-logfile - --bind 127.0.0.1:8123",
        "PORT": "8123",
    }
