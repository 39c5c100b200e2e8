"""`[tool.bootfit]`, options and precedence, through `load_config`."""

import pytest

from bootfit.config import Overrides, load_config
from bootfit.model.errors import ExitCode, UsageError
from bootfit.model.sizes import MIB


def write(root, text):
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return root


def test_reads_every_table(tmp_path):
    config = load_config(
        write(
            tmp_path,
            """
[build-system]
requires = []
[project]
name = "shop"
[tool.bootfit]
platform = "render-starter"
python = "3.12.1"
requirements = ["a.txt", "b.txt"]
name = "shop-web"
app = "shop.main:app"
interpreter = "env/bin/python"
plugins = "shop.plugins:PLUGINS"
health-path = "/healthz"
environment = { SHOP_MODE = "probe" }
[tool.bootfit.budget]
memory = "300Mi"
headroom = "20%"
import-time = "1500ms"
[tool.bootfit.server]
workers = 2
threads = 4
timeout = 60
preload = true
max-requests = 500
[[tool.bootfit.requests]]
method = "post"
path = "/orders"
json = { item = 1 }
expect = [201, 409]
""",
        )
    )
    assert (config.name, config.is_distribution) == ("shop-web", True)
    assert config.requirements == ("a.txt", "b.txt")
    assert config.plugins_registry == "shop.plugins:PLUGINS"
    assert config.interpreter == tmp_path / "env/bin/python"
    assert config.budget_memory_bytes == 300 * MIB
    assert config.headroom == pytest.approx(0.2)
    assert config.import_seconds == pytest.approx(1.5)
    assert config.server.workers == 2
    assert config.server.timeout_seconds == 60
    assert config.environment == {"SHOP_MODE": "probe"}
    (request,) = config.requests
    assert (request.method, request.path, request.expect) == ("POST", "/orders", (201, 409))
    assert config.assumptions == ()


def test_options_win_over_the_file(tmp_path):
    root = write(tmp_path, '[tool.bootfit]\nplatform = "render-free"\nrequirements = ["a.txt"]\n')
    config = load_config(
        root, Overrides(platform="fly-512", requirements=("b.txt",), memory="1Gi", app="x:y")
    )
    assert config.platform == "fly-512"
    assert config.requirements == ("b.txt",)
    assert config.budget_memory_bytes == 1024 * MIB
    assert config.app == "x:y"


def test_says_what_it_assumed(tmp_path):
    (tmp_path / "requirements.txt").write_text("flask\n")
    config = load_config(tmp_path)
    assert config.requirements == ("requirements.txt",)
    assert any("platform render-free" in text for text in config.assumptions)
    assert any("requirements.txt" in text for text in config.assumptions)


@pytest.mark.parametrize("lock", ["pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock"])
def test_a_lock_is_found_and_requirement_files_come_first(tmp_path, lock):
    write(tmp_path, '[project]\nname = "a"\ndependencies = ["b"]\n')
    assert load_config(tmp_path).requirements == ("pyproject.toml",)
    (tmp_path / lock).touch()
    assert load_config(tmp_path).requirements == (lock,)
    (tmp_path / "requirements.txt").touch()
    assert load_config(tmp_path).requirements == ("requirements.txt",)


def test_dependencies_that_are_dynamic_are_dependencies(tmp_path):
    write(tmp_path, '[project]\nname = "a"\ndynamic = ["dependencies"]\n')
    assert load_config(tmp_path).requirements == ("pyproject.toml",)
    write(tmp_path, '[project]\nname = "a"\ndynamic = ["version"]\n')
    assert load_config(tmp_path).requirements == ()


def test_extras_and_groups_are_chosen_beside_the_files(tmp_path):
    (tmp_path / "requirements.txt").touch()
    chosen = Overrides(extras=("ml",), groups=("web",))
    files = ("requirements.txt", "pyproject.toml[ml]", "pyproject.toml:web")
    assert load_config(tmp_path, chosen).requirements == files
    write(tmp_path, '[tool.bootfit]\nrequirements = ["uv.lock"]\n')
    assert load_config(tmp_path, chosen).requirements == ("uv.lock[ml]", "uv.lock:web")


def test_a_target_by_hand(tmp_path):
    write(tmp_path, '[tool.bootfit]\ntarget = "windows-amd64"\n')
    assert load_config(tmp_path).target == "windows-amd64"
    assert load_config(tmp_path, Overrides(target="linux")).target == "linux"


def test_plugins_as_a_table(tmp_path):
    config = load_config(
        write(
            tmp_path,
            '[tool.bootfit.plugins.thumbnails]\nimports = ["PIL.Image"]\nexercise = "a.b:c"\n',
        )
    )
    (plugin,) = config.plugins
    assert plugin.name == "thumbnails"
    assert plugin.ladder[0].imports == ("PIL.Image",)
    assert plugin.ladder[0].exercise == "a.b:c"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[tool.bootfit]\nplatfrom = 'x'\n", "'platfrom'", "did you mean platform?"),
        ("[tool.bootfit.budget]\nmemroy = '1Mi'\n", "'budget.memroy'", "budget.memory"),
        ("[tool.bootfit]\nzzz = 1\n", "'zzz'", "known: name, platform"),
        ("[tool.bootfit]\npython = 3\n", "Expected `str", "README"),
        ("[tool.bootfit]\n[[tool.bootfit.requests]]\npath = 'x'\n", "does not start", "/health"),
        ("[tool.bootfit]\nhealth-path = 'up'\n", "does not start with /", "'/up'"),
        ("[tool.bootfit.plugins.a]\nimprots = ['x']\n", "'plugins.a.improts'", "imports"),
        ("[tool.bootfit.budget]\nmemory = 'much'\n", "memory: 'much' is not a size", "512Mi"),
        ("[tool.bootfit.server]\nworkers = -3\n", "Expected `int` >= 1", "README"),
        ("[tool.bootfit.server]\ntimeout = 0\n", "Expected `int` >= 1", "README"),
        ("[tool.bootfit.server]\nthreads = 3000\n", "threads = 3000 is more than 1000", "gunicorn"),
        ("[tool.bootfit.server]\nworkers = 500\n", "workers = 500 is more than 64", "processor"),
        ("[tool.bootfit.server]\ntimeout = 1000000000\n", "is more than 6000", "100 minutes"),
        ("[tool.bootfit.server]\nmax-requests = 2000000\n", "is more than 1000000", "recycled"),
        ("[tool.bootfit.server]\nworkers = 9\nthreads = 200\n", "= 1800 is more", "clients"),
        ("[tool]\nbootfit = 3\n", "is no table", "[tool.bootfit]"),
        ("[tool.bootfit.budget]\nheadroom = '120%'\n", "'120%' is not a fraction", "10%"),
        ("[tool\n", "is not TOML", "mend"),
    ],
)
def test_bad_configuration_is_one_clear_usage_error(tmp_path, text, message, hint):
    with pytest.raises(UsageError) as caught:
        load_config(write(tmp_path, text))
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == ExitCode.USAGE


def test_no_such_project(tmp_path):
    with pytest.raises(UsageError, match="no such project folder"):
        load_config(tmp_path / "absent")


def test_the_largest_server_settings_are_taken(tmp_path):
    text = "[tool.bootfit.server]\nworkers = 1\nthreads = 1000\ntimeout = 6000\nmax-requests = 0\n"
    server = load_config(write(tmp_path, text)).server
    assert (server.threads, server.timeout_seconds, server.max_requests) == (1000, 6000, 0)
