"""The check leg against an index on this machine: files, chains, blockers, sdists."""

import pytest

from bootfit.model.answer import exit_code
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Severity

LEGACY_SETUP = "open({!r}, 'w').write('ran')\nfrom setuptools import setup\nsetup(name='old')\n"
PKG_INFO = "Metadata-Version: {}\nName: {}\nVersion: {}\n"
MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
MATURIN = {
    "pyproject.toml": "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n"
}


def codes(findings, severity=None):
    return sorted({f.code for f in findings if severity in {None, f.severity}})


def locked(name, wheel, marker=""):
    return (
        f'[[packages]]\nname = "{name}"\nversion = "1.0"\n{marker}'
        f'wheels = [{{ url = "https://x.test/{wheel}", hashes = {{ sha256 = "aa" }} }}]\n\n'
    )


def errors(findings):
    return [f for f in findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize("ranges", [True, False])
def test_wheels_all_the_way_down(index, check, json, ranges):
    index.json, index.ranges = json, ranges
    index.wheel(
        "web", "1.0", requires=["core>=2", "old; python_version < '3.9'", "win; os_name == 'nt'"]
    )
    index.wheel("core", "2.1", f"cp312-cp312-{MANYLINUX}", requires=["leaf"])
    index.wheel("leaf", "0.1", python=">=3.8")
    checks, findings, result = check("# the web", "web==1.0")
    assert findings == []
    assert result.resolved
    assert set(checks) == {"web", "core", "leaf"}
    assert checks["leaf"].chain == ("requirements.txt:2 web==1.0", "core 2.1", "leaf 0.1")
    assert [checks[name].direct for name in ("web", "core", "leaf")] == [True, False, False]
    assert all(one.installs and one.verdict == "wheel" for one in checks.values())
    assert checks["core"].wheel.filename == f"core-2.1-cp312-cp312-{MANYLINUX}.whl"
    sizes = [len(data) for data in index.files.values()]
    assert result.download_bytes == (sum(sizes) if json else None)


def test_rust_below_a_pin_names_the_pin_and_the_version_that_would_do(index, check):
    for version, core in (("2.4", "1.0"), ("2.5", "1.1"), ("2.6", "1.2")):
        index.wheel("models", version, requires=[f"models-core=={core}"])
    index.wheel("models-core", "1.0", f"cp311-cp311-{MANYLINUX}", generator="maturin (1.2.3)")
    index.sdist("models-core", "1.0", MATURIN)
    index.wheel("models-core", "1.1", f"cp311-cp311-{MANYLINUX}")
    index.wheel("models-core", "1.2", f"cp312-cp312-{MANYLINUX}")
    checks, findings, _ = check("models==2.4")
    core = checks["models-core"]
    assert (core.verdict, core.installs) == ("rust-sdist", False)
    assert "another wheel of this version was made by maturin (1.2.3)" in core.evidence
    (finding,) = findings
    assert finding.code == "BF101"
    assert "Read-only file system (os error 30)" in finding.message
    assert str(finding.place) == "requirements.txt:1:1"
    assert "models==2.6 is the next version whose models-core has a wheel" in finding.remedy
    assert finding.remedy.endswith("everything installs on Python 3.11")
    assert not any("sdist" in path and path.endswith(".gz") for path in index.asked)


def test_an_sdist_alone_is_read_and_never_run(index, check, tmp_path):
    ran = tmp_path / "ran"
    index.sdist(
        "old",
        "0.6",
        {
            "PKG-INFO": PKG_INFO.format("1.1", "old", "0.6"),
            "setup.py": LEGACY_SETUP.format(str(ran)),
            "old.egg-info/requires.txt": "leaf\n\n[:python_version < '3']\nfutures\n",
        },
    )
    index.wheel("leaf", "1.0")
    checks, findings, _ = check("old==0.6")
    assert not ran.exists()
    assert set(checks) == {"old", "leaf"}
    assert (checks["old"].verdict, checks["old"].installs) == ("pure-sdist", True)
    assert checks["leaf"].chain[-1] == "leaf 1.0"
    assert codes(findings) == ["BF107", "BF109"]


def test_a_backend_inside_the_sdist_is_never_run(index, check, tmp_path):
    """`uv` alone would run it: without build isolation it needs nothing that is not there."""
    ran = tmp_path / "ran"
    index.sdist(
        "sly",
        "1.0",
        {
            "PKG-INFO": PKG_INFO.format("2.1", "sly", "1.0"),
            "pyproject.toml": (
                "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n"
            ),
            "own.py": f"open({str(ran)!r}, 'w').write('ran')\n",
        },
    )
    checks, _, _ = check("sly")
    assert not ran.exists()
    assert checks["sly"].installs


def test_all_blockers_in_one_run(index, check):
    index.wheel("frame", "2.1", requires=["num>=1.26"])
    index.wheel("num", "1.24")
    index.wheel("num", "1.26")
    index.wheel("models", "2.4", requires=["models-core==1.0"])
    index.wheel("models-core", "1.0", f"cp311-cp311-{MANYLINUX}")
    index.sdist("models-core", "1.0", MATURIN)
    index.wheel("only-old", "1.0", f"cp39-cp39-{MANYLINUX}")
    index.wheel("web", "1.0")
    _, findings, result = check(
        "frame==2.1", "num==1.24", "models==2.4", "only-old==1.0", "web==9", "absent-thing", "web-b"
    )
    assert not result.resolved
    found = {(f.code, f.subject) for f in errors(findings)}
    assert found == {
        ("BF104", "frame, num"),
        ("BF101", "models-core"),
        ("BF105", "only-old"),
        ("BF105", "web"),
        ("BF105", "absent-thing"),
        ("BF105", "web-b"),
    }
    conflict = next(f for f in findings if f.code == "BF104")
    assert str(conflict.place) == "requirements.txt:1:1"
    assert "with num==1.26 the requirements agree" in conflict.remedy
    assert "requirements.txt:2:1: num==1.24" in conflict.evidence


def test_upper_bounds_of_requires_python_are_passed_over_as_pip_does(index, check):
    index.wheel("a", "1.0")
    index.wheel("a", "2.0", python=">=3.8,<3.12")
    checks, findings, _ = check("a")
    assert (checks["a"].version, findings) == ("1.0", [])
    checks, findings, _ = check("a==2.0")
    assert (checks["a"].verdict, checks["a"].installs) == ("requires-python", False)
    assert codes(findings) == ["BF103"]
    assert "everything installs on Python 3.11" in findings[0].remedy


def test_yanked_and_hashes(index, check):
    index.wheel("a", "1.0")
    index.yank("a-1.0-py3-none-any.whl", "wrong licence")
    checks, findings, _ = check("a==1.0")
    assert checks["a"].installs
    assert "wrong licence" in findings[0].message
    checks, findings, _ = check(f"a==1.0 --hash=sha256:{'0' * 64}")
    assert not checks["a"].installs
    assert any("hashes" in line for line in checks["a"].evidence)


def test_an_sdist_must_have_one_of_the_hashes_as_well(index, check):
    index.wheel("a", "1.0")
    index.sdist("a", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, findings, _ = check(f"a==1.0 --hash=sha256:{'0' * 64}")
    assert not checks["a"].installs
    assert any("sdist has none of the hashes" in line for line in checks["a"].evidence)
    assert not any("cannot be read" in line for line in checks["a"].evidence)
    assert Severity.ERROR in {finding.severity for finding in findings}


def test_one_hash_asks_for_hashes_and_pins_everywhere(index, check):
    index.wheel("a", "1.0", requires=["b"])
    index.wheel("b", "2.0")
    digest = index.digest("a-1.0-py3-none-any.whl")
    _, findings, _ = check(f"a==1.0 --hash=sha256:{digest}\nb")
    (finding,) = [one for one in findings if one.code == "BF114"]
    assert finding.severity is Severity.ERROR
    assert finding.evidence == ("b 2.0 has no hash", "b is not pinned with ==")
    _, findings, _ = check(f"a==1.0 --hash=sha256:{digest}")
    (finding,) = [one for one in findings if one.code == "BF114"]
    assert finding.evidence == ("b 2.0 has no hash",)
    other = index.digest("b-2.0-py3-none-any.whl")
    both = f"a==1.0 --hash=sha256:{digest}\nb==2.0 --hash=sha256:{other}"
    assert not check(both)[1]


def test_zip_sdists_and_c(index, check):
    index.sdist(
        "c-ext", "1.0", {
            "PKG-INFO": PKG_INFO.format("2.2", "c-ext", "1.0"),
            "setup.py": "setup(ext_modules=[Extension('c', ['c.c'])])",
            "c.c": "",
        }, suffix=".zip",
    )  # fmt: skip
    checks, findings, _ = check("c-ext")
    assert (checks["c-ext"].verdict, checks["c-ext"].installs) == ("c-sdist", True)
    assert codes(findings) == ["BF108"]


def test_an_in_tree_backend_over_setuptools_leaves_it_to_setup_py(index, check):
    # PyYAML 6: the backend is its own, and setup.py goes on without a compiler.
    index.sdist(
        "yam", "6.0", {
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "Cython>=3"]\n'
            'backend-path = ["packaging"]\nbuild-backend = "_own"\n',
            "PKG-INFO": PKG_INFO.format("2.2", "yam", "6.0"),
            "setup.py": "setup(ext_modules=[Extension('y', ['y.c'], optional=True)])\n",
        },
    )  # fmt: skip
    checks, findings, _ = check("yam")
    assert (checks["yam"].verdict, checks["yam"].installs) == ("optional-c-sdist", True)
    assert codes(findings) == ["BF109"]


def test_cuda_libraries_are_named_with_their_size(index, check):
    index.wheel("embed", "1.0", requires=["torch"])
    index.wheel("torch", "2.0", requires=["nvidia-blas-cu12"])
    index.wheel("nvidia-blas-cu12", "12.0")
    _, (finding,), _ = check("embed")
    assert (finding.code, finding.subject, finding.severity) == ("BF110", "torch", Severity.WARNING)
    assert str(finding.place) == "requirements.txt:1:1"


def test_nested_files_constraints_extras_and_uncheckable(index, check, project):
    index.wheel("web", "1.0", requires=["plus>=1; extra == 'plus'"])
    index.wheel("web", "2.0", requires=["plus>=1; extra == 'plus'"])
    index.wheel("plus", "1.0")
    (project / "deps").mkdir()
    (project / "deps" / "base.txt").write_text("-c pins.txt\nweb[plus]\n")
    (project / "deps" / "pins.txt").write_text("web<2\nunused==9\n")
    checks, findings, result = check("-r deps/base.txt", "-e .", "git+https://x.test/y.git")
    assert {name: one.version for name, one in checks.items()} == {"web": "1.0", "plus": "1.0"}
    assert checks["web"].chain == ("deps/base.txt:2 web[plus]",)
    assert codes(findings) == ["BF111"]
    assert [f.place.line for f in findings] == [2, 3]
    assert result.requirement_files == ("requirements.txt", "deps/base.txt", "deps/pins.txt")


def test_pyproject_with_extras_and_its_own_python(index, check, project):
    index.wheel("web", "1.0")
    index.wheel("sheets", "1.0")
    index.wheel("never", "1.0")
    (project / "pyproject.toml").write_text(
        '[project]\nname = "App"\nrequires-python = ">=3.13"\ndependencies = ["web"]\n'
        '[project.optional-dependencies]\nall = ["app[export]"]\n'
        "export = [\"sheets ; extra == 'export'\"]\ndev = ['never']\n"
    )
    checks, findings, _ = check(files=("pyproject.toml[all]",))
    assert set(checks) == {"web", "sheets"}
    assert [(f.code, f.place.line) for f in findings] == [("BF103", 3)]


def test_the_machines_own_configuration_changes_nothing(index, check, monkeypatch, tmp_path):
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    (tmp_path / "old.txt").write_text("a<2\n")
    monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "old.txt"))
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "old.txt"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    checks, _, _ = check("a")
    assert checks["a"].version == "2.0"


