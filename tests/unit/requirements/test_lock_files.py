"""uv.lock, poetry.lock and Pipfile.lock: what each pins for one target."""

import json

import pytest

from bootfit.model.errors import UsageError
from bootfit.requirements.pipfile_lock import read_pipfile_lock
from bootfit.requirements.poetry_lock import read_poetry_lock
from bootfit.requirements.uv_lock import read_uv_lock

NONE = frozenset()
UV_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.10"
resolution-markers = ["python_full_version >= '3.12'", "python_full_version < '3.12'"]

[[package]]
name = "shop"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "web", extra = ["fast"] },
    { name = "win", marker = "sys_platform == 'win32'" },
    { name = "old", marker = "python_full_version < '3.12'" },
]

[package.optional-dependencies]
ml = [{ name = "table" }]

[package.dev-dependencies]
dev = [{ name = "linter" }]

[[package]]
name = "web"
version = "2.0"
source = { registry = "https://index.test/simple" }
dependencies = [{ name = "core" }]
sdist = { url = "https://files.test/web-2.0.tar.gz", hash = "sha256:aa", size = 9 }
wheels = [
    { path = "web-2.0-py3-none-any.whl", hash = "x:BB", upload-time = "2024-11-13T18:24:36Z" },
]

[package.optional-dependencies]
fast = [{ name = "loop" }]

[[package]]
name = "core"
version = "1.0"
source = { registry = "https://index.test/simple" }
resolution-markers = ["python_full_version < '3.12'"]

[[package]]
name = "core"
version = "2.0"
source = { registry = "https://index.test/simple" }
resolution-markers = ["python_full_version >= '3.12'"]

[[package]]
name = "loop"
version = "1.0"
source = { git = "https://git.test/loop?rev=1#1" }

[[package]]
name = "win"
version = "1.0"
source = { registry = "https://index.test/simple" }

[[package]]
name = "old"
version = "1.0"
source = { registry = "https://index.test/simple" }

[[package]]
name = "table"
version = "1.0"
source = { registry = "https://index.test/simple" }

