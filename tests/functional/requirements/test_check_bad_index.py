"""An index that misbehaves: one line, exit code 3, and never a wrong "fits"."""

import io
import subprocess
import sys
import tarfile
import time

import pytest

from bootfit.model.errors import ExitCode, UndeterminedError, UsageError
from bootfit.requirements import archives
from bootfit.requirements.index import Index, index_address

BAD_NAME = "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'A B'\n"
PKG_INFO = "Metadata-Version: 2.1\nName: {0}\nVersion: 1.0\n"


def undetermined(check, *lines, **known):
    with pytest.raises(UndeterminedError) as caught:
        check(*lines, **known)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == ExitCode.UNDETERMINED
    return caught.value.message


def test_nobody_listens(check):
    message = undetermined(check, "a", url="http://127.0.0.1:9/simple")
    assert "connection refused" in message


def test_a_wrong_address_knows_nothing(index, check):
    index.wheel("a", "1.0")
    assert "knows none of: a" in undetermined(check, "a", url=index.url + "/wrong")


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_statuses(index, check, status):
    index.wheel("a", "1.0")
    index.answers["/simple/a/"] = lambda h: h.give(status, "text/html", b"<html>no</html>")
    assert f"HTTP {status}" in undetermined(check, "a")


@pytest.mark.parametrize(
    "body", [b"<html><form>log in</form></html>", b"<html><p>Welcome</p></html>", b"\x00\x01"]
)
def test_a_web_page_instead_of_an_index_page(index, check, body):
    index.wheel("a", "1.0")
    index.answers["/simple/a/"] = lambda h: h.give(200, "text/html", body)
    assert "what the index sent for a is" in undetermined(check, "a")


def test_broken_json(index, check):
    index.wheel("a", "1.0")
    kind = "application/vnd.pypi.simple.v1+json"
    index.answers["/simple/a/"] = lambda h: h.give(200, kind, b'{"meta":{"api-version":"1.0"},"fi')
    assert "JSON that is no index page" in undetermined(check, "a")


