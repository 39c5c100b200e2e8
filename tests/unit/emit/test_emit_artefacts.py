import ast
import shlex
from dataclasses import replace

import jsonschema
import pytest
from ruamel.yaml import YAML

from bootfit.emit import emit_all
from bootfit.emit.writing import is_untouched
from bootfit.model.errors import ExitCode, UsageError
from bootfit.platforms import platform_names
from unit.emit.emitting import a_context, a_plan


def settings_of(text, environ):
    """What gunicorn would find in a configuration file."""
    import os

    before = dict(os.environ)
    names: dict[str, object] = {}
    try:
        os.environ.update(environ)
        exec(compile(text, "gunicorn.conf.py", "exec"), names)
        forbidden = os.environ.get("BOOTFIT_FORBID")
    finally:
        os.environ.clear()
        os.environ.update(before)
    return names, forbidden


def service_of(text):
    (service,) = YAML(typ="safe", pure=True).load(text)["services"]
    return service, {entry["key"]: entry["value"] for entry in service["envVars"]}


def test_a_platform_gets_the_files_that_it_reads():
    files = emit_all(a_plan(), a_context())
    assert "render.yaml" in files
    assert list(files) == sorted(files)
    files = emit_all(a_plan("heroku-basic"), a_context("heroku-basic"))
    assert "Procfile" in files
    assert "render.yaml" not in files


def test_what_carries_comments_carries_a_header_and_what_does_not_does_not():
    files = emit_all(a_plan(), a_context(), ["gunicorn", "render", "procfile", "python-version"])
    assert is_untouched(files["gunicorn.conf.py"])
    assert is_untouched(files["render.yaml"])
    assert files["Procfile"] == "web: gunicorn -c gunicorn.conf.py shop.main:app\n"
    assert files[".python-version"] == "3.11.9\n"


def test_the_same_plan_gives_the_same_bytes():
    assert emit_all(a_plan(), a_context()) == emit_all(a_plan(), a_context())


def test_gunicorn_reads_the_plans_settings():
    plan = a_plan()
    text = emit_all(plan, a_context())["gunicorn.conf.py"]
    names, forbidden = settings_of(text, {"PORT": "4711"})
    assert names["bind"] == "0.0.0.0:4711"
    assert names["workers"] == plan.workers == 1
    assert names["threads"] == plan.threads
    assert names["worker_class"] == plan.worker_class
    assert names["preload_app"] is False
    assert names["timeout"] == plan.timeout_seconds
    assert names["max_requests"] == 0
    assert forbidden == "search:big"
    assert settings_of(text, {})[0]["bind"] == "0.0.0.0:10000"


def test_the_platforms_own_environment_wins_over_the_file():
    text = emit_all(a_plan(), a_context())["gunicorn.conf.py"]
    assert settings_of(text, {"BOOTFIT_FORBID": "mine"})[1] == "mine"


def test_each_setting_stands_below_its_reason():
    lines = emit_all(a_plan(), a_context())["gunicorn.conf.py"].splitlines()
    for name in ("workers", "threads", "worker_class", "preload_app", "timeout", "max_requests"):
        index = next(i for i, line in enumerate(lines) if line.startswith(f"{name} = "))
        assert lines[index - 1].startswith("# "), name


def test_a_source_folder_is_put_on_the_path_only_where_it_is_needed():
    namespace = {}
    exec(emit_all(a_plan(), a_context(python_path=("src",)))["gunicorn.conf.py"], namespace)
    assert namespace["pythonpath"] == "src"
    assert "pythonpath" not in emit_all(a_plan(), a_context())["gunicorn.conf.py"]


def test_a_plan_that_was_refused_says_so_in_the_file():
    plan = a_plan(budget_bytes=10 * 2**20)
    assert plan.refusal is not None
    assert "IT DOES NOT FIT" in emit_all(plan, a_context())["gunicorn.conf.py"]


def test_the_blueprint_has_what_render_asks_for_and_strings_for_values():
    service, variables = service_of(emit_all(a_plan(), a_context())["render.yaml"])
    assert service["type"] == "web"
    assert service["runtime"] == "python"
    assert service["plan"] == "free"
    assert service["healthCheckPath"] == "/health"
    assert service["startCommand"] == "gunicorn -c gunicorn.conf.py shop.main:app"
    assert service["buildCommand"] == (
        "pip install --only-binary :all: -r requirements.txt && pip install --no-deps ."
    )
    assert variables == {
        "PYTHON_VERSION": "3.11.9",
        "BOOTFIT_COST": "export:pandas=50Mi,search:faiss=15Mi",
        "BOOTFIT_FORBID": "search:big",
        "GUNICORN_CMD_ARGS": "--access-logfile -",
        "WEB_CONCURRENCY": "1",
    }
    assert "preload" not in variables["GUNICORN_CMD_ARGS"]


#: Our own reading of https://render.com/docs/blueprint-spec, for what we write.
BLUEPRINT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services"],
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "name", "runtime"],
                "properties": {
                    "type": {"const": "web"},
                    "name": {"type": "string"},
                    "runtime": {"const": "python"},
                    "plan": {"enum": ["free", "starter", "standard", "pro"]},
                    "buildCommand": {"type": "string"},
                    "startCommand": {"type": "string"},
                    "healthCheckPath": {"type": "string", "pattern": "^/"},
                    "autoDeployTrigger": {"enum": ["off", "commit", "checksPass"]},
                    "envVars": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["key", "value"],
                            "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
                        },
                    },
                },
            },
        }
    },
}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("platform", [n for n in platform_names() if n.startswith("render-")])
def test_the_blueprint_has_no_key_that_render_does_not_know(platform, version):
    files = emit_all(a_plan(platform), a_context(platform), ["render"])
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    jsonschema.validate(yaml.load(files["render.yaml"]), BLUEPRINT)