[[package]]
name = "linter"
version = "1.0"
source = { registry = "https://index.test/simple" }
"""


def pins(lock):
    return {package.subject for package in lock.packages}


def test_uv_lock_for_a_target(target):
    lock = read_uv_lock(UV_LOCK, "uv.lock", target("3.12.3"), NONE)
    assert pins(lock) == {"web==2.0", "core==2.0"}
    web = next(p for p in lock.packages if p.name == "web")
    assert web.direct
    assert str(web.place) == "uv.lock:23"
    assert [(f.filename, f.kind, f.size_bytes) for f in web.files] == [
        ("web-2.0-py3-none-any.whl", "wheel", None),
        ("web-2.0.tar.gz", "sdist", 9),
    ]
    assert web.files[0].digests == ("x:bb",)
    assert web.files[0].uploaded.year == 2024
    core = next(p for p in lock.packages if p.name == "core")
    assert not core.direct
    assert core.chain == ("uv.lock:23 web==2.0", "core 2.0")
    assert [(u.text, str(u.place)) for u in lock.uncheckable] == [("loop", "uv.lock:48")]
    assert lock.requires_python[0][0] == ">=3.10"
    assert str(lock.requires_python[0][1]) == "uv.lock:3"


def test_uv_lock_forks_by_python_and_takes_extras(target):
    lock = read_uv_lock(UV_LOCK, "uv.lock", target("3.11"), frozenset({"ml"}))
    assert pins(lock) == {"web==2.0", "core==1.0", "old==1.0", "table==1.0"}
    with pytest.raises(UsageError) as caught:
        read_uv_lock(UV_LOCK, "uv.lock", target("3.11"), frozenset({"nope"}))
    assert "no extra called 'nope'" in caught.value.message
    assert caught.value.hint == "it has ml"


def poetry(version, packages, rest=""):
    return (
        "\n".join(packages)
        + rest
        + f'\n[metadata]\nlock-version = "{version}"\npython-versions = ">=3.10"\n'
        + 'content-hash = "x"\n'
    )


def package(name, *lines):
    return f'[[package]]\nname = "{name}"\nversion = "1.0"\n' + "\n".join(lines) + "\n"


def test_poetry_lock_with_groups_and_markers(target):
    text = poetry(
        "2.1",
        [
            package("web", 'groups = ["main"]', 'files = [{file = "web-1.0.whl", hash = "x:1"}]'),
            package("tool", 'groups = ["dev"]'),
            package("both", 'groups = ["main", "dev"]', "[package.markers]",
                    "main = 'os_name == \"nt\"'"),
            package("win", 'groups = ["main"]', "markers = \"sys_platform == 'win32'\""),
            package("ml", "optional = true", 'groups = ["main"]', "markers = 'extra == \"ml\"'"),
        ],
        '\n[extras]\nml = ["ml"]\n',
    )  # fmt: skip
    lock = read_poetry_lock(text, "poetry.lock", target("3.12"), NONE, None)
    assert pins(lock) == {"web==1.0"}
    assert lock.packages[0].on_index
    assert lock.packages[0].filenames == {"web-1.0.whl"}
    lock = read_poetry_lock(text, "poetry.lock", target("3.12"), frozenset({"ml"}), None)
    assert pins(lock) == {"web==1.0", "ml==1.0"}


def test_an_older_poetry_lock_is_walked_from_the_project(target):
    text = poetry(
        "2.0",
        [
            package("web", "[package.dependencies]", 'leaf = ">=1"',
                    "win = {version = \"*\", markers = \"sys_platform == 'win32'\"}",
                    'speed = {version = "*", optional = true}',
                    "[package.extras]", 'fast = ["speed (>=1)"]'),
            package("leaf"), package("win"), package("speed", "optional = true"), package("linter"),
        ],
    )  # fmt: skip
    project = (
        '[tool.poetry.dependencies]\npython = "^3.10"\nweb = {version = "1", extras = ["fast"]}\n'
        '[tool.poetry.group.dev.dependencies]\nlinter = "*"\n'
    )
    lock = read_poetry_lock(text, "poetry.lock", target("3.12"), NONE, project)
    assert pins(lock) == {"web==1.0", "leaf==1.0", "speed==1.0"}
    leaf = next(p for p in lock.packages if p.name == "leaf")
    assert leaf.chain == ("poetry.lock:2 web==1.0", "leaf 1.0")
    assert not leaf.direct
    plain = project.replace(', extras = ["fast"]', "")
    lock = read_poetry_lock(text, "poetry.lock", target("3.12"), NONE, plain)
    assert pins(lock) == {"web==1.0", "leaf==1.0"}
    # Without the project beside it, everything that is not optional counts.
    lock = read_poetry_lock(text, "poetry.lock", target("3.12"), NONE, None)
    assert pins(lock) == {"web==1.0", "leaf==1.0", "win==1.0", "linter==1.0"}


def pipfile(**default):
    meta = {
        "pipfile-spec": 6,
        "requires": {"python_version": "3.11"},
        "sources": [{"name": "a", "url": "https://a.test/simple"}, {"name": "b", "url": "$B"}],
    }
    return json.dumps({"_meta": meta, "default": default, "develop": {"t": {}}}, indent=4)


def test_pipfile_lock_for_a_target(target):
    text = pipfile(
        Web={"version": "==1.0", "hashes": ["sha256:AA"], "index": "a"},
        win={"version": "==1.0", "markers": "sys_platform == 'win32'"},
        loop={"git": "https://git.test/loop", "ref": "1"},
    )
    lock = read_pipfile_lock(text, "Pipfile.lock", target("3.12"))
    (web,) = lock.packages
    assert (web.subject, web.hashes, web.on_index) == ("web==1.0", {"sha256:aa"}, True)
    assert text.splitlines()[web.place.line - 1].strip() == '"Web": {'
    assert lock.requires_python[0][0] == "==3.11.*"
    assert [(o.name, o.value) for o in lock.options] == [("index-url", "https://a.test/simple")]
    assert [u.text for u in lock.uncheckable] == ["b", "loop"]


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_uv_lock, "version = 9\n", "uv.lock: version 9 of the format is not known"),
        (read_uv_lock, "version = 1\npackage = [1]\n", "uv.lock: this is no uv.lock: Expected"),
        (read_uv_lock, "version = \n", "uv.lock:1:11: this is not TOML"),
        (read_uv_lock, UV_LOCK.replace("sys_platform ==", "sys_platform ~~"), "\"sys_platform ~~"),
        (read_uv_lock, UV_LOCK.replace('"2.0"', '"two"'), "uv.lock:23: 'two' is not a version"),
        (read_poetry_lock, "", "poetry.lock: this is no poetry.lock: Object missing"),
        (read_poetry_lock, poetry("3.0", []), "poetry.lock: version 3.0 of the format"),
        (read_pipfile_lock, "{\n 1}", "Pipfile.lock:2:2: this is not JSON"),
        (read_pipfile_lock, "[" * 100_000, "Pipfile.lock: this is no Pipfile.lock"),
        (read_pipfile_lock, pipfile(a={"version": "x"}), "Pipfile.lock:19: 'x' is not a version"),
    ],
)  # fmt: skip
def test_locks_that_cannot_be_understood(target, read, text, message):
    arguments = {read_uv_lock: (NONE,), read_poetry_lock: (NONE, None), read_pipfile_lock: ()}
    file = {read_uv_lock: "uv.lock", read_poetry_lock: "poetry.lock"}.get(read, "Pipfile.lock")
    with pytest.raises(UsageError) as caught:
        read(text, file, target("3.12"), *arguments[read])
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