def test_the_index_of_the_file_and_of_the_environment(index, check, monkeypatch):
    index.wheel("a", "1.0")
    checks, _, _ = check(f"-i {index.url}", "a", url="")
    assert checks["a"].installs
    monkeypatch.setenv("BOOTFIT_INDEX_URL", index.url)
    checks, _, _ = check("-i http://127.0.0.1:9/", "a", url="")
    assert checks["a"].installs


def test_a_lock_is_checked_as_it_stands(index, check, project):
    (project / "pylock.toml").write_text(
        'lock-version = "1.0"\ncreated-by = "hand"\nrequires-python = ">=3.11"\n\n'
        + locked("a", "a-1.0-py3-none-any.whl")
        + locked("b", "b-1.0-cp311-cp311-linux_x86_64.whl")
        + locked("c", "c-1.0-py3-none-any.whl", "marker = \"sys_platform == 'win32'\"\n")
        + '[[packages]]\nname = "d"\n'
        + 'vcs = { type = "git", url = "https://x.test/d.git", commit-id = "0" }\n'
    )
    checks, findings, _ = check(files=("pylock.toml",))
    assert {name: one.installs for name, one in checks.items()} == {"a": True, "b": False}
    assert [(f.code, f.subject, f.place.line) for f in findings] == [
        ("BF105", "b", 11),
        ("BF111", "d", 22),
        ("BF107", "pylock.toml", None),
    ]
    assert "everything installs on Python 3.11" in findings[0].remedy
    assert findings[2].evidence == (
        "the index does not have the project a",
        "the index does not have the project b",
    )


