"""Index pages that are kept between runs, against an index on this machine."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from bootfit.model.errors import UndeterminedError
from bootfit.platforms import load_platform, target_for
from bootfit.requirements.index import index_address
from bootfit.requirements.opening import open_inquiry


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


def test_pages_are_read_while_the_resolver_runs(index, check):
    """The resolver gets its last file only after bootfit has asked for the page of it."""
    index.wheel("web", "1.0", requires=["leaf"])
    index.wheel("leaf", "1.0")
    asked, in_time = threading.Event(), []
    kind, text = index.page("leaf")
    path = "/files/leaf-1.0-py3-none-any.whl"
    data = index.files[path]

    def page(handler):
        if not handler.headers["User-Agent"].startswith("uv"):
            asked.set()
        handler.give(200, kind, text.encode())

    def wheel(handler):
        in_time.append(asked.wait(10))
        handler.give(200, "application/octet-stream", data)

    index.answers |= {"/simple/leaf/": page, path: wheel}
    assert check("web")[0]["leaf"].verdict == "wheel"
    assert in_time
    assert all(in_time)


def test_a_cache_that_is_emptied_meanwhile_costs_time_alone(index, check, tmp_path):
    index.wheel("web", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    index.wheel("web", "2.0", "cp312-cp312-manylinux_2_17_x86_64")
    info = "Metadata-Version: 2.2\nName: web\nVersion: 1.0\n"
    index.sdist("web", "1.0", {"PKG-INFO": info})

    def progress(_):
        for page in tmp_path.glob("cache/bootfit/pages/*/*"):
            page.unlink()

    checks, findings, _ = check("web==1.0", progress=progress)
    assert checks["web"].verdict == "pure-sdist"
    assert findings
    # The resolver once, and bootfit again after it was emptied.
    assert index.asked.count("/simple/web/") > 2


def test_the_public_index_is_the_one_of_pypi_simple(project, monkeypatch):
    monkeypatch.delenv("BOOTFIT_INDEX_URL", raising=False)
    (project / "requirements.txt").write_text("a\n")
    platform = load_platform("render-free")
    with open_inquiry(
        project,
        ["requirements.txt"],
        platform,
        target_for(platform, "3.12"),
        index_url=None,
        exclude_newer=None,
        freshness="offline",
        timeout_seconds=1,
        progress=lambda _: None,
    ) as inquiry:
        assert inquiry.index.addresses == (index_address(PYPI_SIMPLE_ENDPOINT),)
