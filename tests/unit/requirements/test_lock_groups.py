"""Dependency groups of locks: named, they are what is asked for."""

import json

import pytest

from bootfit.model.errors import UsageError
from bootfit.requirements.project_files import read_project

UV = """version = 1
[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "flask" }]
[package.dev-dependencies]
Dev_Tools = [{ name = "pytest" }]
"""
UV += "".join(
    f'[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ registry = "x" }}\n{more}'
    for name, more in (
        ("flask", ""),
        ("pytest", 'dependencies = [{ name = "pluggy" }]\n'),
        ("pluggy", ""),
    )
)
PYLOCK = 'lock-version = "1.0"\ncreated-by = "t"\ndependency-groups = ["dev"]\n' + "".join(
    f'[[packages]]\nname = "{name}"\nversion = "1.0"\n{marker}'
    f'wheels = [{{ url = "https://x.test/{name}-1.0-py3-none-any.whl", '
    'hashes = { sha256 = "aa" } }]\n'
    for name, marker in (("flask", ""), ("pytest", "marker = \"'dev' in dependency_groups\"\n"))
)
POETRY = (
    "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0"\noptional = {optional}\n'
        f"groups = {json.dumps(groups)}\n"
        for name, optional, groups in (
            ("flask", "false", ["main"]),
            ("pytest", "true", ["dev"]),
            ("click", "false", ["main", "dev"]),
        )
    )
    + '[metadata]\nlock-version = "2.1"\npython-versions = "*"\n'
)
PIPFILE = json.dumps(
    {
        "_meta": {"pipfile-spec": 6},
        "default": {"flask": {"version": "==1.0"}},
        "develop": {"pytest": {"version": "==1.0"}},
    }
)


@pytest.mark.parametrize(
    ("file", "text", "group", "default", "alone"),
    [
        ("uv.lock", UV, "dev.tools", {"flask"}, {"pytest", "pluggy"}),
        ("pylock.toml", PYLOCK, "dev", {"flask"}, {"flask", "pytest"}),
        ("poetry.lock", POETRY, "dev", {"flask", "click"}, {"pytest", "click"}),
        ("Pipfile.lock", PIPFILE, "develop", {"flask"}, {"pytest"}),
    ],
)
def test_a_group_of_a_lock(tmp_path, target, file, text, group, default, alone):
    (tmp_path / file).write_text(text)

    def names(*files):
        return [package.name for package in read_project(tmp_path, files, target("3.12")).locked]

    assert set(names(file)) == default
    assert set(names(f"{file}:{group}")) == alone
    both = names(file, f"{file}:{group}")
    assert (set(both), len(both)) == (default | alone, len(default | alone))
    with pytest.raises(UsageError, match=f"^{file} has no .*group called 'nope'"):
        names(f"{file}:nope")