def test_a_python_without_a_patch_release_is_left_to_the_version_file():
    files = emit_all(a_plan(python="3.11"), a_context())
    assert "PYTHON_VERSION" not in service_of(files["render.yaml"])[1]
    assert files[".python-version"] == "3.11\n"


def test_plan_names_are_spelled_with_a_space_and_a_service_called_off_stays_a_word():
    context = a_context(service="off", health_path=None)
    context = replace(context, platform=replace(context.platform, plan="pro plus"))
    text = emit_all(a_plan(), context, ["render"])["render.yaml"]
    assert "plan: pro plus\n" in text
    assert 'name: "off"\n' in text
    assert "healthCheckPath" not in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_distribution": False}, "pip install --only-binary :all: -r requirements.txt"),
        ({"requirements": {}}, "pip install --only-binary :all: ."),
        (
            {"is_distribution": False, "from_source": ("docopt", "odfpy")},
            "pip install --only-binary :all: --no-binary docopt,odfpy -r requirements.txt",
        ),
        ({"requirements": {}, "is_distribution": False}, "true"),
        (
            {"requirements": {"pyproject.toml[export,ml]": "flask\n"}},
            "pip install --only-binary :all: './[export,ml]'",
        ),
        (
            {"requirements": {"web/setup.cfg": "flask\n"}, "is_distribution": False},
            "pip install --only-binary :all: ./web/",
        ),
        (
            {"requirements": {"pylock.toml": "flask==3.1.3\n"}},
            (
                "pip install --upgrade 'pip>=26.1' && "
                "pip install --only-binary :all: -r pylock.toml && pip install --no-deps ."
            ),
        ),
        (
            {"requirements": {"uv.lock[ml]": "flask==3.1.3\n"}, "is_distribution": False},
            (
                "pip install uv && uv export --quiet --frozen --no-default-groups "
                "--no-emit-project --extra ml > requirements-locked.txt && "
                "pip install --only-binary :all: -r requirements-locked.txt"
            ),
        ),
        (
            {"requirements": {"web/poetry.lock": "flask==3.1.3\n"}, "is_distribution": False},
            (
                "pip install poetry poetry-plugin-export && "
                "(cd web/ && poetry export) > requirements-locked.txt && "
                "pip install --only-binary :all: -r requirements-locked.txt"
            ),
        ),
        (
            {
                "requirements": {"requirements.txt": "flask\n", "pyproject.toml:web": "gunicorn\n"},
                "is_distribution": False,
            },
            (
                "pip install --upgrade 'pip>=26.1' && "
                "pip install --only-binary :all: -r requirements.txt && "
                "pip install --only-binary :all: --group pyproject.toml:web"
            ),
        ),
        (
            {"requirements": {"uv.lock:web,db": "flask==3.1.3\n"}, "is_distribution": False},
            (
                "pip install uv && uv export --quiet --frozen --no-default-groups "
                "--no-emit-project --only-group web --only-group db > requirements-locked.txt && "
                "pip install --only-binary :all: -r requirements-locked.txt"
            ),
        ),
    ],
)
def test_the_build_installs_what_there_is(changes, expected):
    service, _ = service_of(emit_all(a_plan(), a_context(**changes), ["render"])["render.yaml"])
    assert service["buildCommand"] == expected


def test_the_minimal_requirements_lack_what_only_rich_rungs_need():
    text = emit_all(a_plan(), a_context())["requirements-minimal.txt"]
    body = [line for line in text.splitlines() if not line.startswith("#")]
    assert body == ["flask==3.1", "-c reqs/limits.txt", "numpy==2.4.6  # used by the app as well"]


def test_without_requirements_there_is_no_minimal_file():
    assert "requirements-minimal.txt" not in emit_all(a_plan(), a_context(requirements={}))


def test_an_artefact_that_is_not_known_gets_a_suggestion():
    with pytest.raises(UsageError) as caught:
        emit_all(a_plan(), a_context(), ["procfil"])
    assert caught.value.exit_code is ExitCode.USAGE
    assert "'procfile'" in caught.value.hint


def test_a_blueprint_for_another_platform_is_refused():
    with pytest.raises(UsageError, match="cannot describe Heroku"):
        emit_all(a_plan("heroku-basic"), a_context("heroku-basic"), ["render"])


def test_two_artefacts_may_not_write_one_file():
    emitters = {"a": lambda plan, context: {"x": ""}, "b": lambda plan, context: {"x": ""}}
    with pytest.raises(UsageError, match="both a and b"):
        emit_all(a_plan(), a_context(), ["a", "b"], emitters)


def test_a_line_break_cannot_get_into_a_procfile():
    with pytest.raises(UsageError, match="line by line"):
        emit_all(replace(a_plan(), app="a:b\nrelease: rm"), a_context(), ["procfile"])


def test_an_app_that_looks_like_an_option_stays_an_app():
    plan = replace(a_plan(), app="--preload")
    command = emit_all(plan, a_context(), ["procfile"])["Procfile"].removeprefix("web: ")
    assert shlex.split(command)[-2:] == ["--", "--preload"]


def test_the_configuration_is_python_of_old_interpreters_as_well():
    text = emit_all(a_plan(), a_context())["gunicorn.conf.py"]
    ast.parse(text, feature_version=(3, 7))
