"""`[tool.bootfit.compare]`: read, refused with the nearest key, and overruled by options."""

import pytest

from bootfit.config import load_config
from bootfit.model.compare_table import CompareTable, SubjectTable, allowances_of
from bootfit.model.errors import UsageError
from bootfit.model.sizes import MIB
from bootfit.model.tolerances import DEFAULTS, Tolerance


def config(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    return load_config(tmp_path)


def test_all_keys_are_read(tmp_path):
    table = config(
        tmp_path,
        '[tool.bootfit.compare]\nbaseline = "perf/base.toml"\nmemory = "2Mi"\n'
        'memory-percent = "3%"\nimport-time = "50ms"\nimport-time-percent = "20%"\n'
        'download = "5Mi"\ndownload-percent = "10%"\ninstalled = "6Mi"\ndependencies = 2\n'
        'max-download = "300Mi"\nmax-dependencies = 40\n'
        '[tool.bootfit.compare.subjects."search:numpy"]\nmemory = "0"\nmax-memory = "60Mi"\n',
    ).compare
    assert table.baseline == "perf/base.toml"
    allowed = allowances_of(table)
    assert allowed.tolerance("app", "memory") == Tolerance(2 * MIB, 0.03)
    assert allowed.tolerance("app", "import-time") == Tolerance(0.05, 0.2)
    assert allowed.tolerance("requirements", "download") == Tolerance(5 * MIB, 0.1)
    assert allowed.tolerance("requirements", "installed").absolute == 6 * MIB
    assert allowed.tolerance("requirements", "dependencies").absolute == 2
    assert allowed.tolerance("search:numpy", "memory") == Tolerance(0, 0.03)
    assert allowed.tolerance("search:numpy", "import-time") == Tolerance(0.05, 0.2)
    assert allowed.most("search:numpy", "memory") == 60 * MIB
    assert allowed.most("requirements", "download") == 300 * MIB
    assert allowed.most("requirements", "dependencies") == 40
    assert allowed.most("app", "memory") is None


def test_without_any_the_defaults_hold(tmp_path):
    allowed = allowances_of(config(tmp_path, "").compare)
    assert allowed.general == DEFAULTS


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ('memroy = "1Mi"', "compare.memroy", "compare.memory"),
        ('subjects.app.max-memroy = "1Mi"', "max-memroy", "max-memory"),
        ('memory = "much"', "compare.memory: 'much' is not a size", "512Mi"),
        ('subjects.app.import-time = "1"\nmemory-percent = "200%"', "memory-percent", "10%"),
        ('subjects.app.import-time = "soon"', "compare.subjects.app.import-time", "3s"),
        ("dependencies = -1", "dependencies", ""),
        ("memory = 3", "memory", ""),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_measured(tmp_path, text, told, hint):
    with pytest.raises(UsageError) as caught:
        config(tmp_path, f"[tool.bootfit.compare]\n{text}\n")
    assert told in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("memroy=1Mi", "did you mean memory?"),
        ("memory", "known: memory"),
        ("baseline=x", "known: memory"),
        ("memory=", "known: memory"),
    ],
)
def test_options_that_say_nothing_are_refused(option, hint):
    with pytest.raises(UsageError) as caught:
        allowances_of(CompareTable(), (option,))
    assert caught.value.hint.startswith(hint)


def test_options_are_over_the_configuration():
    table = CompareTable(memory="2Mi", dependencies=3, subjects={"app": SubjectTable(memory="1Mi")})
    allowed = allowances_of(table, ("memory=4Mi", "dependencies=0", "max-dependencies=9"))
    assert allowed.tolerance("search:numpy", "memory").absolute == 4 * MIB
    assert allowed.tolerance("app", "memory").absolute == MIB
    assert allowed.tolerance("requirements", "dependencies").absolute == 0
    assert allowed.most("requirements", "dependencies") == 9


def test_a_number_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"compare\.dependencies"):
        allowances_of(CompareTable(), ("dependencies=few",))
