import pytest

from bootfit.imports import find_application, find_applications
from bootfit.imports.application import apps_in_command, apps_in_source, module_of
from bootfit.model.errors import UndeterminedError


@pytest.mark.parametrize(
    ("line", "app"),
    [
        ("web: gunicorn shop.wsgi:application -w 2 --bind 0.0.0.0:$PORT", "shop.wsgi:application"),
        ("web: gunicorn -w 2 -b :8000 shop:create_app()", "shop:create_app()"),
        ("web: gunicorn 'shop:create_app(\"x\")'", 'shop:create_app("x")'),
        ('    startCommand: "gunicorn app:app"', "app:app"),
        ("web: gunicorn --workers 3 shop.wsgi", "shop.wsgi"),
        ("    startCommand: uvicorn api.main:app --host 0.0.0.0 --port $PORT", "api.main:app"),
        ('CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]', "app:app"),
        ("web: python -m gunicorn app:app", "app:app"),
        ("web: /opt/venv/bin/gunicorn app:app", "app:app"),
        ("# web: gunicorn old:app", None),
        ("worker: celery -A shop worker", None),
        ("web: flask run", None),
    ],
)
def test_a_start_command_names_the_app(line, app):
    found = [one.app for one in apps_in_command(line, "Procfile")]
    assert found == ([app] if app else [])


@pytest.mark.parametrize(
    ("source", "apps"),
    [
        ("app = Flask(__name__)", ["m:app"]),
        ("import flask\nsite: object = flask.Flask('x')", ["m:site"]),
        ("application = get_wsgi_application()", ["m:application"]),
        ("def create_app():\n    app = Flask('x')\n    return app", ["m:create_app()"]),
        ("def create_app(config):\n    return Flask('x')", []),
        ("def create_app(config=None):\n    return Flask('x')", ["m:create_app()"]),
        ("def create_app():\n    ...\napp = create_app()", ["m:app", "m:create_app()"]),
        ("try:\n    app = FastAPI()\nexcept ImportError:\n    pass", ["m:app"]),
        ("app = 'Flask(__name__)'", []),
        ("def broken(:", []),
        ("", []),
    ],
)
def test_source_is_read_and_not_run(source, apps):
    assert [one.app for one in apps_in_source(source, "m", "m.py")] == apps


def test_module_names_leave_source_folder_and_init_out(tmp_path):
    from pathlib import Path

    assert module_of(Path("src/shop/web.py")) == "shop.web"
    assert module_of(Path("shop/__init__.py")) == "shop"


def write(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/", 1).replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text)


def test_the_start_command_wins_over_source(tmp_path):
    (tmp_path / "Procfile").write_text("web: gunicorn shop.web:site\n")
    write(tmp_path, main="app = Flask('x')")
    found = find_applications(tmp_path)
    assert [one.app for one in found] == ["shop.web:site", "main:app"]
    assert "Procfile starts gunicorn" in found[0].reason


def test_of_source_a_usual_name_wins_and_the_reason_tells_the_line(tmp_path):
    write(tmp_path, aaa="app = Flask('x')", main="\n\napp = Flask('x')")
    found = find_application(tmp_path)
    assert (found.app, found.path, found.line) == ("main:app", "main.py", 3)
    assert found.reason == "main.py:3 says app = Flask(…)"


def test_a_made_app_wins_over_a_factory(tmp_path):
    write(tmp_path, wsgi="def create_app():\n    ...", other="app = Flask('x')")
    assert find_application(tmp_path).app == "other:app"


def test_packages_and_source_folder_are_searched(tmp_path):
    write(tmp_path, src__shop__web="app = FastAPI()")
    assert find_application(tmp_path).app == "shop.web:app"


def test_tests_and_environments_are_nobodys_app(tmp_path):
    write(tmp_path, tests__helper="app = Flask('x')", test_x="app = Flask('x')")
    write(tmp_path, env__app="app = Flask('x')")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    with pytest.raises(UndeterminedError, match="no app found") as caught:
        find_application(tmp_path)
    assert "module:attribute" in caught.value.hint


def test_files_that_are_no_text_and_folders_named_like_files_are_passed_over(tmp_path):
    (tmp_path / "Procfile").mkdir()
    (tmp_path / "junk.py").write_bytes(b"\xff\xfe\x00app = Flask()")
    write(tmp_path, app="app = Flask('x')")
    assert find_application(tmp_path).app == "app:app"
