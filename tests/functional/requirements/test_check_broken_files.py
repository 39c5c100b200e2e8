"""Files that no installer could use: each has its own finding, and hides no other verdict."""

import io
import tarfile

import pytest

from bootfit.model.errors import UndeterminedError

INFO = "Metadata-Version: 2.2\nName: {}\nVersion: {}\n"
SETUP = "from setuptools import setup\nsetup()\n"
FLIT = "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.buildapi'\n"


def archive(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text, link in members:
            info = tarfile.TarInfo(name)
            if link:
                info.type, info.linkname = tarfile.SYMTYPE, link
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([("a-1.0/PKG-INFO", INFO.format("a", "1.0"), "")], "neither a setup.py nor"),
        ([("a-1.0/PKG-INFO", "", "/etc/passwd"), ("a-1.0/setup.py", SETUP, "")], "is a link to"),
        ([("a-1.0/setup.py", SETUP, ""), ("../../x", "", "")], "leads out of it"),
        (
            [("a-1.0/PKG-INFO", INFO.format("zzz", "9.0"), ""), ("a-1.0/setup.py", SETUP, "")],
            "says that it is zzz 9.0",
        ),
        (
            # A backend that compiles nothing is read to the end: it is said to install.
            [
                ("a-1.0/pyproject.toml", FLIT, ""),
                ("a-1.0/PKG-INFO", INFO.format("a", "1.0"), ""),
                ("/etc/x", "", ""),
            ],
            "has an absolute path",
        ),
    ],
)  # fmt: skip
def test_an_sdist_that_no_installer_takes(index, check, members, told):
    index.sdist("a", "1.0", {}, data=archive(*members))
    index.wheel("b", "1.0")
    checks, (finding,), _ = check("a==1.0", "b")
    assert (checks["a"].verdict, checks["a"].installs) == ("refusing-sdist", False)
    assert checks["b"].installs
    assert finding.code == "BF120"
    assert told in " ".join(finding.evidence)


def test_a_zip_sdist_is_read_whole_where_no_parts_are_served(index, check):
    index.ranges = False
    members = {"PKG-INFO": INFO.format("a", "1.0"), "setup.py": SETUP}
    index.sdist("a", "1.0", members, suffix=".zip")
    index.wheel("b", "1.0")
    checks, _, _ = check("a==1.0", "b")
    assert (checks["a"].verdict, checks["a"].installs) == ("pure-sdist", True)
    assert checks["b"].installs


def test_a_zip_sdist_that_is_too_large_to_be_read_whole(index, check, monkeypatch):
    from bootfit.requirements import archive_ranges

    monkeypatch.setattr(archive_ranges, "MAX_WHOLE_BYTES", 2**20)
    index.ranges = False
    index.sdist("a", "1.0", {"setup.py": SETUP, "big": "x" * 2**21}, suffix=".zip")
    checks, (finding,), _ = check("a==1.0")
    assert (finding.code, checks["a"].installs) == ("BF112", False)
    assert "does not serve parts" in finding.evidence[-1]


@pytest.mark.parametrize("status", [404, 500])
def test_an_sdist_that_cannot_be_had_hides_no_other_verdict(index, check, status):
    index.sdist("a", "1.0", {"setup.py": SETUP})
    index.sdist("c", "1.0", {"setup.py": SETUP, "PKG-INFO": INFO.format("c", "1.0")})
    index.wheel("b", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    index.answers["/files/a-1.0.tar.gz"] = lambda h: h.give(status, "text/plain", b"")
    checks, findings, _ = check("a==1.0", "b==1.0", "c==1.0")
    assert {name: one.installs for name, one in checks.items()} == {
        "a": False, "b": False, "c": True
    }  # fmt: skip
    by_name = {finding.subject: finding for finding in findings}
    assert by_name["a"].code == "BF112"
    assert f"HTTP {status}" in " ".join(by_name["a"].evidence)
    assert by_name["b"].code == "BF105"


def test_a_wheel_that_is_none_is_no_conflict(index, check):
    index.wheel("a", "1.0", requires=["bad"])
    index.wheel("bad", "1.0")
    index.wheel("c", "1.0")
    index.files["/files/bad-1.0-py3-none-any.whl"] = b"<html>not found</html>"
    with pytest.raises(UndeterminedError, match=r"bad-1\.0-py3-none-any\.whl is no sound wheel"):
        check("a==1.0", "c==1.0")
    index.ranges = False
    checks, findings, _ = check("a==1.0", "c==1.0")
    assert [finding.code for finding in findings] == ["BF112"]
    assert "bad 1.0 has a wheel that cannot be read" in findings[0].message
    assert checks["c"].installs


def test_an_html_page_that_stops_in_a_tag(index, check):
    index.json = False
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    kind, text = index.page("a")

    def half(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        handler.close_connection = True
        handler.end_headers()
        handler.wfile.write(text[: text.rindex("</a>") - 20].encode())

    index.answers["/simple/a/"] = half
    with pytest.raises(UndeterminedError, match="half a page"):
        check("a")


@pytest.mark.parametrize("json", [True, False])
def test_a_body_in_chunks_that_is_not_finished(index, check, json):
    index.json = json
    index.wheel("a", "1.0")
    kind, text = index.page("a")

    def unfinished(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.close_connection = True
        handler.end_headers()
        handler.wfile.write(f"{len(text):x}\r\n{text}\r\n".encode())

    index.answers["/simple/a/"] = unfinished
    with pytest.raises(UndeterminedError, match="cut short"):
        check("a")


def test_the_newest_cython_for_an_old_sdist_is_a_warning(index, check):
    index.sdist(
        "yam", "5.0", {
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "Cython"]\n',
            "PKG-INFO": INFO.format("yam", "5.0"),
            "setup.py": "setup(ext_modules=[Extension('y', ['y.c'], optional=True)])\n",
            "y.c": "",
        },
    )  # fmt: skip
    index.extra["yam-5.0.tar.gz"] = {"upload-time": "2021-01-20T00:00:00Z"}
    checks, findings, _ = check("yam")
    assert checks["yam"].verdict == "c-sdist"
    assert {f.code for f in findings} == {"BF107", "BF108"}
    assert any("newest Cython" in line for line in checks["yam"].evidence)


def test_the_way_out_counts_what_the_builder_compiles_and_what_a_script_refuses(index, check):
    compiled = {"PKG-INFO": INFO.format("c", "1.0"), "c.c": ""}
    index.sdist(
        "c", "1.0", {**compiled, "setup.py": "setup(ext_modules=[Extension('c', ['c.c'])])"}
    )
    index.wheel("w", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    _, findings, _ = check("c==1.0", "w==1.0")
    (finding,) = [one for one in findings if one.subject == "w"]
    assert "everything installs, if it builds, on Python 3.11" in finding.remedy
    refusing = (
        "import sys\nif sys.version_info < (3, 12): raise X\n"
        "setup(ext_modules=[Extension('d', ['c.c'])])"
    )
    index.sdist("d", "1.0", {"PKG-INFO": INFO.format("d", "1.0"), "c.c": "", "setup.py": refusing})
    checks, findings, _ = check("d==1.0", "w==1.0")
    assert checks["d"].installs
    (finding,) = [one for one in findings if one.subject == "w"]
    assert "everything installs" not in finding.remedy
    checks, findings, _ = check("d==1.0", python="3.11")
    assert (checks["d"].verdict, findings[0].code) == ("refusing-sdist", "BF120")
