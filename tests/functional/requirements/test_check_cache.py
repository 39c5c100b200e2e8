"""Index pages that are kept between runs, against an index on this machine."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bootfit.model.errors import UndeterminedError


def pages(index):
    return [path for path in index.asked if path.startswith("/simple/")]


@pytest.fixture
def _two_projects(index):
    index.wheel("web", "1.0", requires=["leaf"])
    index.wheel("leaf", "1.0")


@pytest.mark.usefixtures("_two_projects")
def test_a_second_run_asks_nobody(index, check):
    first = check("web==1.0")[2]
    index.asked.clear()
    assert check("web==1.0")[2] == first
    assert pages(index) == []


@pytest.mark.usefixtures("_two_projects")
def test_refresh_sees_what_is_new(index, check):
    check("web")
    index.wheel("web", "2.0")
    assert check("web")[0]["web"].version == "1.0"
    assert check("web", freshness="refresh")[0]["web"].version == "2.0"
    assert check("web")[0]["web"].version == "2.0"


@pytest.mark.usefixtures("_two_projects")
def test_offline_asks_the_cache_alone(index, check):
    first = check("web==1.0")[2]
    index.asked.clear()
    assert check("web==1.0", freshness="offline")[2] == first
    with pytest.raises(UndeterminedError) as caught:
        check("leaf", "other", freshness="offline")
    assert caught.value.message.startswith("offline, and ")
    assert caught.value.hint == "run once without --offline"
    assert index.asked == []


def test_offline_a_source_that_was_not_read_is_undetermined(index, check):
    index.wheel("old", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    index.sdist("old", "1.0", {"PKG-INFO": "Metadata-Version: 2.2\nName: old\nVersion: 1.0\n"})
    check("old==1.0", python="3.11")
    with pytest.raises(UndeterminedError, match="offline, and"):
        check("old==1.0", python="3.12", freshness="offline")


@pytest.mark.usefixtures("_two_projects")
def test_runs_at_the_same_time_agree(check, project):
    (project / "requirements.txt").write_text("web==1.0\n")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: check()[2], range(4)))
    assert all(result == results[0] for result in results)
    assert results[0].resolved


def test_a_kept_interpreter_that_would_run_code_is_not_used(index, check, tmp_path):
    info = "Metadata-Version: 1.1\nName: old\nVersion: 1.0\n"
    index.sdist("old", "1.0", {"PKG-INFO": info, "setup.py": "from setuptools import setup\n"})
    check("old==1.0")
    (refusal,) = tmp_path.glob("cache/bootfit/bare-*/lib/python*/site-packages/*")
    ran = tmp_path / "ran"
    refusal.write_text(f"import os; open({str(ran)!r}, 'w').write('ran')\n")
    assert check("old==1.0", freshness="refresh")[0]["old"].verdict == "pure-sdist"
    assert not ran.exists()


def test_what_an_sdist_needs_is_read_once_and_known_offline(index, check):
    index.wheel("a", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    index.sdist("a", "1.0", {"pyproject.toml": "[build-system]\nrequires = ['maturin']\n"})
    first = check("a==1.0")[0]["a"]
    assert first.verdict == "rust-sdist"
    index.asked.clear()
    assert check("a==1.0", freshness="offline")[0]["a"] == first
    assert index.asked == []
    # The same version with other files is another question.
    index.sdist("b", "1.0", {"pyproject.toml": "[build-system]\nrequires = ['flit_core']\n"})
    filename = next(name for name, _ in index.pages["b"])
    index.files["/files/a-1.0.tar.gz"] = index.files[f"/files/{filename}"]
    assert check("a==1.0", freshness="refresh")[0]["a"].verdict != "rust-sdist"
    assert check("a==1.0")[0]["a"].verdict != "rust-sdist"
