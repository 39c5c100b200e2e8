"""The check leg against the public index, as it was on a day: answers that are known to be true."""

import pytest

from bootfit.platforms import by_hand, load_platform, target_for
from bootfit.requirements import check_project

pytestmark = pytest.mark.network
DAY = "2026-11-01"
PLANNER = (
    "flask",
    "gunicorn",
    "pandas==2.1.4",
    "numpy==1.24.4",
    "pydantic==2.4.2",
    "pulp",
    "joblib",
    "scikit-learn",
    "sentence-transformers",
    "faiss-cpu",
    "openpyxl",
)


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.delenv("BOOTFIT_INDEX_URL", raising=False)

    def run(*lines, python, matrix=(), target=""):
        (tmp_path / "requirements.txt").write_text("\n".join(lines) + "\n")
        (tmp_path / ".python-version").write_text(python)
        platform = load_platform("render-free")
        chosen = target_for(platform, python) if not target else None
        if chosen is None:
            platform, chosen = by_hand(platform, target, python)
        result, findings = check_project(
            tmp_path,
            ("requirements.txt",),
            platform,
            chosen,
            exclude_newer=DAY,
            matrix=matrix,
            progress=lambda _: None,
        )
        # What changed since that day changes daily.
        return result, tuple(finding for finding in findings if finding.slug != "unpinned")

    return run


def test_the_planner_fits_on_3_11_and_torch_is_a_cuda_build(check):
    result, findings = check(*PLANNER, python="3.11.9")
    assert result.resolved
    assert all(one.installs and one.verdict == "wheel" for one in result.distributions)
    assert [finding.code for finding in findings] == ["BF110"]
    assert result.download_bytes > 2 * 1024**3
    torch = next(one for one in result.distributions if one.name == "torch")
    assert torch.chain[0] == "requirements.txt:9 sentence-transformers"


def test_the_planner_is_a_conflict_of_pins_on_3_12(check):
    result, findings = check(*PLANNER, python="3.12")
    assert not result.resolved
    (error,) = (finding for finding in findings if finding.severity.value == "error")
    assert (error.code, error.subject) == ("BF104", "numpy, pandas")
    assert "with numpy==1.26.4 the requirements agree" in error.remedy
    assert error.remedy.endswith("everything installs on Python 3.11, 3.10, 3.9")


def test_pydantic_core_is_rust_on_3_13_and_pandas_2_1_is_c(check):
    result, findings = check("pydantic==2.4.2", "pandas==2.1.4", python="3.13.4")
    checks = {one.name: one for one in result.distributions}
    core = checks["pydantic-core"]
    assert (core.version, core.verdict, core.installs) == ("2.10.1", "rust-sdist", False)
    assert (checks["pandas"].verdict, checks["pandas"].installs) == ("c-sdist", True)
    rust = next(finding for finding in findings if finding.code == "BF101")
    assert "os error 30" in rust.message
    assert "pydantic==2.8.0 is the next version whose pydantic-core has a wheel" in rust.remedy


def test_the_planner_works_on_three_pythons_as_it_stands(check):
    result, _ = check(
        *PLANNER, python="3.11", matrix=("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
    )
    matrix = result.matrix
    assert matrix.works == ("3.9", "3.10", "3.11")
    assert [bool(refusal) for refusal in matrix.refusals] == [True, *[False] * 3, True, True]
    core = next(row for row in matrix.rows if row.name == "pydantic-core")
    assert core.cells[-1].verdict == "rust-sdist"
    assert core.cells[-2].verdict == "wheel"


def test_pandas_2_2_3_has_wheels_for_3_13(check):
    result, findings = check("pandas==2.2.3", python="3.13.4")
    assert findings == ()
    assert all(one.verdict == "wheel" for one in result.distributions)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("MarkupSafe==2.0.1", "optional-c-sdist"),
        ("docopt==0.6.2", "pure-sdist"),
        ("psycopg2==2.9.9", "c-sdist"),
        ("orjson==3.9.0", "rust-sdist"),
        ("tokenizers==0.13.3", "rust-sdist"),
        ("scipy==1.10.1", "requires-python"),
        ("uwsgi==2.0.28", "c-sdist"),
    ],
)
def test_sdists_of_every_kind(check, line, verdict):
    result, _ = check(line, python="3.13.4")
    name = line.partition("==")[0].lower()
    assert next(one.verdict for one in result.distributions if one.name == name) == verdict


@pytest.mark.parametrize(
    ("target", "python", "line", "wheel"),
    [
        ("windows-amd64", "3.13", "numpy==2.2.1", "cp313-cp313-win_amd64"),
        ("macos-14-arm64", "3.13", "numpy==2.2.1", "cp313-cp313-macosx_14_0_arm64"),
        ("macos-12-arm64", "3.13", "numpy==2.2.1", "cp313-cp313-macosx_11_0_arm64"),
        ("aarch64-linux-musl1.2", "3.13", "numpy==2.2.1", "cp313-cp313-musllinux_1_2_aarch64"),
        ("linux", "3.13t", "numpy==2.2.1", "cp313-cp313t-manylinux_2_17_x86_64"),
        ("windows-amd64", "3.14t", "markupsafe==3.0.3", "cp314-cp314t-win_amd64"),
        ("windows-arm64", "3.13", "cryptography==44.0.0", ""),
        ("linux", "3.13t", "cryptography==44.0.0", ""),
        ("linux", "3.13", "cryptography==44.0.0", "cp39-abi3-manylinux_2_28_x86_64"),
    ],
)
def test_targets_of_every_kind(check, target, python, line, wheel):
    result, _ = check(line, python=python, target=target)
    name = line.partition("==")[0]
    found = next(one.wheel for one in result.distributions if one.name == name)
    assert (wheel in found.filename) if wheel else found is None