@pytest.mark.parametrize("json", [True, False])
def test_a_page_that_is_cut_short(index, check, json):
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    index.json = json
    kind, text = index.page("a")
    half = text.encode()[: len(text) // 2]
    index.answers["/simple/a/"] = lambda h: h.give(200, kind, half, length=len(text))
    assert "cut short" in undetermined(check, "a")


def test_a_page_that_never_comes(index, check):
    index.wheel("a", "1.0")
    index.answers["/simple/a/"] = lambda _: index.release.wait(20)
    assert "did not answer in time" in undetermined(check, "a", timeout=1)


def test_a_transitive_page_that_breaks(index, check):
    index.wheel("a", "1.0", requires=["b"])
    index.wheel("b", "1.0")
    index.answers["/simple/b/"] = lambda h: h.give(500, "text/plain", b"")
    assert "500" in undetermined(check, "a")


def test_credentials_are_used_and_never_shown(index, check, tmp_path):
    index.login = "me:s3cret"
    index.wheel("a", "1.0", requires=["b"])
    index.wheel("b", "1.0")
    checks, _, _ = check("a", url=f"http://me:s3cret@{index.address}")
    assert set(checks) == {"a", "b"}
    assert not list(tmp_path.glob("cache/bootfit/pages/*/*"))
    message = undetermined(check, "a", url=f"http://me:wr0ng@{index.address}")
    assert "wr0ng" not in message
    assert "401" in message


@pytest.mark.parametrize("kept", [slice(150), slice(-6)], ids=["in the middle", "in its check sum"])
def test_an_sdist_that_is_cut_short(index, check, kept):
    # With its padding the tar file has 320 KiB: it ends where a block that is read ends.
    index.sdist("a", "1.0", {"PKG-INFO": PKG_INFO.format("a"), "big.txt": "x" * 320_000})
    index.files["/files/a-1.0.tar.gz"] = index.files["/files/a-1.0.tar.gz"][kept]
    checks, findings, _ = check("a==1.0")
    assert not checks["a"].installs
    assert [f.code for f in findings] == ["BF112"]


def test_an_sdist_that_is_none(index, check):
    index.sdist("a", "1.0", {}, data=b"<html>not found</html>")
    checks, findings, _ = check("a==1.0")
    assert (checks["a"].verdict, checks["a"].installs) == ("unverified", False)
    assert [f.code for f in findings] == ["BF112"]


def test_an_sdist_that_expands_beyond_reason(index, check, monkeypatch):
    monkeypatch.setattr(archives, "MAX_EXPANDED_BYTES", 1_000_000)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("a-1.0/zeros")
        info.size = 2_000_000
        tar.addfile(info, io.BytesIO(bytes(info.size)))
    index.sdist("a", "1.0", {}, data=buffer.getvalue())
    checks, findings, _ = check("a==1.0")
    assert not checks["a"].installs
    assert "expands" in " ".join(findings[0].evidence)


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"requirements.txt": "-r gone.txt\n"}, "requirements.txt:1:1: cannot read gone.txt"),
        ({"requirements.txt": "-r b.txt\n", "b.txt": "\n-r requirements.txt"}, "b.txt:2:1"),
        ({"requirements.txt": b"a\n\xff\xfe\xff\n"}, "requirements.txt:2:1: this is not UTF-8"),
        ({"pyproject.toml": "[project]\nname = 'a'\ndependencies = ['a=1']"}, "pyproject.toml:3:"),
        ({"pyproject.toml": "[project]\nname = \n"}, "pyproject.toml:2:8"),
        ({"pyproject.toml": "[tool.poetry]\n"}, "pyproject.toml has no [project] table"),
        ({"pyproject.toml": "[project]\ndependencies = 'a'\n"}, "pyproject.toml: project.dep"),
        ({"pylock.toml": "lock-version = '9.0'\n"}, "pylock.toml"),
        ({"pylock.toml": BAD_NAME}, "pylock.toml:4"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_understood(check, project, files, where):
    for name, content in files.items():
        (project / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        check(files=(next(iter(files)),))
    assert caught.value.message.startswith(where)
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_page_that_trickles_ends_with_the_time_limit(index, check):
    def trickle(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not index.release.wait(0.3):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    index.wheel("a", "1.0")
    index.answers["/simple/a/"] = trickle
    started = time.monotonic()
    assert "did not answer in time" in undetermined(check, "a", timeout=1)
    assert time.monotonic() - started < 10


def test_headers_that_trickle_end_with_the_time_limit(index, check):
    def trickle(handler):
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not index.release.wait(0.2):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    index.wheel("a", "1.0")
    index.answers["/simple/a/"] = trickle
    started = time.monotonic()
    assert "did not answer in time" in undetermined(check, "a", timeout=1)
    assert time.monotonic() - started < 10
    # A file, too, which nobody else waits for.
    addresses = (index_address(index.url),)
    started = time.monotonic()
    with (
        pytest.raises(UndeterminedError, match="did not answer in time"),
        Index(addresses, timeout_seconds=1) as asked,
        asked.stream(f"{index.url}/a/"),
    ):
        pass
    assert time.monotonic() - started < 5


def test_a_token_without_a_user_is_a_login(index, check):
    index.login = ":s3cret"
    index.wheel("a", "1.0")
    assert set(check("a", url=f"http://:s3cret@{index.address}")[0]) == {"a"}


def test_credentials_for_https_do_not_go_over_http(index):
    index.login = "me:s3cret"
    index.files["/files/a"] = b"a"
    url = f"http://{index.address.removesuffix('/simple')}/files/a"
    own, other = (index_address(f"{s}://me:s3cret@{index.address}") for s in ("http", "https"))
    with Index((own,), timeout_seconds=5) as asked, asked.stream(url) as (response, _):
        assert response.status_code == 200
    with (
        Index((other,), timeout_seconds=5) as asked,
        pytest.raises(UndeterminedError, match="HTTP 401"),
        asked.stream(url),
    ):
        pass


def test_credentials_in_lines_that_are_not_followed_are_never_shown(index, check):
    index.wheel("a", "1.0")
    _, findings, _ = check(
        "a",
        "git+https://user:s3cret@forge.test/x.git",
        "--find-links https://user:s3cret@links.test/",
        "-r https://user:s3cret@files.test/r.txt",
    )
    assert len(findings) == 3
    assert "s3cret" not in str(findings)


def test_an_index_that_hangs_is_not_waited_for(index, project):
    """The resolver is ended, and the process does not wait for threads that hang."""
    index.wheel("a", "1.0")
    index.wheel("b", "1.0")
    index.answers["/simple/a/"] = lambda h: h.give(500, "text/plain", b"")
    index.answers["/simple/b/"] = lambda _: index.release.wait(60)
    (project / "requirements.txt").write_text("a\nb\n")
    script = (
        "import sys, psutil\n"
        "from bootfit.model.errors import BootfitError\n"
        "from bootfit.platforms import load_platform, target_for\n"
        "from bootfit.requirements import check_project\n"
        "from pathlib import Path\n"
        "platform = load_platform('render-free')\n"
        "try:\n"
        "    check_project(Path(sys.argv[1]), ['requirements.txt'], platform,\n"
        "        target_for(platform, '3.12'), index_url=sys.argv[2], progress=lambda _: None)\n"
        "except BootfitError as error:\n"
        "    print(error.message, psutil.Process().children(), sep='\\n')\n"
        "    sys.exit(error.exit_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(project), index.url],
        capture_output=True,
        text=True,
        timeout=15,  # Of half a minute, which is how long a page may take.
        check=False,
    )
    assert done.returncode == ExitCode.UNDETERMINED
    message, children = done.stdout.splitlines()
    assert message == f"the index {index.url}/ gave no page for a: HTTP 500"
    assert children == "[]"


def test_pages_that_never_come_end_within_the_time_limit(index, check):
    for name in ("a", "b", "c"):
        index.wheel(name, "1.0")
        index.answers[f"/simple/{name}/"] = lambda _: index.release.wait(30)
    started = time.monotonic()
    assert "did not answer in time" in undetermined(check, "a", "b", "c", timeout=2)
    assert time.monotonic() - started < 6


def test_what_half_a_mirror_has_gets_no_verdict(index, check):
    """The resolver sees a release that the page which is read for its files lacks."""
    index.wheel("a", "1.0")
    old = index.page("a")
    index.wheel("a", "2.0")
    new = index.page("a")

    def answer(handler):
        kind, text = new if handler.headers["User-Agent"].startswith("uv") else old
        handler.give(200, kind, text.encode())

    index.answers["/simple/a/"] = answer
    assert "contradicts itself: it gave the resolver a 2.0" in undetermined(check, "a==2.0")
    # An installer that asks the other machine gets what both of them have.
    assert check("a")[0]["a"].version == "1.0"
    seen = iter([old, new])

    def late(handler):
        uv = handler.headers["User-Agent"].startswith("uv")
        kind, text = new if uv else next(seen)
        handler.give(200, kind, text.encode())

    index.answers["/simple/a/"] = late
    checks, _, _ = check("a", freshness="refresh")
    assert checks["a"].wheel.filename == "a-2.0-py3-none-any.whl"
