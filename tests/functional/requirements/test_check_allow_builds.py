"""`--allow-builds`: sdists are built, in bounds, and only then does their code run."""

import time
from dataclasses import replace
from platform import machine

import pytest

from bootfit.model.finding import Severity
from bootfit.model.platform import Builder
from bootfit.platforms import load_platform, target_for
from bootfit.requirements import trial_build
from bootfit.requirements.index import Index
from bootfit.requirements.index_address import index_address
from bootfit.requirements.trial_build import tools_of, try_build

HERE = "3.{}".format(__import__("sys").version_info[1])
PYPROJECT = "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n"
BACKEND = """
import os, zipfile

def build_wheel(folder, settings=None, metadata=None):
    {act}
    name = "own-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        info = "own-1.0.dist-info/"
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: own\\nVersion: 1.0\\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        archive.writestr(info + "RECORD", "")
    return name
"""


@pytest.fixture
def own(index):
    """Put an sdist on the index whose build first does ``act``."""

    def put(act="pass"):
        info = "Metadata-Version: 2.2\nName: own\nVersion: 1.0\n"
        backend = BACKEND.format(act=act)
        index.sdist(
            "own", "1.0", {"PKG-INFO": info, "pyproject.toml": PYPROJECT, "own.py": backend}
        )

    return put


def test_without_the_option_nothing_runs_and_with_it_the_build_is_evidence(
    index, check, own, tmp_path
):
    ran = tmp_path / "ran"
    own(f"open({str(ran)!r}, 'w')")
    checks, _, _ = check("own", python=HERE)
    assert not ran.exists()
    assert not any("built here" in line for line in checks["own"].evidence)
    checks, findings, _ = check("own", python=HERE, allow_builds=True)
    assert ran.exists()
    assert checks["own"].installs
    assert f"built here with Python {HERE}" in checks["own"].evidence[-1]
    (note,) = (f for f in findings if f.code == "BF109")
    assert "built here" in note.evidence[-1]


def test_a_build_that_fails_is_an_error_with_its_last_lines(index, check, own):
    own("raise SystemExit('error: no luck')")
    checks, findings, _ = check("own", python=HERE, allow_builds=True)
    assert not checks["own"].installs
    (finding,) = (f for f in findings if f.severity is Severity.ERROR)
    assert finding.code == "BF121"
    assert "error: no luck" in finding.evidence
    assert str(finding.place) == "requirements.txt:1:1"


def test_a_python_that_is_not_here_is_no_failure(index, check, own, monkeypatch):
    own()
    monkeypatch.setattr(trial_build, "find_python", lambda _: None)
    checks, findings, _ = check("own", python=HERE, allow_builds=True)
    assert checks["own"].installs
    assert f"not built: this machine has no Python {HERE}" in checks["own"].evidence
    assert not [f for f in findings if f.severity is Severity.ERROR]


def test_another_machine_is_no_failure(index, own, tmp_path):
    ran = tmp_path / "ran"
    own(f"open({str(ran)!r}, 'w')")
    target = target_for(load_platform("render-free"), HERE)
    others = (
        replace(target, system="windows", libc="", libc_version=""),
        replace(target, architecture="aarch64" if machine() == "x86_64" else "x86_64"),
        replace(target, libc="musl", libc_version="1.2"),
    )
    for other in others:
        trial = built(index, target=other)
        assert not trial.built
        assert not trial.failed
        assert "this machine is not" in trial.words[0]
    assert not ran.exists()


def test_a_zip_is_built_as_well(index):
    files = {"pyproject.toml": PYPROJECT, "own.py": BACKEND.format(act="pass")}
    index.sdist("own", "1.0", files, suffix=".zip")
    assert built(index).built


def built(index, builder=None, target=None, **known):
    no_tools = Builder(False, False, False, False, False)
    with Index((index_address(index.url),), timeout_seconds=10) as asked:
        (sdist,) = asked.page("own").files
        target = target or target_for(load_platform("render-free"), HERE)
        return try_build(asked, sdist, target, builder or no_tools, **known)


def test_a_build_that_hangs_is_ended(index, own):
    own("__import__('time').sleep(600)")
    began = time.monotonic()
    trial = built(index, time_limit_seconds=3)
    assert time.monotonic() - began < 30
    assert trial.failed
    assert trial.words == ("its build was not done after 3 s",)


def test_a_build_that_floods_its_output_is_ended(index, own):
    own("\n    while True: print('x' * 100_000)")
    assert built(index, time_limit_seconds=60).words == ("its build flooded its output",)


