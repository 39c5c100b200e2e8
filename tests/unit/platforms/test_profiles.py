import json
import sys

import jsonschema
import pytest

from bootfit.model.errors import ExitCode, UsageError
from bootfit.model.sizes import GIB, MIB
from bootfit.platforms import family_of, load_platform, platform_names, target_for
from bootfit_profiles import PLATFORM_FILES, SCHEMA_FILE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", PLATFORM_FILES, ids=lambda file: file.name)
def test_every_profile_satisfies_the_schema_and_is_named_after_its_file(file):
    profile = tomllib.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(profile)
    assert profile["name"] + ".toml" == file.name


@pytest.mark.parametrize("name", platform_names())
def test_every_figure_has_a_fact_behind_it(name):
    about = " ".join(fact.about for fact in load_platform(name).facts)
    for figure in ("memory", "cpu-share", "libc-version", "python.default", "builder", "swaps"):
        assert figure in about, figure


@pytest.mark.parametrize("name", platform_names())
def test_defaults_agree_with_what_is_allowed(name):
    platform = load_platform(name)
    assert target_for(platform).python == platform.python.default


def test_render_free_is_the_small_instance_that_preloads():
    platform = load_platform("render-free")
    assert (platform.memory_bytes, platform.cpu_share) == (512 * MIB, 0.1)
    assert "--preload" in platform.environment["GUNICORN_CMD_ARGS"]
    assert "runtime.txt" in platform.python.ignored
    target = target_for(platform, "3.11.9")
    assert str(target) == "CPython 3.11.9, x86_64 Linux, glibc 2.36"


def test_a_family_is_ordered_by_size():
    names = [platform.name for platform in family_of(load_platform("render-standard"))]
    assert names == ["render-free", "render-starter", "render-standard", "render-pro"]


def test_a_misspelt_platform_gets_a_suggestion():
    with pytest.raises(UsageError) as caught:
        load_platform("render-fre")
    assert caught.value.exit_code is ExitCode.USAGE
    assert "'render-free'" in caught.value.hint


def test_an_unknown_platform_gets_the_list():
    with pytest.raises(UsageError) as caught:
        load_platform("zzz")
    assert "heroku-basic" in caught.value.hint


@pytest.mark.parametrize(
    ("python", "part"), [("2.7", "does not offer"), ("banana", "not a Python")]
)
def test_a_python_that_cannot_be_had_is_refused(python, part):
    with pytest.raises(UsageError, match=part):
        target_for(load_platform("heroku-basic"), python)


def _written(tmp_path, change):
    text = next(f for f in PLATFORM_FILES if f.name == "render-free.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(change(text), encoding="utf-8")
    return str(path)


def test_a_profile_can_be_a_file_of_the_users(tmp_path):
    path = _written(tmp_path, lambda text: text.replace('"512Mi"', '"1.5Gi"'))
    assert load_platform(path).memory_bytes == 1.5 * GIB


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda text: "memmory = '1Gi'\n" + text, "memmory"),
        (lambda text: text.replace('memory = "512Mi"\n', ""), "memory"),
        (lambda text: text.replace("cpu-share = 0.1", 'cpu-share = "fast"'), "cpu-share"),
        (lambda text: text.replace("cpu-share = 0.1", "cpu-share = 0"), "above 0"),
        (lambda text: text.replace('"512Mi"', '"lots"'), "lots"),
        (lambda text: text + "\n[", "cannot be understood"),
    ],
)
def test_a_profile_that_is_wrong_is_named_with_what_is_wrong(tmp_path, change, part):
    with pytest.raises(UsageError, match=part):
        load_platform(_written(tmp_path, change))


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        load_platform(str(tmp_path / "none.toml"))


def test_profiles_of_an_extension_are_offered_beside_ours(tmp_path):
    text = PLATFORM_FILES[0].read_text(encoding="utf-8").replace("fly-1024", "acme-1")
    theirs = tmp_path / "acme-1.toml"
    theirs.write_text(text, encoding="utf-8")
    files = (*PLATFORM_FILES, theirs)
    assert "acme-1" in platform_names(files)
    assert load_platform("acme-1", files).name == "acme-1"