def test_a_folder_of_the_project_is_read_where_it_states_its_dependencies(index, check, project):
    index.wheel("web", "1.0")
    index.wheel("sheets", "1.0")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "app"\n'
        'dependencies = ["web"]\n[project.optional-dependencies]\nexport = ["sheets"]\n'
    )
    checks, findings, _ = check("-e .[export]")
    assert findings == []
    assert checks["sheets"].chain == ("pyproject.toml:7 sheets",)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["maturin"]\n[project]\nname = "app"\ndependencies = []\n'
    )
    _, findings, _ = check("-e .", "web")
    assert codes(findings) == ["BF111"]


def test_what_an_open_requirement_brings_in_names_the_nearest_version(index, check):
    index.wheel("models", "1.0", requires=["models-core"])
    index.sdist(
        "models-core", "2.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "models-core", "2.0")}
    )
    index.wheel("models-core", "1.0", f"cp312-cp312-{MANYLINUX}")
    checks, (finding,), _ = check("models")
    assert checks["models-core"].verdict == "rust-sdist"
    assert finding.remedy == "nearest with a wheel: models-core 1.0 (earlier)"


def test_a_home_that_cannot_be_written_costs_nothing_but_time(index, check, monkeypatch):
    index.wheel("a", "1.0")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    checks, findings, _ = check("a")
    assert checks["a"].installs
    assert findings == []


