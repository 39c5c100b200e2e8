"""Sdists are read as they come: nothing of one is unpacked to a disk, whatever it expands to."""

import io
import tarfile

import pytest

from bootfit.requirements import archives, resolve
from bootfit.requirements.resolver_log import forget_sdists

PKG_INFO = "Metadata-Version: {}\nName: {}\nVersion: 1.0\n"


def bomb(name, mib):
    """Return a sdist of some kilobytes that expands to ``mib`` MiB."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for member, data in (
            ("PKG-INFO", PKG_INFO.format("1.1", name).encode()),
            ("setup.py", b"from setuptools import setup\nsetup()\n"),
            ("big", bytes(mib * 2**20)),
        ):
            info = tarfile.TarInfo(f"{name}-1.0/{member}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def unpacked(folder):
    """Return the files of sdists in the cache of the resolver, but for its own."""
    return [
        path
        for path in folder.glob("cache/bootfit/uv/sdists-v*/**/*")
        if path.is_file() and path.name not in {".git", ".gitignore"}
    ]


@pytest.mark.parametrize("version", ["1.1", "2.2"])
def test_nothing_of_an_sdist_is_left_in_the_cache(index, check, tmp_path, version):
    setup = "from setuptools import setup\nsetup()\n"
    index.wheel("web", "1.0", requires=["a"])
    for name in ("a", "b"):
        index.sdist(name, "1.0", {"PKG-INFO": PKG_INFO.format(version, name), "setup.py": setup})
    checks, _, result = check("web", "b==1.0")
    assert {name: one.verdict for name, one in checks.items()} == {
        "web": "wheel", "a": "pure-sdist", "b": "pure-sdist"
    }  # fmt: skip
    assert result.resolved
    assert unpacked(tmp_path) == []


def test_what_expands_beyond_reason_does_not_get_to_a_disk(index, check, tmp_path, monkeypatch):
    index.sdist("a", "1.0", {}, data=bomb("a", 300))
    monkeypatch.setattr(archives, "MAX_EXPANDED_BYTES", 2**20)
    monkeypatch.setattr(resolve, "forget_sdists", lambda _: None)
    checks, findings, _ = check("a==1.0")
    assert [(finding.code, checks["a"].installs) for finding in findings] == [("BF112", False)]
    # The run was ended as it began: it takes a second to unpack a fifth of that.
    assert sum(path.stat().st_size for path in unpacked(tmp_path)) < 100 * 2**20


def test_what_an_sdist_requires_is_read_once_and_known_offline(index, check):
    info = PKG_INFO.format("1.1", "a")
    setup = "from setuptools import setup\nsetup()\n"
    members = {"PKG-INFO": info, "setup.py": setup, "a.egg-info/requires.txt": "leaf>=1\n"}
    index.sdist("a", "1.0", members)
    index.wheel("leaf", "1.0")
    first = check("a==1.0")[2]
    assert {one.name for one in first.distributions} == {"a", "leaf"}
    index.asked.clear()
    assert check("a==1.0", freshness="offline")[2] == first
    assert index.asked == []


@pytest.mark.parametrize("address", ["/odd?sdist=1", "/odd/a-1.0-py3-none-any.whl"])
def test_an_address_that_does_not_say_what_it_gives(index, check, tmp_path, address, monkeypatch):
    setup = "from setuptools import setup\nsetup()\n"
    index.sdist("a", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "a"), "setup.py": setup})
    index.extra["a-1.0.tar.gz"] = {"url": address}
    data = index.files["/files/a-1.0.tar.gz"]
    asked = []

    def answer(handler):
        asked.append(handler.headers["User-Agent"].partition("/")[0])
        handler.give(200, "application/octet-stream", data)

    index.answers[address] = answer
    forgotten = []
    monkeypatch.setattr(
        resolve, "forget_sdists", lambda cache: forgotten.append(forget_sdists(cache))
    )
    checks, _, _ = check("a==1.0")
    assert checks["a"].verdict == "pure-sdist"
    assert forgotten
    assert "bootfit" in asked
    assert unpacked(tmp_path) == []


def test_what_an_earlier_run_left_is_removed(index, check, tmp_path):
    left = tmp_path / "cache" / "bootfit" / "uv" / "sdists-v11" / ".tmpX" / "bomb-1.0"
    left.mkdir(parents=True)
    (left / "big").write_text("x" * 1000)
    setup = "from setuptools import setup\nsetup()\n"
    index.sdist("a", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "a"), "setup.py": setup})
    check("a==1.0")
    assert unpacked(tmp_path) == []