def test_a_file_that_is_not_the_one_described_is_not_built(index, own, tmp_path):
    ran = tmp_path / "ran"
    own(f"open({str(ran)!r}, 'w')")
    path = "/files/own-1.0.tar.gz"
    index.extra["own-1.0.tar.gz"] = {"hashes": {"sha256": index.digest("own-1.0.tar.gz")}}
    index.files[path] += b"\x00"
    trial = built(index)
    assert "is not the file that the index describes" in trial.words[0]
    assert not ran.exists()


def test_a_build_sees_neither_compilers_nor_the_users_secrets(index, own, tmp_path, monkeypatch):
    seen = tmp_path / "seen"
    monkeypatch.setenv("A_TOKEN", "secret")
    monkeypatch.setenv("CC", "gcc")
    act = (
        "import shutil; "
        f"open({str(seen)!r}, 'w').write(repr((dict(os.environ), "
        "[shutil.which(n) for n in ('gcc', 'cc', 'c++', 'clang', 'cargo', 'rustc', 'gfortran')])))"
    )
    own(act)
    assert built(index).built
    text = seen.read_text()
    assert "secret" not in text
    assert "'CC'" not in text
    assert text.endswith("[None, None, None, None, None, None, None])")


def test_the_tools_are_those_of_the_builder(tmp_path, monkeypatch):
    tools = tmp_path / "bin"
    tools.mkdir()
    names = ["gcc-12", "x86_64-linux-gnu-gcc", "cc", "c++", "clang-15", "cargo", "gfortran", "sh"]
    names += ["ccache", "gccxml-like", "cargo-cult"]
    for name in names:
        (tools / name).write_text("")
        (tools / name).chmod(0o755)
    (tools / "not-to-run").write_text("")
    monkeypatch.setenv("PATH", str(tools))

    def left(*flags):
        folder = tools_of(Builder(*flags), tmp_path / "".join(map(str, flags)))
        return {path.name for path in folder.iterdir()}

    rest = {"sh", "ccache", "gccxml-like", "cargo-cult"}
    assert left(False, False, False, False, False) == rest
    assert left(True, False, False, False, False) == rest | {
        "gcc-12",
        "x86_64-linux-gnu-gcc",
        "cc",
        "clang-15",
    }
    assert left(True, True, True, True, True) == set(names)


def test_a_command_of_its_own_leaves_the_build_open_until_it_is_tried(index, check):
    setup = "class Own(build_py):\n    def run(self):\n        make()\nsetup(cmdclass={'b': Own})\n"
    index.sdist("own", "1.0", {"setup.py": setup})
    checks, findings, _ = check("own==1.0", python=HERE)
    assert checks["own"].installs
    (note,) = (f for f in findings if "--allow-builds" in f.remedy)
    assert "(Own)" in note.evidence[0]
    # setup.py asks for nothing that this index has: the build fails, and that is the answer.
    checks, findings, _ = check("own==1.0", python=HERE, allow_builds=True)
    assert not checks["own"].installs
    assert not [f for f in findings if "--allow-builds" in f.remedy]


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("own.c:1:10: fatal error: ffi.h: No such file or directory", Severity.WARNING),
        ("error: command 'gcc' failed with exit code 1", Severity.WARNING),
        ("AttributeError: no attribute 'cython_sources'", Severity.ERROR),
    ],
)
def test_only_what_a_compiler_lacks_here_may_be_there_on_the_builder(index, check, said, severity):
    index.sdist(
        "own", "1.0", {
            "PKG-INFO": "Metadata-Version: 2.2\nName: own\nVersion: 1.0\n",
            "pyproject.toml": PYPROJECT.replace("[]", "[]  # ext-modules", 1),
            "own.py": BACKEND.format(act=f"raise SystemExit({said!r})"),
            "own.c": "",
        },
    )  # fmt: skip
    index.wheel("w", "1.0", "cp38-cp38-manylinux_2_17_x86_64")
    checks, findings, _ = check("own", "w==1.0", python=HERE, allow_builds=True)
    (finding,) = (f for f in findings if f.code == "BF121")
    assert finding.severity is severity
    assert checks["own"].installs == (severity is Severity.WARNING)


def test_what_did_not_build_here_is_not_said_to_install_elsewhere(index, check, own):
    own("raise SystemExit('error: no luck')")
    index.wheel("w", "1.0", "cp310-cp310-manylinux_2_17_x86_64")
    _, findings, _ = check("own", "w==1.0", python=HERE)
    assert any("everything installs on Python 3.10" in f.remedy for f in findings)
    _, findings, _ = check("own", "w==1.0", python=HERE, allow_builds=True)
    assert not any("everything installs" in f.remedy for f in findings)