def test_no_binary_and_several_indexes(index, check):
    index.wheel("a", "1.0")
    index.sdist("a", "1.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, _, _ = check("--no-binary a", "a", f"--extra-index-url {index.url}/absent")
    assert checks["a"].verdict == "rust-sdist"


@pytest.mark.parametrize("option", ["--only-binary :all:", "--only-binary a,b"])
def test_only_binary_refuses_sdists_and_takes_an_older_wheel(index, check, option):
    index.wheel("a", "1.0")
    pkg_info = {"PKG-INFO": PKG_INFO.format("2.2", "a", "2.0")}
    index.sdist("a", "2.0", pkg_info)
    index.sdist("b", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "b", "1.0")})
    checks, _, _ = check(option, "a")
    assert (checks["a"].version, checks["a"].verdict) == ("1.0", "wheel")
    checks, findings, _ = check(option, "a", "b==1.0")
    assert not checks["b"].installs
    assert "--only-binary refuses its sdist" in checks["b"].evidence
    assert [one.code for one in findings] == ["BF105"]
    checks, _, _ = check(option, "--no-binary b", "b==1.0")
    assert checks["b"].verdict == "pure-sdist"


def test_a_date_hides_later_uploads(index, check):
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    index.extra["a-2.0-py3-none-any.whl"] = {"upload-time": "2026-01-01T00:00:00Z"}
    checks, _, _ = check("a", exclude_newer="2025-06-30")
    assert checks["a"].version == "1.0"


