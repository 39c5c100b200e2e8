"""The check leg against an index on this machine: chains, blockers, which index and when."""

import pytest

from bootfit.model.finding import Severity

MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
MATURIN = {
    "pyproject.toml": "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n"
}


def codes(findings, severity=None):
    return sorted({f.code for f in findings if severity in {None, f.severity}})


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


def test_cuda_libraries_are_named_with_their_size(index, check):
    index.wheel("embed", "1.0", requires=["torch"])
    index.wheel("torch", "2.0", requires=["nvidia-blas-cu12"])
    index.wheel("nvidia-blas-cu12", "12.0")
    _, (finding,), _ = check("embed")
    assert (finding.code, finding.subject, finding.severity) == ("BF110", "torch", Severity.WARNING)
    assert str(finding.place) == "requirements.txt:1:1"


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


def test_a_home_that_cannot_be_written_costs_nothing_but_time(index, check, monkeypatch):
    index.wheel("a", "1.0")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    checks, findings, _ = check("a")
    assert checks["a"].installs
    assert findings == []


def test_a_date_hides_later_uploads(index, check):
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    index.extra["a-2.0-py3-none-any.whl"] = {"upload-time": "2026-01-01T00:00:00Z"}
    checks, _, _ = check("a", exclude_newer="2025-06-30")
    assert checks["a"].version == "1.0"