def test_a_wheel_that_was_uploaded_later_does_not_count(index, check):
    index.wheel("a", "1.0")
    index.extra["a-1.0-py3-none-any.whl"] = {"upload-time": "2026-01-01T00:00:00Z"}
    index.sdist("a", "1.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, _, _ = check("a", exclude_newer="2025-06-30")
    assert checks["a"].verdict == "rust-sdist"
    checks, _, _ = check("a")
    assert checks["a"].verdict == "wheel"


def test_a_sibling_is_named_where_it_has_a_wheel_for_the_target(index, check):
    setup = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'])])"
    index.sdist("psycopg2", "2.9", {"setup.py": setup, "a.c": ""})
    index.wheel("psycopg2-binary", "2.9", f"cp312-cp312-{MANYLINUX}")
    index.wheel("psycopg2-binary", "2.10", f"cp312-cp312-{MANYLINUX}")
    for line, python, version in (
        ("psycopg2==2.9", "3.12", "2.9"),
        ("psycopg2<3", "3.12", "2.10"),
        ("psycopg2==2.9", "3.13", ""),
    ):
        _, findings, _ = check(line, python=python)
        (finding,) = (f for f in findings if f.code == "BF108")
        assert (f"psycopg2-binary=={version} has a wheel" in finding.remedy) == bool(version)
        assert ("psycopg.org/docs" in finding.remedy) == bool(version)


def test_an_sdist_that_refuses_to_be_built_is_an_error_with_a_compiler_too(index, check, tmp_path):
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w')\nraise SystemExit('use scikit-learn')\n"
    index.sdist("sklearn", "0.1", {"setup.py": setup})
    index.wheel("scikit-learn", "1.0")
    checks, findings, _ = check("sklearn")
    assert not ran.exists()
    assert (checks["sklearn"].verdict, checks["sklearn"].installs) == ("refusing-sdist", False)
    (finding,) = findings
    assert finding.code == "BF120"
    assert "use scikit-learn" in " ".join(finding.evidence)
    assert finding.remedy.startswith("scikit-learn==1.0 has a wheel (")


def test_nothing_that_could_be_checked_is_no_yes(check):
    _, findings, _ = check("git+https://x.test/y.git")
    assert [(one.code, exit_code([one], Severity.ERROR)) for one in findings] == [
        ("BF122", ExitCode.UNDETERMINED),
        ("BF111", ExitCode.FITS),
    ]


def test_a_path_where_nothing_lies_is_an_error(index, check, project):
    index.wheel("a", "1.0")
    _, findings, _ = check("a", "./wheels/gone-1.0-py3-none-any.whl")
    (finding,) = findings
    assert (finding.code, finding.severity) == ("BF111", Severity.ERROR)
    assert "does not exist" in finding.message
    (project / "wheels").mkdir()
    (project / "wheels" / "gone-1.0-py3-none-any.whl").write_bytes(b"")
    _, findings, _ = check("a", "./wheels/gone-1.0-py3-none-any.whl")
    assert [one.severity for one in findings] == [Severity.WARNING]
